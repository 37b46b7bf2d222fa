#include "node/core/bittorrent/peer_book.h"

#include <algorithm>

namespace freshet::core::bittorrent {
namespace {

constexpr std::uint16_t kLeastPort = 1024;
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::uint32_t kMostDoublings = 5;  // 32 s

}  // namespace

bool PeerBook::add(const Endpoint& at, Word word, TimePoint now) {
  if (!at.is_dialable() || peers_.size() >= kMaxPeers) return false;
  const bool is_strangers = word == Word::stranger;
  if (is_strangers && (at.port < kLeastPort || strangers_ >= kMaxStrangers)) return false;
  const bool known =
      std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) { return peer.at == at; });
  if (known) return false;
  strangers_ += is_strangers ? 1 : 0;
  peers_.push_back({.at = at, .due = now});
  return true;
}

std::optional<PeerNumber> PeerBook::next(TimePoint now) {
  std::optional<PeerNumber> best;
  for (PeerNumber i = 0; i < peers_.size(); ++i) {
    const Peer& peer = peers_[i];
    if (peer.linked || peer.taken || peer.banned || peer.due > now) continue;
    if (!best || peer.due < peers_[*best].due) best = i;
  }
  if (best) peers_[*best].linked = true;
  return best;
}

// Places are by address, so who comes again and again fills no more of them than it has links.
std::optional<PeerNumber> PeerBook::take(const Endpoint& from) {
  std::size_t linked = 0;
  std::size_t linked_there = 0;
  std::optional<PeerNumber> place;
  for (PeerNumber i = 0; i < peers_.size(); ++i) {
    const Peer& peer = peers_[i];
    const bool is_there = peer.at.address == from.address;
    if (is_there && peer.banned) return std::nullopt;
    if (!peer.taken) continue;
    linked += peer.linked ? 1 : 0;
    linked_there += is_there && peer.linked ? 1 : 0;
    if (is_there && !peer.linked) place = i;
  }
  if (linked >= kMaxTaken || linked_there >= kMaxTakenPerAddress) return std::nullopt;
  if (!place) {
    if (peers_.size() >= kMaxPeers || strangers_ >= kMaxStrangers) return std::nullopt;
    ++strangers_;
    place = static_cast<PeerNumber>(peers_.size());
    peers_.push_back({.at = from, .due = {}, .taken = true});
  }
  peers_[*place].at = from;
  peers_[*place].linked = true;
  return place;
}

void PeerBook::left(PeerNumber number, bool useful, TimePoint now) {
  Peer& peer = peers_.at(number);
  peer.linked = false;
  peer.failures = useful ? 0 : peer.failures + 1;
  const std::uint32_t doublings = std::min(peer.failures, kMostDoublings);
  peer.due = now + kFirstPause * (std::int64_t{1} << doublings);
}

void PeerBook::ban(PeerNumber peer) {
  peers_.at(peer).banned = true;
}

std::size_t PeerBook::banned() const {
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.banned; }));
}

}  // namespace freshet::core::bittorrent
