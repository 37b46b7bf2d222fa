// What is not wanted here: nodes and contents that the user blocked, and those on the list of the
// moderator whom this node obeys. Kept in the state folder, told to the core, and asked by whoever
// takes hits, serves, or dials.
//
//     blocks         a line each: "node HEX" or "content HEX"; the user's own
//     moderator      the key that is obeyed, 64 hex digits; where there is none, the mesh's
//     block-list     the newest list of that moderator, signed, as it travels
//     moderator.pem  on the moderator's own machine: the key that signs
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/overlay/io.h"
#include "node/store/types.h"
#include "node/wire/overlay/block_list.h"

namespace freshet::io {

using Blockable = std::variant<NodeKey, ContentId>;

struct BlockEntry {
  Blockable what;
  bool by_user = false;
  bool by_moderator = false;
};

class Blocks {
 public:
  static constexpr std::size_t kMaxOwn = 1000;
  using Deliver = std::function<void(core::overlay::Input)>;
  /// Something is blocked from now on.
  using Blocked = std::function<void(const Blockable&)>;

  /// `dir`: the state folder.
  Blocks(std::string dir, Deliver deliver, Blocked blocked);

  /// Reads the files and tells the core. What cannot be read is logged.
  void recall();

  /// The user's own. Errors: invalid (too many; not blocked by the user), io.
  Status block(const Blockable& what);
  Status unblock(const Blockable& what);
  [[nodiscard]] bool has(const NodeKey& node) const;
  [[nodiscard]] bool has(const ContentId& content) const;
  /// Whether a content that begins so is blocked.
  [[nodiscard]] bool has(const InfoHash& info_hash) const;
  [[nodiscard]] std::vector<BlockEntry> all() const;
  [[nodiscard]] std::size_t own_count() const { return own_.size(); }

  // ---- the moderator's list
  [[nodiscard]] const std::optional<NodeKey>& moderator() const { return moderator_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] std::size_t listed_count() const { return listed_.size(); }
  /// Obeys `moderator` from now on, and forgets the list of another. Errors: io.
  Status obey(const std::optional<NodeKey>& moderator);
  /// Makes this node's moderator key where there is none, and obeys it. Errors: io.
  Result<NodeKey> become_moderator();
  /// Signs the list with `what` on it, or no longer on it, and spreads it. Errors: invalid (no
  /// moderator's key here, list full, not on it), io.
  Status sign(const Blockable& what, bool blocked);
  /// A list came over the mesh.
  void on_heard(const core::overlay::BlockListHeard& heard);

 private:
  using Set = std::set<Blockable>;

  [[nodiscard]] bool is_blocked(const Blockable& what) const;
  Status save_own() const;
  void recall_own();
  void recall_list();
  bool accept(const wire::SignedBlockList& list) const;
  void adopt(const wire::BlockList& list);
  void replace_list(Set listed);
  void apply(const Blockable& what, bool blocked);
  [[nodiscard]] wire::BlockList list_of(const Set& listed) const;

  std::string dir_;
  Deliver deliver_;
  Blocked blocked_;
  Set own_;
  Set listed_;
  std::optional<NodeKey> moderator_;
  std::uint64_t version_ = 0;
};

}  // namespace freshet::io
