// The strategies of one node, each made on first use: most nodes of a mesh only ever flood.
#pragma once

#include <cstdint>
#include <memory>

#include "node/core/overlay/strategy/own_searches.h"
#include "node/core/overlay/strategy/routed.h"
#include "node/core/overlay/strategy/tree.h"
#include "node/core/overlay/strategy/walk.h"
#include "node/core/overlay/tallies.h"

namespace freshet::core::overlay {

class StrategySet {
 public:
  /// `walk_key` as Config has it.
  explicit StrategySet(std::uint64_t walk_key) : walk_key_(walk_key) {}

  /// Sends copies under `how`; returns how many.
  std::uint32_t pass_on(Turn& turn, StrategyId how, const Passing& query);

  Tree& tree() { return need(tree_); }
  Routed& routed() { return need(routed_); }
  Walk& walk() {
    if (!walk_) walk_ = std::make_unique<Walk>(walk_key_);
    return *walk_;
  }
  Tallies& tallies() { return need(tallies_); }
  /// nullptr: not tallied.
  [[nodiscard]] Tally* tally_of(const Guid& guid) {
    return tallies_ ? tallies_->find(guid) : nullptr;
  }
  /// As mesh_view() has it, and what the tree knows.
  [[nodiscard]] MeshView view(const Turn& turn) const;
  OwnSearches& searches() { return searches_; }
  [[nodiscard]] const OwnSearches& searches() const { return searches_; }

  /// Does what is due, rounds of own searches excepted.
  void run(Turn& turn);
  /// When run() must be called next, or a round is due.
  [[nodiscard]] TimePoint next() const;
  void forget(Turn& turn, LinkId link, bool was_branch);
  [[nodiscard]] std::uint64_t digest() const;

 private:
  template <typename T>
  static T& need(std::unique_ptr<T>& strategy) {
    if (!strategy) strategy = std::make_unique<T>();
    return *strategy;
  }
  /// Calls `visit` with each strategy that there is.
  template <typename Visit>
  void each(Visit visit) const {
    if (tree_) visit(*tree_);
    if (routed_) visit(*routed_);
    if (walk_) visit(*walk_);
  }

  std::uint64_t walk_key_;
  std::unique_ptr<Tree> tree_;
  std::unique_ptr<Routed> routed_;
  std::unique_ptr<Walk> walk_;
  std::unique_ptr<Tallies> tallies_;  ///< no strategy, but as rarely there
  OwnSearches searches_;
};

}  // namespace freshet::core::overlay
