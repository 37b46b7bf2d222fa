#include "node/core/overlay/guid_table.h"

#include <utility>

namespace freshet::core::overlay {
namespace {

// Order-free: the iteration order of a hash table must not show.
template <typename Map>
std::uint64_t sum_of_entries(const Map& map) {
  std::uint64_t sum = 0;
  for (const auto& [guid, seen] : map) {
    Digest entry;
    entry.add(guid.view());
    entry.add(seen.from.value);
    entry.add(seen.ttl);
    entry.add(seen.forwarded ? 1U : 0U);
    sum += entry.value();
  }
  return sum;
}

}  // namespace

GuidTable::Lookup GuidTable::see(const Guid& guid, Seen seen) {
  if (!old_.empty()) {
    const auto found = old_.find(guid);
    if (found != old_.end()) return {.seen = &found.value(), .inserted = false};
  }
  const auto [entry, inserted] = young_.try_emplace(guid, seen);
  return {.seen = &entry.value(), .inserted = inserted};
}

const Seen* GuidTable::find(const Guid& guid) const {
  const auto young = young_.find(guid);
  if (young != young_.end()) return &young.value();
  const auto old = old_.find(guid);
  return old == old_.end() ? nullptr : &old.value();
}

bool GuidTable::rotate(std::size_t limit, Duration max_age, TimePoint now) {
  if (young_.empty()) young_since_ = now;
  const bool due = young_.size() >= limit || now - young_since_ >= max_age;
  if (!due) return false;
  old_ = std::exchange(young_, Generation(0, hash_));
  young_since_ = now;
  return true;
}

std::uint64_t GuidTable::digest() const {
  Digest digest;
  digest.add(sum_of_entries(young_));
  digest.add(sum_of_entries(old_));
  return digest.value();
}

}  // namespace freshet::core::overlay
