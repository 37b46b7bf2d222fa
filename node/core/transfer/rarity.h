// Which pieces are still to be begun, the rarest first. Every operation costs at most a step per
// distinct rarity, never one per piece. Ties are in a shuffled order, so that several fetchers do
// not all begin with the same piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "node/base/rng.h"

namespace freshet::core::transfer {

class Rarity {
 public:
  /// All pieces are waiting, nobody has any.
  Rarity(std::uint32_t pieces, Rng& rng);

  /// One more, or one fewer, has the piece. REQUIRES (fewer): somebody has.
  void more(std::uint32_t piece);
  void fewer(std::uint32_t piece);
  /// Takes a piece from those that wait, or puts it back. No effect when it is so already.
  void remove(std::uint32_t piece);
  void insert(std::uint32_t piece);

  [[nodiscard]] bool waits(std::uint32_t piece) const { return position_[piece] != kNowhere; }
  /// Those that wait, the rarest first.
  [[nodiscard]] std::span<const std::uint32_t> waiting() const { return order_; }
  /// Of them, those that nobody is known to have.
  [[nodiscard]] std::span<const std::uint32_t> held_by_none() const {
    return waiting().first(ends_.front());
  }

 private:
  static constexpr std::uint32_t kNowhere = 0xFFFFFFFF;
  void swap(std::uint32_t a, std::uint32_t b);
  void grow_to(std::uint32_t rarity);

  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> position_;  ///< in order_, by piece
  std::vector<std::uint32_t> holders_;   ///< by piece
  std::vector<std::uint32_t> ends_;      ///< by number of holders: where their part of order_ ends
};

}  // namespace freshet::core::transfer
