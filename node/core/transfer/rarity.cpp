#include "node/core/transfer/rarity.h"

#include <utility>

#include "node/base/check.h"

namespace freshet::core::transfer {

Rarity::Rarity(std::uint32_t pieces, Rng& rng)
    : order_(pieces),
      position_(pieces),
      holders_(pieces, 0),
      ends_{pieces} {
  for (std::uint32_t i = 0; i < pieces; ++i) order_[i] = i;
  for (std::uint32_t i = pieces; i > 1; --i) std::swap(order_[i - 1], order_[rng.below(i)]);
  for (std::uint32_t i = 0; i < pieces; ++i) position_[order_[i]] = i;
}

void Rarity::swap(std::uint32_t a, std::uint32_t b) {
  std::swap(order_[a], order_[b]);
  position_[order_[a]] = a;
  position_[order_[b]] = b;
}

void Rarity::grow_to(std::uint32_t rarity) {
  while (ends_.size() <= rarity) ends_.push_back(static_cast<std::uint32_t>(order_.size()));
}

void Rarity::more(std::uint32_t piece) {
  const std::uint32_t count = holders_[piece]++;
  if (!waits(piece)) return;
  grow_to(count + 1);
  swap(position_[piece], --ends_[count]);  // the last of its part becomes the first of the next
}

void Rarity::fewer(std::uint32_t piece) {
  FRESHET_CHECK(holders_[piece] > 0);
  const std::uint32_t count = --holders_[piece];
  if (!waits(piece)) return;
  swap(position_[piece],
       ends_[count]++);  // the first of its part becomes the last of the one before
}

void Rarity::remove(std::uint32_t piece) {
  if (!waits(piece)) return;
  for (std::size_t part = holders_[piece]; part < ends_.size(); ++part) {
    swap(position_[piece], --ends_[part]);
  }
  order_.pop_back();
  position_[piece] = kNowhere;
}

void Rarity::insert(std::uint32_t piece) {
  if (waits(piece)) return;
  grow_to(holders_[piece]);
  position_[piece] = static_cast<std::uint32_t>(order_.size());
  order_.push_back(piece);
  for (std::size_t part = ends_.size(); part-- > holders_[piece];) {
    swap(position_[piece], ends_[part]++);
  }
}

}  // namespace freshet::core::transfer
