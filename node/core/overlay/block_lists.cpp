#include "node/core/overlay/block_lists.h"

#include <utility>

#include "node/core/overlay/sending.h"
#include "node/wire/overlay/block_list.h"

namespace freshet::core::overlay {

bool is_block_list_frame(wire::FrameType type) {
  return type == wire::FrameType::block_list || type == wire::FrameType::block_list_version;
}

void BlockLists::on_link(Turn& turn, Link& link) const {
  send_link_frame(
      turn,
      link,
      wire::FrameType::block_list_version,
      wire::encode(wire::BlockListVersion{.moderator = moderator_, .version = version_}));
}

void BlockLists::send(Turn& turn, Link& link) const {
  ++turn.counters.block_lists_out;
  send_link_frame(turn, link, wire::FrameType::block_list, body_);
}

bool BlockLists::on_frame(Turn& turn, Link& link, const Frame& frame) {
  if (frame.header.type == wire::FrameType::block_list_version) {
    const auto theirs = wire::decode_list_version(frame.body);
    if (!theirs) return false;
    if (theirs->moderator == moderator_ && theirs->version < version_) send(turn, link);
    return true;
  }
  auto list = wire::decode_signed_list(frame.body);
  if (!list) return false;
  ++turn.counters.block_lists_in;
  if (list->list.moderator != moderator_ || list->list.version <= version_) {
    ++turn.counters.block_lists_ignored;
    return true;
  }
  turn.out.push(Effect(BlockListHeard{.link = link.id,
                                      .version = list->list.version,
                                      .body = Bytes(frame.body.begin(), frame.body.end())}));
  return true;
}

void BlockLists::set(Turn& turn, const SetBlockList& list) {
  if (list.version <= version_) return;
  version_ = list.version;
  body_ = list.body;
  for (Link& link : turn.links.all()) {
    if (link.state == LinkState::up && link.id != list.from) send(turn, link);
  }
}

void BlockLists::digest(Digest& digest) const {
  digest.add(moderator_.view());
  digest.add(version_);
}

}  // namespace freshet::core::overlay
