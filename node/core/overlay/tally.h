// What one node knows of one query that wishes a tally: which copies of it are not answered for
// yet, to whom this node owes an answer, and what is to be told. tallies.h has the rules.
#pragma once

#include <cstdint>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/link_table.h"
#include "node/wire/overlay/tally.h"

namespace freshet::core::overlay {

class Tally {
 public:
  /// Tallies that one neighbour may send when nothing is awaited of it.
  static constexpr std::uint8_t kMaxLate = 16;

  /// `route`: the link that its first copy came on; kSelfLink at its origin.
  Tally(const Guid& guid, LinkId route) : guid_(guid), route_(route) {}

  [[nodiscard]] const Guid& guid() const { return guid_; }
  [[nodiscard]] LinkId route() const { return route_; }

  /// A copy leaves on `link` (Fanout::add).
  void sent(const Link& link, std::uint8_t ttl, std::size_t frame_bytes);
  /// A walker waits here, and may go on.
  void hold() { ++branch_of(kSelfLink).awaited; }
  void release();

  /// A copy came on `link`. True: it crossed one of this node's, and they answer for each other.
  /// `may_cross`: it goes no further here, and its strategy lets copies cross.
  bool heard(LinkId link, std::uint8_t ttl, bool may_cross);
  /// A neighbour's answer. False: it says more than it may.
  bool take(LinkId from, const wire::Tally& answer);

  /// From now on this node owes `parent` an answer, and gives one by `due` at the latest.
  void engage(LinkId parent, TimePoint due);
  /// nullopt-like: only while is_engaged().
  [[nodiscard]] LinkId parent() const { return parent_; }
  [[nodiscard]] bool is_engaged() const { return is_engaged_; }
  void disengage() { is_engaged_ = false; }
  /// Whether copies that it sent are not answered for.
  [[nodiscard]] bool awaits() const;
  /// What is not answered for will not be waited for.
  void give_up();
  void give_up(LinkId link);
  [[nodiscard]] TimePoint due() const { return due_; }

  /// At the origin: the asker's number for it, and whether more rounds may follow.
  std::uint32_t ask = 0;
  bool widens = false;
  /// What is to be told; at the origin, all there is.
  wire::TallyCounts counts;

  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct Branch {
    LinkId link;
    std::uint32_t awaited = 0;   ///< copies sent there that are not answered for
    std::uint8_t first_ttl = 0;  ///< of the first copy sent there
    std::uint8_t late = 0;       ///< answers that nobody waited for
    bool was_sent = false;       ///< a copy
    bool was_heard = false;      ///< a copy came
    bool may_cross = false;      ///< the first copy is out, and nothing came since
  };

  Branch& branch_of(LinkId link);
  [[nodiscard]] Branch* find(LinkId link);

  Guid guid_;
  LinkId route_;
  LinkId parent_ = kSelfLink;
  bool is_engaged_ = false;
  TimePoint due_{};
  std::vector<Branch> branches_;  ///< as many as there are links at most, and one
};

}  // namespace freshet::core::overlay
