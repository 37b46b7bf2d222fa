#include "node/core/bittorrent/peer_book.h"

#include <algorithm>

#include "node/base/sender.h"

namespace freshet::core::bittorrent {
namespace {

constexpr std::uint16_t kLeastPort = 1024;
constexpr std::chrono::seconds kFirstPause{1};
constexpr std::uint32_t kMostDoublings = 5;  // 32 s

}  // namespace

bool PeerBook::add(const Endpoint& at, Word word, TimePoint now) {
  if (!at.is_dialable() || peers_.size() - taken_places_ >= kMaxPeers) return false;
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
    if (peer.otherwise && peers_[*peer.otherwise].linked) continue;
    if (!best || peer.due < peers_[*best].due) best = i;
  }
  if (best) peers_[*best].linked = true;
  return best;
}

// Who comes again has its place again; that of one that never brought anything is also another's.
std::optional<PeerNumber> PeerBook::take(const Endpoint& from) {
  std::size_t linked = 0;
  std::size_t linked_there = 0;
  std::optional<PeerNumber> own;
  std::optional<PeerNumber> unused;
  for (PeerNumber i = 0; i < peers_.size(); ++i) {
    const Peer& peer = peers_[i];
    const bool is_there = is_same_sender(peer.at, from);
    if (is_there && peer.banned) return std::nullopt;
    if (!peer.taken) continue;
    linked += peer.linked ? 1 : 0;
    linked_there += is_there && peer.linked ? 1 : 0;
    if (peer.linked || peer.banned) continue;
    if (is_there) own = i;
    if (!peer.useful) unused = i;
  }
  if (linked >= kMaxTaken || linked_there >= kMaxTakenPerSender) return std::nullopt;
  std::optional<PeerNumber> place = own;
  if (!place && taken_places_ < kMaxTakenPlaces) {
    ++taken_places_;
    place = static_cast<PeerNumber>(peers_.size());
    // Nobody has vouched for it: it counts as a source from its first block on.
    peers_.push_back({.at = from, .due = {}, .failures = 1, .taken = true});
  }
  if (!place) place = unused;
  if (!place) return std::nullopt;
  for (Peer& peer : peers_)
    if (peer.otherwise == place) peer.otherwise.reset();  // it may be another's now
  peers_[*place].at = from;
  peers_[*place].linked = true;
  return place;
}

void PeerBook::left(PeerNumber number, bool useful, TimePoint now) {
  Peer& peer = peers_.at(number);
  peer.linked = false;
  peer.useful = peer.useful || useful;
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
