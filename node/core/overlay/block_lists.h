// The list of a moderator whom this node obeys, on its way through the mesh. Any node may pass it
// on and none can change it: the host checks signatures, and keeps and obeys the list
// (BlockListHeard). A node that obeys nobody, or somebody else, passes nothing on: it cannot tell a
// list from noise.
//
// When a link comes up both ends say which version they have, and who has the newer one sends it; a
// newer one that came in, or was signed here, goes to all other links. So each link carries each
// version once or twice, however the mesh is meshed.
#pragma once

#include <cstdint>

#include "node/base/bytes.h"
#include "node/base/digest.h"
#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/io.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class BlockLists {
 public:
  explicit BlockLists(const NodeKey& moderator) : moderator_(moderator) {}

  [[nodiscard]] const NodeKey& moderator() const { return moderator_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  /// Hello was exchanged.
  void on_link(Turn& turn, Link& link) const;
  /// False: malformed.
  bool on_frame(Turn& turn, Link& link, const Frame& frame);
  /// A list whose signature holds. Not newer than what is here: nothing happens.
  void set(Turn& turn, const SetBlockList& list);
  void digest(Digest& digest) const;

 private:
  void send(Turn& turn, Link& link) const;

  NodeKey moderator_;
  std::uint64_t version_ = 0;
  Bytes body_;
};

/// Whether it is this file's business.
bool is_block_list_frame(wire::FrameType type);

}  // namespace freshet::core::overlay
