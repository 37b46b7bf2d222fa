// Links of one constant latency deliver at the same instants, and what comes first is then an
// accident of whoever runs them. Where that shows, each link takes a little longer, up to a
// thousandth: the same in the simulator and between real daemons.
#pragma once

#include <cstdint>

#include "node/base/digest.h"
#include "node/base/time.h"

namespace freshet {

/// What the link from node number `from` to `to` takes in addition.
inline Duration tie_break(Duration latency, std::uint32_t from, std::uint32_t to) {
  constexpr std::int64_t kShare = 1024;
  const auto most = static_cast<std::uint64_t>(latency.count() / kShare + 1);
  const std::uint64_t link = (std::uint64_t{from} << 32U) | to;
  return Duration{static_cast<std::int64_t>(Digest::mix(link + 1) % most)};
}

}  // namespace freshet
