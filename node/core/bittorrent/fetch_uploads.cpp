#include "node/core/bittorrent/fetch_uploads.h"

#include <algorithm>

namespace freshet::core::bittorrent {

std::size_t FetchUploads::served() const {
  return static_cast<std::size_t>(std::count_if(links_.begin(), links_.end(), [](const auto& each) {
    return !each.second->uploads().is_choked() && !each.second->over();
  }));
}

// Between rounds a free slot is whoever's comes.
void FetchUploads::on_interest(FetchLink& link, TimePoint now) {
  if (!config_.uploads) return;
  takers_[link.number()].wanted_at = now;
  if (!link.uploads().is_interested()) {
    link.set_choked(true);
  } else if (link.uploads().is_choked() && served() < config_.upload_slots) {
    link.set_choked(false);
  }
}

void FetchUploads::on_time(TimePoint now) {
  if (!config_.uploads) return;
  for (const auto& [number, link] : links_) {
    if (link->uploads().is_interested()) takers_[number].wanted_at = now;
  }
  if (now < choose_at_) return;
  choose_at_ = now + config_.choke_interval;
  choose(now);
}

void FetchUploads::choose(TimePoint now) {
  std::vector<UploadChoice::Taker> takers;
  for (const auto& [number, link] : links_) {
    const std::uint64_t brought = link->take_brought_bytes();
    if (!link->is_shaken() || link->over()) continue;
    Peer& peer = takers_[number];
    peer.brought = peer.brought / 2 + brought;
    if (link->uploads().is_interested())
      takers.push_back({.peer = number, .brought = peer.brought});
  }
  const auto served = choice_.choose(takers, now);
  const auto is_served = [&](PeerNumber peer) {
    return std::find(served.begin(), served.end(), peer) != served.end();
  };
  for (const auto& taker : takers)
    if (!is_served(taker.peer)) links_.at(taker.peer)->set_choked(true);
  for (const PeerNumber peer : served) links_.at(peer)->set_choked(false);
}

void FetchUploads::leave_idle(TimePoint now) {
  if (!whole_since_) whole_since_ = now;
  for (const auto& [number, link] : links_) {
    if (link->over() || link->uploads().is_interested()) continue;
    const bool has_all = link->has_begun() && link->has().all();
    const TimePoint since = std::max(*whole_since_, takers_[number].wanted_at);
    const bool is_idle = now - since >= config_.last_interest;
    if ((has_all && link->uploads().is_idle()) || is_idle) link->end();
  }
}

}  // namespace freshet::core::bittorrent
