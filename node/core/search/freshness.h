// How old a hit's record may be. Clocks of an ad-hoc network are wrong, so nothing here needs two
// of them to agree:
//   - A node dates its records by a clock of its own that never goes back, not even over a restart
//     with a wrong clock (SealClock). It follows Unix time where that runs ahead.
//   - The origin holds a record against what it heard of the same node before: the newest date, and
//     how long ago by its own steady clock that was. Later than that plus the lifetime is expired.
//   - Of a node never heard before only the wall clock can tell, and only where both say a time
//     later than this program: then a record may be kClockSkew older than its lifetime.
// So a relay that replays what a node said once (addresses it has left, files it has removed) is
// believed by strangers for a day, and by nobody who hears of the node otherwise.
//
// Dates are rounded down to kIssueSeconds: the same answer is the same bytes for so long, and is
// signed once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::core::search {

inline constexpr std::uint64_t kIssueSeconds = 600;
inline constexpr std::uint32_t kHitLifetimeSeconds = 3600;
/// Longer ones are cut to this.
inline constexpr std::uint32_t kLongestLifetimeSeconds = 86400;
inline constexpr std::uint64_t kClockSkewSeconds = 86400;
/// 2024-01-01: a clock that says less was never set.
inline constexpr std::uint64_t kPlausibleSeconds = 1'704'067'200;

constexpr std::uint64_t issue_time(std::uint64_t clock_s) {
  return clock_s - clock_s % kIssueSeconds;
}

class Freshness {
 public:
  static constexpr std::size_t kMaxNodes = 4096;

  /// Whether a record that `node` signed is in time. `wall_s`: this machine's Unix time.
  bool accept(const NodeKey& node,
              std::uint64_t issued_s,
              std::uint32_t lifetime_s,
              std::uint64_t wall_s,
              TimePoint now);
  [[nodiscard]] std::size_t size() const { return newest_.size(); }
  /// Nodes forgotten to make room: the one heard of longest ago.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Newest {
    std::uint64_t issued_s = 0;
    TimePoint heard;
  };
  void remember(const NodeKey& node, std::uint64_t issued_s, TimePoint now);

  std::map<NodeKey, Newest> newest_;
  std::uint64_t forgotten_ = 0;
};

}  // namespace freshet::core::search
