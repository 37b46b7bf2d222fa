#include "node/core/overlay/link_table.h"

#include <algorithm>
#include <utility>

#include "node/base/check.h"
#include "node/base/digest.h"

namespace freshet::core::overlay {

Link& LinkTable::add(Link link, LinkPeer peer) {
  FRESHET_CHECK(links_.empty() || links_.back().id < link.id);
  peers_.push_back(peer);
  return links_.push_back(std::move(link));
}

void LinkTable::remove(LinkId id) {
  const Link* link = find(id);
  if (link == nullptr) return;
  const auto index = static_cast<std::size_t>(link - links_.data());
  links_.erase_at(index);
  peers_.erase_at(index);
}

const Link* LinkTable::search(LinkId id) const {
  const auto found =
      std::lower_bound(links_.begin(), links_.end(), id, [](const Link& link, LinkId wanted) {
        return link.id < wanted;
      });
  return found != links_.end() && found->id == id ? &*found : nullptr;
}

LinkPeer& LinkTable::peer_of(const Link& link) {
  return peers_[static_cast<std::size_t>(&link - links_.data())];
}

const LinkPeer& LinkTable::peer_of(const Link& link) const {
  return peers_[static_cast<std::size_t>(&link - links_.data())];
}

Link* LinkTable::find_peer(const NodeKey& key, LinkId except) {
  for (Link& link : links_) {
    if (link.id != except && link.state != LinkState::closing && peer_of(link).key == key)
      return &link;
  }
  return nullptr;
}

bool LinkTable::has_peer(const NodeKey& key) const {
  return std::any_of(links_.begin(), links_.end(), [&](const Link& link) {
    return link.state != LinkState::closing && peer_of(link).key == key;
  });
}

std::size_t LinkTable::live_count() const {
  return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), [](const Link& link) {
    return link.state != LinkState::closing;
  }));
}

std::size_t LinkTable::up_count() const {
  return static_cast<std::size_t>(std::count_if(
      links_.begin(), links_.end(), [](const Link& link) { return link.state == LinkState::up; }));
}

std::uint64_t LinkTable::digest() const {
  Digest digest;
  for (const Link& link : links_) {
    digest.add(link.id.value);
    digest.add(peer_of(link).key.view());
    digest.add(static_cast<std::uint64_t>(link.state));
    digest.add(static_cast<std::uint64_t>(link.heard.time_since_epoch().count()));
    digest.add(static_cast<std::uint64_t>(peer_of(link).pinged.time_since_epoch().count()));
    digest.add(link.awaits_pong ? 1U : 0U);
    digest.add(link.talk);
    digest.add(link.room_bytes);
    if (link.extra) {
      digest.add(link.extra->cut_frame);
      digest.add(link.extra->outbox ? link.extra->outbox->bytes() : 0);
      digest.add(link.extra->announced.size());
    }
  }
  return digest.value();
}

}  // namespace freshet::core::overlay
