#include "node/core/overlay/guid_table.h"

#include <utility>

namespace freshet::core::overlay {
namespace {

constexpr std::uint32_t kFirstSlots = 4;

}  // namespace

const GuidTable::Slot* GuidTable::known(std::uint64_t hash) const {
  const Slot* slot = recent(hash);
  if (slot == nullptr) slot = young_.find(hash);
  if (slot == nullptr) slot = old_.find(hash);
  return slot;
}

GuidTable::Slot* GuidTable::known(std::uint64_t hash) {
  return const_cast<Slot*>(std::as_const(*this).known(hash));
}

Seen* GuidTable::insert(std::uint64_t hash, Seen seen) {
  Slot* place = nullptr;
  if (recent_used_ < kRecent) {
    place = &recent_[recent_used_++];
  } else {
    place = &recent_[oldest_];
    young_.add(*place);
    oldest_ = static_cast<std::uint8_t>((oldest_ + 1) % kRecent);
  }
  *place = {.hash = hash, .seen = seen};
  return &place->seen;
}

const Seen* GuidTable::find(const Guid& guid) const {
  const Slot* slot = known(hash_of(guid));
  return slot == nullptr ? nullptr : &slot->seen;
}

void GuidTable::renew(const Guid& guid) {
  const std::uint64_t hash = hash_of(guid);
  if (recent(hash) != nullptr || young_.find(hash) != nullptr) return;
  if (const Slot* slot = old_.find(hash)) young_.add(*slot);
}

void GuidTable::Generation::add(const Slot& added) {
  if (!slots || 4 * (used + 1) > 3 * (mask + 1)) grow();
  place_of(added.hash) = added;
  ++used;
}

void GuidTable::Generation::grow() {
  const std::uint32_t wanted = slots ? 2 * (mask + 1) : kFirstSlots;
  Generation larger;
  larger.slots = std::make_unique<Slot[]>(wanted);
  larger.mask = wanted - 1;
  larger.used = used;
  for (std::uint32_t i = 0; slots && i <= mask; ++i) {
    if (slots[i].seen.from != kEmpty) larger.place_of(slots[i].hash) = slots[i];
  }
  *this = std::move(larger);
}

std::optional<Duration> GuidTable::rotate(std::size_t limit, Duration max_age, TimePoint now) {
  const std::size_t used = recent_used_ + young_.used;
  if (used == 0) young_since_ = now;
  const bool due = used >= limit || now - young_since_ >= max_age;
  if (!due) return std::nullopt;
  const Duration age = now - young_since_;
  for (std::uint32_t i = 0; i < recent_used_; ++i) young_.add(recent_[i]);
  recent_used_ = 0;
  oldest_ = 0;
  old_ = std::exchange(young_, Generation{});
  young_since_ = now;
  return age;
}

// Order-free: where an entry lies must not show.
std::uint64_t GuidTable::sum_of(const Slot& slot) {
  Digest entry;
  entry.add(slot.hash);
  entry.add(slot.seen.from.value);
  entry.add(slot.seen.ttl);
  entry.add(slot.seen.second);
  entry.add(slot.seen.forwarded ? 1U : 0U);
  entry.add(static_cast<std::uint64_t>(slot.seen.strategy));
  return entry.value();
}

std::uint64_t GuidTable::Generation::sum() const {
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; slots && i <= mask; ++i) {
    if (slots[i].seen.from != kEmpty) sum += sum_of(slots[i]);
  }
  return sum;
}

std::uint64_t GuidTable::digest() const {
  std::uint64_t young = young_.sum();
  for (std::uint32_t i = 0; i < recent_used_; ++i) young += sum_of(recent_[i]);
  Digest digest;
  digest.add(young);
  digest.add(old_.sum());
  return digest.value();
}

}  // namespace freshet::core::overlay
