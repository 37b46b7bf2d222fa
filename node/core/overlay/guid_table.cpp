#include "node/core/overlay/guid_table.h"

#include <utility>

namespace freshet::core::overlay {
namespace {

constexpr std::uint32_t kFirstSlots = 4;

}  // namespace

GuidTable::Lookup GuidTable::see(const Guid& guid, Seen seen) {
  const std::uint64_t hash = hash_of(guid);
  if (old_.used != 0) {
    if (Slot* known = old_.find(hash)) return {.seen = &known->seen, .inserted = false};
  }
  if (Slot* known = young_.find(hash)) return {.seen = &known->seen, .inserted = false};
  if (young_.is_full()) grow();
  Slot& slot = young_.place_of(hash);
  slot = {.hash = hash, .seen = seen};
  ++young_.used;
  return {.seen = &slot.seen, .inserted = true};
}

const Seen* GuidTable::find(const Guid& guid) const {
  const std::uint64_t hash = hash_of(guid);
  const Slot* slot = young_.find(hash);
  if (slot == nullptr) slot = old_.find(hash);
  return slot == nullptr ? nullptr : &slot->seen;
}

void GuidTable::grow() {
  const std::uint32_t slots = young_.slots ? 2 * (young_.mask + 1) : kFirstSlots;
  Generation larger{.slots = std::make_unique<Slot[]>(slots), .mask = slots - 1};
  larger.used = young_.used;
  for (std::uint32_t i = 0; young_.slots && i <= young_.mask; ++i) {
    const Slot& slot = young_.slots[i];
    if (slot.seen.from != kEmpty) larger.place_of(slot.hash) = slot;
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
  for (std::uint32_t i = 0; slots && i <= mask; ++i) {
    const auto& [hash, seen] = slots[i];
    if (seen.from == kEmpty) continue;
    Digest entry;
    entry.add(hash);
    entry.add(seen.from.value);
    entry.add(seen.ttl);
    entry.add(seen.forwarded ? 1U : 0U);
    entry.add(static_cast<std::uint64_t>(seen.strategy));
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
