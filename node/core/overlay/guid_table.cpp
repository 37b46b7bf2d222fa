#include "node/core/overlay/guid_table.h"

#include <utility>

namespace freshet::core::overlay {
namespace {

constexpr std::size_t kFirstSlots = 4;

}  // namespace

GuidTable::Lookup GuidTable::see(const Guid& guid, Seen seen) {
  const std::uint64_t hash = hash_of(guid);
  if (old_.used != 0) {
    if (const Slot* known = old_.find(guid, hash))
      return {.seen = &old_.slots[static_cast<std::size_t>(known - old_.slots.data())].seen,
              .inserted = false};
  }
  if (!young_.slots.empty()) {
    Slot& slot = young_.slots[young_.place_of(guid, hash)];
    if (slot.seen.from != kEmpty) return {.seen = &slot.seen, .inserted = false};
  }
  if (4 * (young_.used + 1) > 3 * young_.slots.size()) grow();
  Slot& slot = young_.slots[young_.place_of(guid, hash)];
  slot = {.guid = guid, .seen = seen};
  ++young_.used;
  return {.seen = &slot.seen, .inserted = true};
}

const Seen* GuidTable::find(const Guid& guid) const {
  const std::uint64_t hash = hash_of(guid);
  const Slot* slot = young_.find(guid, hash);
  if (slot == nullptr) slot = old_.find(guid, hash);
  return slot == nullptr ? nullptr : &slot->seen;
}

void GuidTable::grow() {
  const std::size_t wanted = young_.slots.empty() ? kFirstSlots : 2 * young_.slots.size();
  Generation larger{.slots = std::vector<Slot>(wanted), .used = young_.used};
  for (const Slot& slot : young_.slots) {
    if (slot.seen.from != kEmpty)
      larger.slots[larger.place_of(slot.guid, hash_of(slot.guid))] = slot;
  }
  young_ = std::move(larger);
}

bool GuidTable::rotate(std::size_t limit, Duration max_age, TimePoint now) {
  if (young_.used == 0) young_since_ = now;
  const bool due = young_.used >= limit || now - young_since_ >= max_age;
  if (!due) return false;
  old_ = std::exchange(young_, Generation{});
  young_since_ = now;
  return true;
}

// Order-free: where an entry lies must not show.
std::uint64_t GuidTable::Generation::sum() const {
  std::uint64_t sum = 0;
  for (const Slot& slot : slots) {
    if (slot.seen.from == kEmpty) continue;
    Digest entry;
    entry.add(slot.guid.view());
    entry.add(slot.seen.from.value);
    entry.add(slot.seen.ttl);
    entry.add(slot.seen.forwarded ? 1U : 0U);
    sum += entry.value();
  }
  return sum;
}

std::uint64_t GuidTable::digest() const {
  Digest digest;
  digest.add(young_.sum());
  digest.add(old_.sum());
  return digest.value();
}

}  // namespace freshet::core::overlay
