// GUIDs seen lately, and the link that each came from: what makes a duplicate a duplicate and a hit
// find its way back. Bounded and aged by generations: entries go into the young one; when it is
// full or old it becomes the old one, and the one before it is let go whole. So an entry lives
// between one and two max_guid_age, or less when GUIDs come faster. The table is keyed: a peer that
// chooses GUIDs cannot choose buckets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <tsl/robin_map.h>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::core::overlay {

/// Stands for this node itself as the place that a query came from.
inline constexpr LinkId kSelfLink{0xFFFFFFFF};

struct Seen {
  LinkId from;
  std::uint8_t ttl = 0;    ///< highest remaining TTL of any copy
  bool forwarded = false;  ///< passed on at least once
};

class GuidTable {
 public:
  explicit GuidTable(std::uint64_t hash_key) : hash_{hash_key}, young_(0, hash_), old_(0, hash_) {}

  struct Lookup {
    Seen* seen;
    bool inserted;
  };
  /// The entry of `guid`, made from `seen` when there is none. Valid until the next call.
  Lookup see(const Guid& guid, Seen seen);
  /// nullptr when not remembered.
  [[nodiscard]] const Seen* find(const Guid& guid) const;

  /// Lets the old generation go when the young one holds `limit` entries or is older than
  /// `max_age`. True when it did. Cheap when it does not.
  bool rotate(std::size_t limit, Duration max_age, TimePoint now);

  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  struct KeyedHash {
    std::uint64_t key;
    std::size_t operator()(const Guid& guid) const {
      std::uint64_t low = 0;
      std::uint64_t high = 0;
      std::memcpy(&low, guid.bytes.data(), sizeof low);
      std::memcpy(&high, guid.bytes.data() + sizeof low, sizeof high);
      return static_cast<std::size_t>(Digest::mix(Digest::mix(low ^ key) ^ high));
    }
  };
  using Generation = tsl::robin_map<Guid, Seen, KeyedHash>;

  KeyedHash hash_;
  Generation young_;
  Generation old_;
  TimePoint young_since_{};
};

}  // namespace freshet::core::overlay
