#include "node/core/bittorrent/tracker.h"

#include <algorithm>

#include "node/core/bittorrent/told_addresses.h"

namespace freshet::core::bittorrent {

using wire::bt::Announce;
using wire::bt::AnnounceAnswer;
using wire::bt::AnnouncedPeer;

AnnounceAnswer Tracker::announce(const Announce& announce, Endpoint from, TimePoint now) {
  from.port = announce.port;
  Swarm& swarm = swarms_[announce.info_hash];
  std::erase_if(swarm, [&](const Peer& peer) {
    return peer.is.id == announce.peer_id || peer.is.at == from
           || now - peer.seen > config_.patience;
  });
  AnnounceAnswer answer{.interval_s = config_.interval_s,
                        .min_interval_s = config_.min_interval_s,
                        .complete = 0,
                        .incomplete = 0,
                        .peers = {},
                        .compact = announce.compact};
  for (const Peer& peer : swarm) {
    ++(peer.complete ? answer.complete : answer.incomplete);
    if (may_be_told(peer.is.at, from)) answer.peers.push_back(peer.is);
  }
  const std::size_t wanted = std::min(announce.wanted, config_.max_answer);
  for (std::size_t i = 0; i < std::min(wanted, answer.peers.size()); ++i) {
    std::swap(answer.peers[i], answer.peers[i + rng_.below(answer.peers.size() - i)]);
  }
  if (answer.peers.size() > wanted) answer.peers.resize(wanted);
  if (announce.event != Announce::Event::stopped) enter(swarm, announce, from, now);
  if (swarm.empty()) swarms_.erase(announce.info_hash);
  return answer;
}

void Tracker::enter(Swarm& swarm, const Announce& announce, const Endpoint& at, TimePoint now) {
  ++counters_.announces;
  if (!at.is_dialable()) return;
  if (!has_room(swarm, at)) {
    ++counters_.tracker_peers_dropped;
    return;
  }
  swarm.push_back(
      {.is = {.id = announce.peer_id, .at = at}, .seen = now, .complete = announce.left == 0});
}

bool Tracker::has_room(const Swarm& swarm, const Endpoint& at) const {
  const auto there = std::count_if(swarm.begin(), swarm.end(), [&](const Peer& peer) {
    return peer.is.at.address == at.address;
  });
  return swarm.size() < config_.max_peers
         && static_cast<std::size_t>(there) < config_.max_peers_per_address;
}

std::vector<AnnouncedPeer> Tracker::peers(const InfoHash& name,
                                          const Endpoint& client,
                                          std::size_t limit) const {
  std::vector<AnnouncedPeer> found;
  const auto swarm = swarms_.find(name);
  if (swarm == swarms_.end()) return found;
  for (const Peer& peer : swarm->second) {
    if (found.size() < limit && may_be_told(peer.is.at, client)) found.push_back(peer.is);
  }
  return found;
}

void Tracker::age(TimePoint now) {
  for (auto& [name, swarm] : swarms_)
    std::erase_if(swarm, [&](const Peer& peer) { return now - peer.seen > config_.patience; });
  std::erase_if(swarms_, [](const auto& each) { return each.second.empty(); });
}

std::size_t Tracker::size() const {
  std::size_t count = 0;
  for (const auto& [name, swarm] : swarms_) count += swarm.size();
  return count;
}

}  // namespace freshet::core::bittorrent
