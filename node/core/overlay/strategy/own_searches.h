// A node's own searches that may still widen: the origin's part of ring, walk and auto. Says when
// which copy goes out; the router sends it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/strategy/ring_plan.h"
#include "node/core/overlay/strategy_id.h"

namespace freshet::core::overlay {

/// What a search asks of the overlay.
struct SearchPlan {
  StrategyId strategy = StrategyId::flood;
  std::uint8_t ttl = 0;
  std::uint32_t wanted = 0;  ///< files after which it need not widen; 0: it always does
  std::uint32_t ask = 0;     ///< the asker's number for it, which its tally is told under
};

/// One round of a search: a copy to send out now.
struct Round {
  Guid guid;
  StrategyId strategy = StrategyId::flood;  ///< of the copy
  std::uint8_t ttl = 0;
  bool is_last = true;  ///< no further round follows
};

class OwnSearches {
 public:
  static constexpr std::size_t kMaxSearches = 64;

  /// The first round of a search. Remembers it when further ones may follow; the oldest gives way.
  Round begin(
      const Guid& guid, const SearchPlan& plan, const MeshView& mesh, ByteView body, TimePoint now);
  /// The last round met nobody who might answer: no need to wait.
  void hurry(const Guid& guid, TimePoint now);
  /// So many files came in.
  void found(const Guid& guid, std::uint32_t files);
  /// Nobody wants more of it.
  void end(const Guid& guid);

  /// A round that is due; call until nullopt. Searches that found enough end here.
  std::optional<Round> due_round(const MeshView& mesh, TimePoint now);
  /// When the next round is due; TimePoint::max() when none is.
  [[nodiscard]] TimePoint next() const;
  /// The query of a search that is remembered.
  [[nodiscard]] const Bytes* body_of(const Guid& guid) const;
  /// Whether further rounds may follow.
  [[nodiscard]] bool is_widening(const Guid& guid) const;
  /// Whether a walker that checks back is to go on.
  [[nodiscard]] bool wants_more(const Guid& guid) const;
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct Search {
    Guid guid;
    SearchPlan plan;
    Bytes body;
    std::uint32_t found = 0;
    std::uint8_t ring = 0;             ///< TTL of the last round
    std::uint8_t rounds = 0;           ///< so far, those that met nobody excepted
    TimePoint due = TimePoint::max();  ///< max: no further round
  };

  [[nodiscard]] static bool is_satisfied(const Search& search);
  static Round next_round(Search& search, const MeshView& mesh, TimePoint now);
  [[nodiscard]] const Search* find(const Guid& guid) const;

  std::vector<Search> searches_;  ///< oldest first
};

}  // namespace freshet::core::overlay
