// Random walkers that check back with the origin (Lv, Cao, Cohen, Li, Shenker: "Search and
// Replication in Unstructured Peer-to-Peer Networks", 2002). The origin sends out k walkers; each
// node passes a walker to one neighbour. After 4, 8, 16, … steps a walker waits where it is and
// asks the origin, along the way that hits take, whether to go on; no answer means no, and it ends
// there. A walker also ends with its TTL, and where the only way on is the way back.
//
// The next step is drawn by a keyed hash of query, walker, step and the two nodes: the same on
// every host, whatever the order of links.
#pragma once

#include <deque>

#include "node/core/overlay/strategy/strategy.h"

namespace freshet::core::overlay {

class Walk final : public Strategy {
 public:
  static constexpr std::size_t kMaxParked = 256;  ///< walkers that wait for their origin's word
  static constexpr std::size_t kMaxAsked = 1024;  ///< such questions on their way through here

  explicit Walk(std::uint64_t hash_key) : hash_key_(hash_key) {}

  /// One copy to one neighbour; at a node where it checks back none, and a check-back instead.
  std::uint32_t pass_on(Turn& turn, const Passing& query) override;
  void run(Turn& turn) override;

  /// A check-back on its way to the origin came from `from`. At the origin: `goes_on` says what it
  /// answers. Elsewhere `route` is the way to the origin, and the way back is remembered.
  void on_check(
      Turn& turn, Link& from, const wire::FrameHeader& header, std::uint32_t walker, LinkId route);
  void answer_check(Turn& turn, Link& from, const wire::FrameHeader& header, std::uint32_t walker);
  /// The origin's yes: wakes the walker if it waits here, else goes the way that its check came.
  /// `tally`: of the query, if there is one.
  void on_go_on(Turn& turn, const wire::FrameHeader& header, std::uint32_t walker, Tally* tally);

  [[nodiscard]] std::uint64_t digest() const override;

 private:
  struct WalkerId {
    Guid guid;
    std::uint32_t walker = 0;
    friend bool operator==(const WalkerId&, const WalkerId&) = default;
  };
  struct Parked {
    WalkerId id;
    wire::FrameHeader header;
    Bytes body;
    LinkId from;
    TimePoint until;
  };
  struct Asked {  ///< a check-back that went through here
    WalkerId id;
    LinkId from;
    TimePoint until;
  };

  std::uint32_t step(Turn& turn, const Passing& query) const;
  void park(Turn& turn, const Passing& query, WalkerId id);

  std::uint64_t hash_key_;
  std::deque<Parked> parked_;  ///< oldest first
  std::deque<Asked> asked_;    ///< oldest first
};

}  // namespace freshet::core::overlay
