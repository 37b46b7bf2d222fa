#include "node/store/name_pool.h"

#include <cstring>

#include "node/base/check.h"

namespace freshet::store {

NamePool::Place NamePool::add(std::string_view name) {
  FRESHET_CHECK(name.size() <= kMaxNameBytes);
  if (chunks_.empty() || used_ + name.size() > kChunkBytes) {
    // Not make_unique: it would write every byte once more.
    chunks_.emplace_back(new char[kChunkBytes]);
    used_ = 0;
  }
  const Place place{.chunk = static_cast<std::uint32_t>(chunks_.size() - 1),
                    .offset = static_cast<std::uint16_t>(used_),
                    .length = static_cast<std::uint16_t>(name.size())};
  if (!name.empty()) std::memcpy(chunks_.back().get() + used_, name.data(), name.size());
  used_ += name.size();
  return place;
}

}  // namespace freshet::store
