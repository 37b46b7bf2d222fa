// Growth of the index's large arrays: by an eighth, where a vector would double. They are for a
// million files, and stay.
#pragma once

#include <algorithm>
#include <cstddef>

namespace freshet::core::search {

/// Room for `more` elements, which costs a copy of all of them each time that they are an eighth
/// more.
template <typename Vector>
void make_room(Vector& vector, std::size_t more) {
  constexpr std::size_t kLeast = 16;
  constexpr std::size_t kShare = 8;
  const std::size_t wanted = vector.size() + more;
  if (wanted <= vector.capacity()) return;
  vector.reserve(std::max({wanted, vector.size() + vector.size() / kShare, kLeast}));
}

}  // namespace freshet::core::search
