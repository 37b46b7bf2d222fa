#include "node/core/overlay/membership/lost_peers.h"

namespace freshet::core::overlay {

void LostPeers::add(const NodeKey& key, const Endpoint& address, TimePoint now) {
  remove(key);
  if (peers_.size() == kMost) peers_.erase(peers_.begin());
  peers_.push_back({.key = key, .address = address, .since = now});
}

void LostPeers::remove(const NodeKey& key) {
  std::erase_if(peers_, [&](const Peer& peer) { return peer.key == key; });
}

const LostPeers::Peer* LostPeers::pick(Rng& rng, TimePoint now) {
  std::erase_if(peers_, [&](const Peer& peer) { return now - peer.since > kLongest; });
  return peers_.empty() ? nullptr : &peers_[rng.below(peers_.size())];
}

void LostPeers::digest(Digest& digest) const {
  for (const Peer& peer : peers_) {
    digest.add(peer.key.view());
    digest.add(peer.address.address);
    digest.add(static_cast<std::uint64_t>(peer.since.time_since_epoch().count()));
  }
}

}  // namespace freshet::core::overlay
