// Rules that hold in every simulation, whatever it simulates; watched from outside while it runs.
//   - Nothing that is passed on goes back to the link that it came from.
//   - TTL + hops is conserved: one link travelled is one TTL less and one hop more. What is not
//     passed on begins at 0 hops. Except a query that the node got earlier and kept: strategies
//     hand it over later, to whom asks for it; and what strategies tell a neighbour.
//   - A hit takes the link on which its query first came.
//   - No node remembers more GUIDs than its configuration allows.
// The first breach is kept, with the seed and one line that repeats it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/sim/network.h"
#include "node/sim/shared_frame.h"
#include "node/wire/overlay/frame.h"

namespace freshet::sim {

/// The frame that a node is receiving; `frame` is nullptr while it receives none.
struct Incoming {
  SharedFrame* frame = nullptr;
  LinkId link;
  std::uint8_t ttl = 0;
  std::uint8_t hops = 0;
};

/// What a node sends, to which links, because of what.
struct Outgoing {
  NodeIndex node = kNoNode;
  TimePoint at;
  const wire::FrameHeader& header;
  std::span<const LinkId> links;
  bool is_onward = false;   ///< the incoming frame itself, passed on
  bool may_be_old = false;  ///< it may have waited for room: the incoming frame says nothing
  bool is_kept = false;     ///< a query that the node got earlier
};

class Checkers {
 public:
  /// `reproduce`: the command or test that repeats the simulation with its seed.
  Checkers(std::uint64_t seed, std::string reproduce)
      : seed_(seed),
        reproduce_(std::move(reproduce)) {}

  void check_sent(const Outgoing& sent, const Incoming& incoming);
  /// A hit leaves on `sent.links`; its query came on `route`.
  void check_hit(const Outgoing& sent, std::optional<LinkId> route);
  void check_table(NodeIndex node, TimePoint at, std::size_t remembered, std::size_t limit);

  /// The first breach: what, where, when, the seed, and how to see it again. One line.
  [[nodiscard]] const std::optional<std::string>& failure() const { return failure_; }

 private:
  void fail(NodeIndex node, TimePoint at, std::string_view what);

  std::uint64_t seed_;
  std::string reproduce_;
  std::optional<std::string> failure_;
};

}  // namespace freshet::sim
