// GUIDs seen lately, and the link that each came from: what makes a duplicate a duplicate and a hit
// find its way back. Bounded and aged by generations: entries go into the young one; when it is
// full or old it becomes the old one, and the one before it is let go whole. So an entry lives
// between one and two max_guid_age, or less when GUIDs come faster.
//
// A GUID is kept as a hash of 64 bits under the node's own key: a peer that chooses GUIDs can
// choose neither buckets nor two that look alike, and two random ones look alike once in 2^64
// pairs.
//
// A table of its own, because a simulation has one for each of a million nodes and looks into it at
// random. The copies of one query come close together, so the last few GUIDs lie in the object
// itself: most duplicates are found there. The others are entries of 16 bytes in one flat array,
// whose line for a GUID can be fetched before the GUID is looked up.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/prefetch.h"
#include "node/core/strategy_id.h"

namespace freshet::core::overlay {

/// Stands for this node itself as the place that a query came from.
inline constexpr LinkId kSelfLink{0xFFFFFFFF};

struct Seen {
  LinkId from;
  std::uint8_t ttl = 0;  ///< highest remaining TTL of any copy
  /// The low bits of another link that it came on, as near to the origin as the first, for hits
  /// when that one is gone; kNoSecond: none.
  std::uint8_t second = kNoSecond;
  bool forwarded : 1 = false;               ///< passed on at least once
  bool is_tallied : 1 = false;              ///< copies are to be answered for (tallies.h)
  StrategyId strategy = StrategyId::flood;  ///< of the last copy that counted

  static constexpr std::uint8_t kNoSecond = 0xFF;
  static std::uint8_t low_bits(LinkId link) { return static_cast<std::uint8_t>(link.value % 0xFF); }
};
static_assert(sizeof(Seen) == 8);

class GuidTable {
 public:
  explicit GuidTable(std::uint64_t hash_key) : hash_key_(hash_key) {}

  struct Lookup {
    Seen* seen;
    bool inserted;
  };
  /// The entry of `guid`, made from `seen` when there is none. Valid until the next call.
  Lookup see(const Guid& guid, Seen seen) {
    return see(guid, seen, [] { return true; });
  }
  /// The same, but a new entry is made only where `admit()` agrees; no entry otherwise.
  template <typename Admit>
  Lookup see(const Guid& guid, Seen seen, const Admit& admit) {
    const std::uint64_t hash = hash_of(guid);
    if (Slot* slot = known(hash)) return {.seen = &slot->seen, .inserted = false};
    if (!admit()) return {.seen = nullptr, .inserted = false};
    return {.seen = insert(hash, seen), .inserted = true};
  }
  /// It counts as new again, as it is. Nothing when not remembered.
  void renew(const Guid& guid);
  /// nullptr when not remembered.
  [[nodiscard]] const Seen* find(const Guid& guid) const;

  /// Lets the old generation go when the young one holds `limit` entries or is older than
  /// `max_age`. Returns how old that one became when it did. Cheap when it does not.
  std::optional<Duration> rotate(std::size_t limit, Duration max_age, TimePoint now);

  /// Fetches what see(guid) will touch when `guid` is new; changes nothing.
  void prefetch(const Guid& guid) const {
    const std::uint64_t hash = hash_of(guid);
    if (young_.slots) {
      prefetch_line(&young_.slots[young_.home_of(hash)]);
      prefetch_line(&young_.slots[young_.home_of(recent_[oldest_].hash)]);  // which makes room
    }
    if (old_.slots) prefetch_line(&old_.slots[old_.home_of(hash)]);
  }

  /// A note for the owner, kept where every query looks: new GUIDs come too fast.
  [[nodiscard]] bool is_in_rush() const { return is_in_rush_; }
  void set_in_rush(bool rush) { is_in_rush_ = rush; }

  [[nodiscard]] std::size_t size() const { return recent_used_ + young_.used + old_.used; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  /// Marks a slot that is empty; no link has this number.
  static constexpr LinkId kEmpty{0xFFFFFFFE};
  struct Slot {
    std::uint64_t hash = 0;
    Seen seen{.from = kEmpty};
  };
  static_assert(sizeof(Slot) == 16);
  static std::uint64_t sum_of(const Slot& slot);
  /// Open addressing with linear probing; nothing is ever taken out of one.
  struct Generation {
    std::unique_ptr<Slot[]> slots;  ///< none, or mask + 1 of them; at most three in four are used
    std::uint32_t mask = 0;         ///< a power of two less one
    std::uint32_t used = 0;

    [[nodiscard]] std::size_t home_of(std::uint64_t hash) const { return hash & mask; }
    /// The slot that holds `hash`, or the empty one where it would be. REQUIRES: there are slots.
    [[nodiscard]] Slot& place_of(std::uint64_t hash) const {
      std::size_t place = home_of(hash);
      while (slots[place].seen.from != kEmpty && slots[place].hash != hash)
        place = (place + 1) & mask;
      return slots[place];
    }
    [[nodiscard]] Slot* find(std::uint64_t hash) const {
      if (!slots) return nullptr;
      Slot& slot = place_of(hash);
      return slot.seen.from == kEmpty ? nullptr : &slot;
    }
    /// REQUIRES: it is not there yet.
    void add(const Slot& added);
    [[nodiscard]] std::uint64_t sum() const;

   private:
    void grow();
  };

  [[nodiscard]] std::uint64_t hash_of(const Guid& guid) const {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::memcpy(&low, guid.bytes.data(), sizeof low);
    std::memcpy(&high, guid.bytes.data() + sizeof low, sizeof high);
    return Digest::mix(Digest::mix(low ^ hash_key_) ^ high);
  }
  [[nodiscard]] const Slot* recent(std::uint64_t hash) const {
    for (std::uint32_t i = 0; i < recent_used_; ++i) {
      if (recent_[i].hash == hash) return &recent_[i];
    }
    return nullptr;
  }

  [[nodiscard]] const Slot* known(std::uint64_t hash) const;
  [[nodiscard]] Slot* known(std::uint64_t hash);
  /// REQUIRES: it is not known.
  Seen* insert(std::uint64_t hash, Seen seen);

  static constexpr std::uint32_t kRecent = 4;

  std::uint64_t hash_key_;
  TimePoint young_since_{};
  bool is_in_rush_ = false;
  std::uint8_t oldest_ = 0;  ///< of the recent ones, once all are used
  std::uint32_t recent_used_ = 0;
  std::array<Slot, kRecent> recent_{};  ///< the youngest; they count as young
  Generation young_;
  Generation old_;
};

}  // namespace freshet::core::overlay
