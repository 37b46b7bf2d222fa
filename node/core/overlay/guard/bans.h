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
  bool is_block = false;  ///< by the user or a moderator; the rest holds beside it
  TimePoint until{};      ///< of the last ban for a time
  Duration length{};      ///< of it: the next one is twice as long; zero: there was none
};

class Bans {
 public:
  [[nodiscard]] bool has(const NodeKey& key, TimePoint now) const;
  /// Bans a key that broke the rules for a time; a blocked one stays blocked. Returns until when.
  TimePoint punish(const Config& config, const NodeKey& key, TimePoint now);
  /// Blocks for good, or bans for `length`. False when config.max_bans are blocked.
  bool add(const Config& config, const NodeKey& key, std::optional<Duration> length, TimePoint now);
  /// Ends a block; a ban for a time goes on beside it. Whether it was blocked.
  bool unblock(const NodeKey& key);
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
