#include "node/core/transfer/sources.h"

#include <algorithm>
#include <utility>

#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {

bool Sources::add(const Config& config, const Source& source) {
  if (banned_.contains(source.key)) return false;
  const auto at = known_.find(source.key);
  if (at == known_.end() && known_.size() >= config.max_sources) return false;
  Known& known = at == known_.end() ? known_[source.key] : at->second;
  if (source.size_claim && *source.size_claim > 0
      && *source.size_claim <= wire::bt::kMaxContentBytes) {
    known.claim = source.size_claim;
  }
  for (const Endpoint& endpoint : source.endpoints) {
    if (known.endpoints.size() >= config.max_endpoints_per_source) break;
    const auto& all = known.endpoints;
    if (std::find(all.begin(), all.end(), endpoint) == all.end()) {
      known.endpoints.push_back(endpoint);
    }
  }
  return true;
}

TimePoint Sources::Known::earliest() const {
  return std::min({direct_at, push_at, relay_at});
}

void Sources::Known::stop_trying() {
  direct_at = push_at = relay_at = TimePoint::max();
  direct_tried = relay_tried = false;
}

std::optional<Way> Sources::due(const Known& known, TimePoint now) {
  if (known.direct_at <= now) return Way::direct;
  if (known.push_at <= now) return Way::push;
  if (known.relay_at <= now) return Way::relay;
  return std::nullopt;
}

// From its addresses on, by every way.
void Sources::begin(const Config& config, Known& known, TimePoint now) {
  known.direct_at = now;
  known.push_at = now + config.push_after;
  known.relay_at = now + config.relay_after;
}

std::optional<Sources::Planned> Sources::next(const Config& config, TimePoint now) {
  for (auto& [key, known] : known_) {
    if (known.endpoints.empty()) continue;
    if (known.state == State::idle && known.next_dial <= now && dialling_ < config.max_dials) {
      known.state = State::dialling;
      ++dialling_;
      begin(config, known, now);
    }
    if (known.state == State::linked && known.relayed && known.next_dial <= now) {
      known.next_dial = now + config.direct_retry;
      known.direct_at = now;
      known.push_at = now + config.push_after;
    }
    const auto way = due(known, now);
    if (!way) continue;
    (*way == Way::direct ? known.direct_at
     : *way == Way::push ? known.push_at
                         : known.relay_at) = TimePoint::max();
    if (*way == Way::direct) known.direct_tried = true;
    if (*way == Way::relay) known.relay_tried = true;
    return Planned{.key = key, .endpoints = known.endpoints, .way = *way};
  }
  return std::nullopt;
}

void Sources::leave_dialling(Known& known) {
  if (known.state == State::dialling) --dialling_;
  known.state = State::idle;
  known.detours_now = false;
  known.stop_trying();
}

void Sources::postpone(const Config& config, At at, TimePoint now) {
  Known& known = at->second;
  if (++known.failures >= config.max_dial_failures) {
    known_.erase(at);
    return;
  }
  const Duration wait = config.redial_min * (std::int64_t{1} << std::min(known.failures - 1, 16));
  known.next_dial = now + std::min(wait, config.redial_max);
}

void Sources::dial_failed(const Config& config, const NodeKey& key, Way way, TimePoint now) {
  const auto at = known_.find(key);
  if (at == known_.end()) return;
  Known& known = at->second;
  bool& tried = way == Way::relay ? known.relay_tried : known.direct_tried;
  if (!std::exchange(tried, false)) return;
  if (way == Way::direct) {  // the others need not wait for it
    if (known.push_at != TimePoint::max()) known.push_at = now;
    if (known.relay_at != TimePoint::max())
      known.relay_at = std::min(known.relay_at, now + (config.relay_after - config.push_after));
  }
  if (known.is_trying()) return;
  known.detours_now = false;
  if (known.state != State::dialling) return;
  leave_dialling(known);
  postpone(config, at, now);
}

void Sources::linked(const Config& config, const NodeKey& key, bool relayed, TimePoint now) {
  const auto at = known_.find(key);
  if (at == known_.end()) return;
  Known& known = at->second;
  leave_dialling(known);
  known.state = State::linked;
  known.relayed = relayed;
  known.next_dial = now + config.direct_retry;
}

bool Sources::wants(const NodeKey& key, Way way) const {
  const auto at = known_.find(key);
  if (at == known_.end()) return false;
  const Known& known = at->second;
  return way != Way::relay || known.state == State::dialling || known.detours_now;
}

bool Sources::detour(const Config& config, const NodeKey& key, TimePoint now) {
  const auto at = known_.find(key);
  if (at == known_.end()) return false;
  Known& known = at->second;
  if (known.state != State::linked || known.detours_now || known.endpoints.empty()) return false;
  if (known.next_detour > now) return false;
  known.detours_now = true;
  known.next_detour =
      now + config.detour_after * (std::int64_t{2} << std::min<int>(known.detours, 5));
  if (known.detours < UINT8_MAX) ++known.detours;
  begin(config, known, now);
  known.push_at = now;
  known.relay_at = now + (config.relay_after - config.push_after);
  return true;
}

void Sources::lost(const Config& config, const NodeKey& key, bool delivered, TimePoint now) {
  const auto at = known_.find(key);
  if (at == known_.end() || at->second.state != State::linked) return;
  Known& known = at->second;
  known.relayed = false;
  if (known.detours_now && known.is_trying()) {  // what is under way goes on
    known.detours_now = false;
    known.state = State::dialling;
    ++dialling_;
    return;
  }
  leave_dialling(known);
  if (!delivered) {
    postpone(config, at, now);
    return;
  }
  known.failures = 0;
  known.next_dial = now + config.redial_soon;
}

void Sources::ban(const Config& config, const NodeKey& key) {
  const auto at = known_.find(key);
  if (at != known_.end()) {
    leave_dialling(at->second);
    known_.erase(at);
  }
  if (banned_.size() < config.max_sources) banned_.insert(key);
}

std::optional<std::uint64_t> Sources::claim_of(const NodeKey& key) const {
  const auto at = known_.find(key);
  return at == known_.end() ? std::nullopt : at->second.claim;
}

void Sources::forget_claim(const NodeKey& key) {
  const auto at = known_.find(key);
  if (at != known_.end()) at->second.claim.reset();
}

std::optional<TimePoint> Sources::next_at(bool may_begin) const {
  TimePoint earliest = TimePoint::max();
  for (const auto& [key, known] : known_) {
    if (known.endpoints.empty()) continue;
    earliest = std::min(earliest, known.earliest());
    const bool waits =
        known.state == State::idle ? may_begin : known.state == State::linked && known.relayed;
    if (waits) earliest = std::min(earliest, known.next_dial);
  }
  return earliest == TimePoint::max() ? std::nullopt : std::optional(earliest);
}

}  // namespace freshet::core::transfer
