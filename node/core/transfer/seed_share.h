// Which of a seed's pieces each of several fetchers asks it for first, so that it is not asked for
// the same ones twice while nobody can have told of them yet: each piece is that fetcher's whose
// key weighs most with it (rendezvous hashing; Thaler and Ravishankar, "Using name-based mappings
// to increase hit rates", 1998). Fetchers that know one another agree without a word; where their
// views differ, a piece comes twice, or later.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"

namespace freshet::core::transfer {

class SeedShare {
 public:
  explicit SeedShare(const NodeKey& self) : self_(weight(self)) {}
  void add(const NodeKey& other) { others_.push_back(weight(other)); }

  [[nodiscard]] bool is_mine(std::uint32_t piece) const {
    const std::uint64_t mine = Digest::mix(self_ ^ piece);
    return std::all_of(others_.begin(), others_.end(), [&](std::uint64_t other) {
      return Digest::mix(other ^ piece) <= mine;
    });
  }

 private:
  static std::uint64_t weight(const NodeKey& key) {
    Digest digest;
    digest.add(key.view());
    return digest.value();
  }

  std::uint64_t self_;
  std::vector<std::uint64_t> others_;
};

}  // namespace freshet::core::transfer
