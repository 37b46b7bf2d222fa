#include "node/core/overlay/dial_plan.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"

namespace freshet::core::overlay {
namespace {

constexpr std::size_t kMaxOwnAddresses = 16;

bool is_linked(const Turn& turn, const std::optional<NodeKey>& key) {
  return key && (*key == turn.self || turn.links.has_peer(*key));
}

}  // namespace

Duration DialPlan::backoff(const Config& config, std::uint8_t failures) {
  Duration wait = config.redial_min;
  for (std::uint8_t i = 0; i < failures && wait < config.redial_max; ++i) wait *= 2;
  return std::min(wait, config.redial_max);
}

void DialPlan::add_peer(PeerNumber peer, bool keep, TimePoint now) {
  if (find_named(peer) != nullptr) return;
  named_.push_back({.number = peer, .keep = keep, .next_try = now});
}

void DialPlan::learn(Turn& turn,
                     const std::optional<NodeKey>& key,
                     const Endpoint& address,
                     TimePoint heard) {
  if (!turn.config.discover || (key && *key == turn.self)) return;
  if (std::find(own_addresses_.begin(), own_addresses_.end(), address) != own_addresses_.end())
    return;
  if (cache_.learn(key, address, heard, turn.config.max_cached_hosts))
    ++turn.counters.hosts_learned;
}

std::optional<TimePoint> DialPlan::run(Turn& turn) {
  run_named(turn);
  run_cached(turn);
  std::optional<TimePoint> next;
  for (const Named& peer : named_) {
    if (!peer.dialling && !is_linked(turn, peer.key)) next = earlier(next, peer.next_try);
  }
  // While no further dial may begin, only what ends one changes that: waiting for a time would
  // spin.
  if (turn.config.discover && may_dial_more(turn)) {
    next = earlier(next, cache_.earliest([&](const CachedHost& host) {
      return !is_linked(turn, host.key) && !is_pending(host.address);
    }));
  }
  return next;
}

bool DialPlan::may_dial_more(const Turn& turn) const {
  return pending_.size() < turn.config.max_concurrent_dials
         && turn.links.live_count() + pending_.size() < turn.config.target_links;
}

void DialPlan::run_named(Turn& turn) {
  for (Named& peer : named_) {
    if (peer.dialling || peer.next_try > turn.now || is_linked(turn, peer.key)) continue;
    peer.dialling = true;
    dial(turn, peer.number, std::nullopt);
  }
}

void DialPlan::run_cached(Turn& turn) {
  if (!turn.config.discover) return;
  while (may_dial_more(turn)) {
    CachedHost* host = cache_.pick(turn.now, turn.rng, [&](const CachedHost& candidate) {
      return !is_linked(turn, candidate.key) && !is_pending(candidate.address);
    });
    if (host == nullptr) return;
    host->next_try = turn.now + backoff(turn.config, host->failures);
    dial(turn, host->address, host->key);
  }
}

void DialPlan::dial(Turn& turn, const Target& target, const std::optional<NodeKey>& expected) {
  const DialId id{next_dial_++};
  pending_.push_back({.dial = id, .target = target});
  ++turn.counters.dials;
  turn.out.push(Effect(Dial{.dial = id, .target = target, .expected = expected}));
}

void DialPlan::on_dial_failed(Turn& turn, DialId dial) {
  ++turn.counters.dials_failed;
  const auto pending = take_pending(dial);
  if (!pending) return;
  if (const auto* number = std::get_if<PeerNumber>(&pending->target)) {
    Named* peer = find_named(*number);
    if (peer == nullptr) return;
    peer->dialling = false;
    peer->next_try = turn.now + backoff(turn.config, peer->failures);
    if (peer->failures < 0xFF) ++peer->failures;
    if (!peer->keep)
      std::erase_if(named_, [&](const Named& each) { return each.number == *number; });
    return;
  }
  const Endpoint& address = *std::get_if<Endpoint>(&pending->target);
  CachedHost* host = cache_.find(address);
  if (host == nullptr) return;
  if (++host->failures >= turn.config.max_dial_failures) {
    cache_.forget(address);
  } else {
    host->next_try = turn.now + backoff(turn.config, host->failures);
  }
}

std::optional<PeerNumber> DialPlan::on_connected(Turn& turn, DialId dial, const NodeKey& key) {
  const auto pending = take_pending(dial);
  if (!pending) return std::nullopt;
  if (key == turn.self) {
    forget_self(pending->target);
    return std::nullopt;
  }
  const auto* number = std::get_if<PeerNumber>(&pending->target);
  if (number == nullptr) {
    if (CachedHost* host = cache_.find(*std::get_if<Endpoint>(&pending->target))) host->key = key;
    return std::nullopt;
  }
  Named* peer = find_named(*number);
  if (peer != nullptr && !peer->keep) {
    std::erase_if(named_, [&](const Named& each) { return each.number == *number; });
  } else if (peer != nullptr) {
    peer->dialling = false;
    peer->key = key;
    peer->next_try = turn.now + backoff(turn.config, peer->failures);
    // It counts as a failure until Hello was exchanged: a peer that accepts and then refuses is not
    // dialled in a loop.
    if (peer->failures < 0xFF) ++peer->failures;
  }
  return *number;
}

void DialPlan::forget_self(const Target& target) {
  if (const auto* number = std::get_if<PeerNumber>(&target)) {
    std::erase_if(named_, [&](const Named& peer) { return peer.number == *number; });
    return;
  }
  const Endpoint& address = *std::get_if<Endpoint>(&target);
  cache_.forget(address);
  if (own_addresses_.size() < kMaxOwnAddresses) own_addresses_.push_back(address);
}

void DialPlan::on_established(const NodeKey& key, TimePoint now) {
  for (Named& peer : named_) {
    if (peer.key == key) peer.failures = 0;
  }
  for (const CachedHost& host : cache_.all()) {
    if (host.key != key) continue;
    CachedHost* known = cache_.find(host.address);
    known->failures = 0;
    known->heard = now;
  }
}

void DialPlan::on_lost(Turn& turn, const NodeKey& key, bool was_good) {
  for (Named& peer : named_) {
    if (peer.key != key) continue;
    const TimePoint earliest = turn.now + backoff(turn.config, peer.failures);
    peer.next_try = std::max(peer.next_try, earliest);
  }
  if (was_good) return;
  for (const CachedHost& host : cache_.all()) {
    if (host.key != key) continue;
    CachedHost* known = cache_.find(host.address);
    if (known->failures < 0xFF) ++known->failures;
    known->next_try = turn.now + backoff(turn.config, known->failures);
  }
}

std::vector<CachedHost> DialPlan::sample(Rng& rng, const NodeKey& except, std::size_t most) const {
  std::vector<CachedHost> chosen;
  std::size_t seen = 0;
  for (const CachedHost& host : cache_.all()) {
    if (host.key == except || host.failures > 0) continue;
    ++seen;
    if (chosen.size() < most) {
      chosen.push_back(host);
    } else if (const std::uint64_t place = rng.below(seen); place < most) {
      chosen[place] = host;
    }
  }
  return chosen;
}

DialPlan::Named* DialPlan::find_named(PeerNumber number) {
  const auto found = std::find_if(
      named_.begin(), named_.end(), [&](const Named& peer) { return peer.number == number; });
  return found == named_.end() ? nullptr : &*found;
}

std::optional<DialPlan::Pending> DialPlan::take_pending(DialId dial) {
  const auto found = std::find_if(
      pending_.begin(), pending_.end(), [&](const Pending& each) { return each.dial == dial; });
  if (found == pending_.end()) return std::nullopt;
  Pending pending = *found;
  pending_.erase(found);
  return pending;
}

bool DialPlan::is_pending(const Endpoint& address) const {
  return std::any_of(pending_.begin(), pending_.end(), [&](const Pending& each) {
    const auto* endpoint = std::get_if<Endpoint>(&each.target);
    return endpoint != nullptr && *endpoint == address;
  });
}

std::uint64_t DialPlan::digest() const {
  Digest digest;
  digest.add(cache_.digest());
  for (const Named& peer : named_) {
    digest.add(peer.number.value);
    digest.add(static_cast<std::uint64_t>(peer.next_try.time_since_epoch().count()));
    digest.add(peer.failures);
    digest.add(peer.dialling ? 1U : 0U);
  }
  digest.add(pending_.size());
  digest.add(next_dial_);
  return digest.value();
}

}  // namespace freshet::core::overlay
