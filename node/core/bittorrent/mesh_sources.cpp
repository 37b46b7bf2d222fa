#include "node/core/bittorrent/mesh_sources.h"

#include <algorithm>

namespace freshet::core::bittorrent {

MeshSources::Turn MeshSources::want(const TorrentPtr& torrent, TimePoint now) {
  Turn turn;
  Content* content = need(torrent, now);
  if (content == nullptr) return turn;
  turn.flood = may_flood(*content, now);
  forget_silent(*content, now);
  for (const Holder& holder : content->holders) ask(*content, torrent, holder, now, turn.asks);
  return turn;
}

MeshSources::Content* MeshSources::need(const TorrentPtr& torrent, TimePoint now) {
  const auto known = contents_.find(torrent->content);
  if (known == contents_.end() && contents_.size() >= config_.max_contents) age(now);
  if (known == contents_.end() && contents_.size() >= config_.max_contents) {
    ++counters_.floods_refused;
    return nullptr;
  }
  Content& content = contents_[torrent->content];
  content.wanted = now;
  const auto same = std::find(content.torrents.begin(), content.torrents.end(), torrent);
  if (same != content.torrents.end()) return &content;
  if (content.torrents.size() >= config_.max_torrents_per_content) {
    const TorrentPtr oldest = content.torrents.front();
    content.torrents.erase(content.torrents.begin());
    std::erase_if(content.places, [&](const Place& place) { return place.torrent == oldest; });
  }
  content.torrents.push_back(torrent);
  return &content;
}

void MeshSources::forget_silent(Content& content, TimePoint now) const {
  std::erase_if(content.holders,
                [&](const Holder& each) { return now - each.heard > config_.lifetime; });
}

bool MeshSources::may_flood(Content& content, TimePoint now) {
  if (content.flooded && now - *content.flooded < config_.flood_pause) return false;
  std::erase_if(floods_, [&](TimePoint at) { return now - at >= config_.flood_pause; });
  if (floods_.size() >= config_.max_floods) {
    ++counters_.floods_refused;
    return false;
  }
  floods_.push_back(now);
  content.flooded = now;
  ++counters_.floods;
  return true;
}

std::vector<MeshSources::Ask> MeshSources::found(const ContentId& content,
                                                 const NodeKey& node,
                                                 const std::vector<Endpoint>& addresses,
                                                 TimePoint now) {
  std::vector<Ask> asks;
  const auto known = contents_.find(content);
  if (known == contents_.end()) return asks;
  Content& of = known->second;
  auto holder = std::find_if(
      of.holders.begin(), of.holders.end(), [&](const Holder& each) { return each.node == node; });
  if (holder == of.holders.end()) {
    forget_silent(of, now);
    if (of.holders.size() >= config_.max_nodes_per_content) {
      ++counters_.dropped;
      return asks;
    }
    holder =
        of.holders.insert(of.holders.end(), Holder{.node = node, .addresses = {}, .heard = now});
  }
  holder->heard = now;
  holder->addresses = addresses;
  std::erase_if(holder->addresses, [](const Endpoint& at) { return !at.is_dialable(); });
  if (holder->addresses.size() > config_.max_addresses_per_node)
    holder->addresses.resize(config_.max_addresses_per_node);
  for (const TorrentPtr& torrent : of.torrents) ask(of, torrent, *holder, now, asks);
  return asks;
}

void MeshSources::ask(Content& content,
                      const TorrentPtr& torrent,
                      const Holder& holder,
                      TimePoint now,
                      std::vector<Ask>& asks) {
  // What it said of addresses that it does not name any more counts no longer than its yes.
  std::erase_if(content.places, [&](const Place& place) {
    return now - place.said_yes.value_or(place.asked) > config_.lifetime;
  });
  for (const Endpoint& at : holder.addresses) {
    const auto place =
        std::find_if(content.places.begin(), content.places.end(), [&](const Place& each) {
          return each.torrent == torrent && each.node == holder.node && each.at == at;
        });
    if (place != content.places.end() && now - place->asked < config_.ask_pause) continue;
    if (place != content.places.end()) {
      place->asked = now;
    } else if (content.places.size() >= config_.max_places) {
      ++counters_.dropped;
      return;
    } else {
      content.places.push_back({.torrent = torrent, .node = holder.node, .at = at, .asked = now});
    }
    asks.push_back({.torrent = torrent, .node = holder.node, .at = at});
  }
}

void MeshSources::answered(const Ask& ask, bool serves, TimePoint now) {
  const auto content = contents_.find(ask.torrent->content);
  if (content == contents_.end()) return;
  for (Place& place : content->second.places) {
    if (place.torrent != ask.torrent || place.node != ask.node || place.at != ask.at) continue;
    place.said_yes = serves ? std::optional(now) : std::nullopt;
  }
}

std::vector<Endpoint> MeshSources::list(const TorrentPtr& torrent, TimePoint now) const {
  std::vector<Endpoint> listed;
  const auto content = contents_.find(torrent->content);
  if (content == contents_.end()) return listed;
  for (const Place& place : content->second.places) {
    const bool serves =
        place.torrent == torrent && place.said_yes && now - *place.said_yes <= config_.lifetime;
    if (serves && std::find(listed.begin(), listed.end(), place.at) == listed.end())
      listed.push_back(place.at);
  }
  return listed;
}

std::optional<Duration> MeshSources::since_flood(const ContentId& content, TimePoint now) const {
  const auto known = contents_.find(content);
  if (known == contents_.end() || !known->second.flooded) return std::nullopt;
  return now - *known->second.flooded;
}

void MeshSources::age(TimePoint now) {
  std::erase_if(contents_, [&](const auto& each) {
    const Content& content = each.second;
    const bool is_paused = content.flooded && now - *content.flooded < config_.flood_pause;
    return !is_paused && now - content.wanted > config_.lifetime;
  });
}

}  // namespace freshet::core::bittorrent
