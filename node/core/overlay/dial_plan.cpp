#include "node/core/overlay/dial_plan.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/held_links.h"
#include "node/core/overlay/membership/diversity.h"

namespace freshet::core::overlay {
namespace {

bool is_linked(const Turn& turn, const std::optional<NodeKey>& key) {
  return key && (*key == turn.self || turn.links.has_peer(*key));
}

bool is_banned(const Turn& turn, const std::optional<NodeKey>& key) {
  return key && turn.is_banned(*key);
}

bool is_missing(const HeldLinks& held, const Wanted& wanted, std::size_t coming) {
  const std::size_t links = held.all + coming;
  if (links < wanted.links) return true;
  return links < wanted.places && held.own + coming < own_links(wanted);
}

std::size_t greetings_out(const Turn& turn) {
  const auto links = std::as_const(turn.links).all();
  return static_cast<std::size_t>(std::count_if(links.begin(), links.end(), is_greeting_out));
}

std::uint32_t age_seconds(TimePoint now, TimePoint then) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(age, 0, 0x7FFFFFFF));
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
  if (is_banned(turn, key)) {
    ++turn.counters.hosts_banned;
    return;
  }
  if (std::find(own_addresses_.begin(), own_addresses_.end(), address) != own_addresses_.end())
    return;
  if (cache_.learn(key, address, heard, turn.config.max_cached_hosts)) {
    ++turn.counters.hosts_learned;
    if (turn.rng.below(++news_) == 0) one_of_the_news_ = address;
  } else if (cache_.all().size() >= turn.config.max_cached_hosts && address.is_dialable()
             && cache_.find(address) == nullptr) {
    ++turn.counters.hosts_over_limit;
  }
}

std::optional<TimePoint> DialPlan::run(Turn& turn, const Wanted& wanted) {
  run_named(turn);
  run_cached(turn, wanted);
  std::optional<TimePoint> next;
  for (const Named& peer : named_) {
    if (!peer.dialling && !is_linked(turn, peer.key)) next = earlier(next, peer.next_try);
  }
  return turn.config.discover ? earlier(next, next_cached(turn, wanted)) : next;
}

// While no further dial may begin, only what ends one changes that, or that it takes too long:
// waiting for a time would spin.
std::optional<TimePoint> DialPlan::next_cached(const Turn& turn, const Wanted& wanted) const {
  if (may_dial_more(turn, wanted)) {
    return cache_.earliest([&](const CachedHost& host) { return is_usable(turn, host); });
  }
  const HeldLinks held = held_links(turn);
  if (is_full(turn)) return std::nullopt;
  if (!is_missing(held, wanted, 0)) return held.doubts;
  if (is_waiting(turn)) return welcomes_until_;
  std::optional<TimePoint> next = held.doubts;
  for (const Pending& each : pending_) {
    const TimePoint late = each.since + turn.config.dial_patience;
    if (late > turn.now) next = earlier(next, late);
  }
  return next;
}

bool DialPlan::is_usable(const Turn& turn, const CachedHost& host) const {
  return !is_linked(turn, host.key) && !is_pending(host.address) && !is_banned(turn, host.key);
}

std::size_t DialPlan::young_dials(TimePoint now, Duration patience) const {
  return static_cast<std::size_t>(
      std::count_if(pending_.begin(), pending_.end(), [&](const Pending& each) {
        return now - each.since < patience;
      }));
}

bool DialPlan::is_waiting(const Turn& turn) const {
  return turn.now < welcomes_until_ && held_links(turn).all > 0;
}

bool DialPlan::may_dial_more(const Turn& turn, const Wanted& wanted) const {
  if (is_waiting(turn)) return false;
  const std::size_t young = young_dials(turn.now, turn.config.dial_patience);
  return young < turn.config.max_concurrent_dials && !is_full(turn)
         && is_missing(held_links(turn), wanted, young);
}

// A dial is under way until Hello was heard. Those that a user named are beside the others.
bool DialPlan::is_full(const Turn& turn) const {
  const auto found = std::count_if(pending_.begin(), pending_.end(), [](const Pending& each) {
    return std::holds_alternative<Endpoint>(each.target);
  });
  return static_cast<std::size_t>(found) + greetings_out(turn) >= turn.config.max_pending_dials;
}

void DialPlan::run_named(Turn& turn) {
  for (Named& peer : named_) {
    if (peer.dialling || peer.next_try > turn.now || is_linked(turn, peer.key)) continue;
    peer.dialling = true;
    dial(turn, peer.number, std::nullopt, wire::Wish::chosen);
  }
}

void DialPlan::run_cached(Turn& turn, const Wanted& wanted) {
  if (!turn.config.discover) return;
  while (may_dial_more(turn, wanted)) {
    if (!dial_any(turn)) return;
  }
}

// Rather one that never failed, then one away from those that are linked, then one heard lately.
CachedHost* DialPlan::pick(Turn& turn) {
  std::vector<Endpoint> linked;
  const auto usable = [&](const CachedHost& host) {
    return is_usable(turn, host);
  };
  for (const CachedHost& host : cache_.all()) {
    if (is_linked(turn, host.key)) linked.push_back(host.address);
  }
  return cache_.pick(turn.now, turn.rng, usable, [&](const CachedHost& a, const CachedHost& b) {
    if (a.failures != b.failures) return a.failures < b.failures;
    const auto near_a = nearness(a.address, linked);
    const auto near_b = nearness(b.address, linked);
    return near_a != near_b ? near_a < near_b : a.heard > b.heard;
  });
}

bool DialPlan::dial_any(Turn& turn) {
  const CachedHost* host = pick(turn);
  return host != nullptr && dial_host(turn, host->address, host->key, wire::Wish::link);
}

bool DialPlan::dial_lost(Turn& turn) {
  const LostPeers::Peer* peer = lost_.pick(turn.rng, turn.now);
  return peer != nullptr && dial_host(turn, peer->address, peer->key, wire::Wish::link);
}

bool DialPlan::dial_news(Turn& turn, std::uint32_t many) {
  if (news_ < many) return false;
  news_ = 0;
  const CachedHost* host = cache_.find(one_of_the_news_);
  return host != nullptr && dial_host(turn, host->address, host->key, wire::Wish::link);
}

bool DialPlan::dial_host(Turn& turn,
                         const Endpoint& address,
                         const std::optional<NodeKey>& key,
                         wire::Wish wish) {
  if (is_full(turn) || is_linked(turn, key) || is_pending(address)) return false;
  if (CachedHost* host = cache_.find(address)) {
    if (host->next_try > turn.now) return false;
    host->next_try = turn.now + backoff(turn.config, host->failures);
  }
  dial(turn, address, key, wish);
  return true;
}

void DialPlan::dial(Turn& turn,
                    const Target& target,
                    const std::optional<NodeKey>& expected,
                    wire::Wish wish) {
  const DialId id{next_dial_++};
  pending_.push_back({.dial = id, .target = target, .since = turn.now, .wish = wish});
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

wire::Wish DialPlan::on_connected(Turn& turn, DialId dial, const NodeKey& key) {
  const auto pending = take_pending(dial);
  if (!pending) return wire::Wish::unsaid;
  if (key == turn.self) {
    forget_self(pending->target);
    return wire::Wish::unsaid;
  }
  const auto* number = std::get_if<PeerNumber>(&pending->target);
  if (number == nullptr) {
    if (CachedHost* host = cache_.find(*std::get_if<Endpoint>(&pending->target))) host->key = key;
    return pending->wish;
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
  return pending->wish;
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
  lost_.remove(key);
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

void DialPlan::on_silent(Turn& turn, const NodeKey& key) {
  if (!turn.config.discover) return;
  if (const CachedHost* host = cache_.find_key(key)) lost_.add(key, host->address, turn.now);
}

void DialPlan::on_full(Turn& turn, const NodeKey& key) {
  for (CachedHost& host : cache_.all()) {
    if (host.key != key) continue;
    host.failures = 0;
    host.heard = turn.now;
    host.next_try = turn.now + turn.config.full_pause;
  }
}

std::vector<wire::PongNode> DialPlan::sample(const Turn& turn,
                                             const NodeKey& except,
                                             std::size_t most) {
  std::vector<CachedHost*> alive;
  for (CachedHost& host : cache_.all()) {
    if (is_linked(turn, host.key)) host.heard = turn.now;
    if (host.key != except && host.failures == 0) alive.push_back(&host);
  }
  std::vector<wire::PongNode> chosen;
  for (std::size_t taken = 0; taken < std::min(most, alive.size()); ++taken) {
    std::swap(alive[taken], alive[taken + turn.rng.below(alive.size() - taken)]);
    const CachedHost& host = *alive[taken];
    chosen.push_back(
        {.key = host.key, .address = host.address, .age_s = age_seconds(turn.now, host.heard)});
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
  digest.add(news_);
  digest.add(static_cast<std::uint64_t>(welcomes_until_.time_since_epoch().count()));
  lost_.digest(digest);
  digest.add(next_dial_);
  return digest.value();
}

}  // namespace freshet::core::overlay
