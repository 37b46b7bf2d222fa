// Who is not wanted: keys that the user blocked, for good, and keys that broke the rules, for a
// time that doubles with each repetition. Bounded: when all places are taken the ban that ends
// first gives way; a block never does. The list outlives the process through the host.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/config.h"

namespace freshet::core::overlay {

struct Ban {
  NodeKey key;
  TimePoint until = TimePoint::max();  ///< max(): blocked by the user
  Duration length{};                   ///< of the last temporary ban: the next one is twice as long

  [[nodiscard]] bool is_block() const { return until == TimePoint::max(); }
};

class Bans {
 public:
  [[nodiscard]] bool has(const NodeKey& key, TimePoint now) const;
  /// Bans a key that broke the rules; a blocked one stays blocked. Returns until when.
  TimePoint punish(const Config& config, const NodeKey& key, TimePoint now);
  /// Blocks for good, or bans for `length`. False when config.max_bans are blocked.
  bool add(const Config& config, const NodeKey& key, std::optional<Duration> length, TimePoint now);
  /// Whether it was there.
  bool remove(const NodeKey& key);
  /// In the order in which they came. Some may have ended: they are kept so that a repetition costs
  /// more.
  [[nodiscard]] std::span<const Ban> all() const { return bans_; }
  void digest(Digest& digest) const;

 private:
  Ban* find(const NodeKey& key);
  void make_room(const Config& config, TimePoint now);

  std::vector<Ban> bans_;
};

}  // namespace freshet::core::overlay
