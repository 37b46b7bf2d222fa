#include "node/core/transfer/sources.h"

#include <algorithm>

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

std::optional<Sources::Planned> Sources::next(TimePoint now) {
  for (auto& [key, known] : known_) {
    if (known.state != State::idle || known.endpoints.empty() || known.next_dial > now) continue;
    known.state = State::dialling;
    ++dialling_;
    return Planned{.key = key, .endpoints = known.endpoints};
  }
  return std::nullopt;
}

void Sources::leave_dialling(Known& known) {
  if (known.state == State::dialling) --dialling_;
  known.state = State::idle;
}

void Sources::postpone(const Config& config, std::map<NodeKey, Known>::iterator at, TimePoint now) {
  Known& known = at->second;
  if (++known.failures >= config.max_dial_failures) {
    known_.erase(at);
    return;
  }
  const Duration wait = config.redial_min * (std::int64_t{1} << std::min(known.failures - 1, 16));
  known.next_dial = now + std::min(wait, config.redial_max);
}

void Sources::dial_failed(const Config& config, const NodeKey& key, TimePoint now) {
  const auto at = known_.find(key);
  if (at == known_.end() || at->second.state != State::dialling) return;
  leave_dialling(at->second);
  postpone(config, at, now);
}

void Sources::linked(const NodeKey& key) {
  const auto at = known_.find(key);
  if (at == known_.end()) return;
  leave_dialling(at->second);
  at->second.state = State::linked;
}

void Sources::lost(const Config& config, const NodeKey& key, bool delivered, TimePoint now) {
  const auto at = known_.find(key);
  if (at == known_.end() || at->second.state != State::linked) return;
  at->second.state = State::idle;
  if (delivered) at->second.failures = 0;
  postpone(config, at, now);
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

std::optional<TimePoint> Sources::next_dial_at() const {
  std::optional<TimePoint> earliest;
  for (const auto& entry : known_) {
    const Known& known = entry.second;
    if (known.state != State::idle || known.endpoints.empty()) continue;
    if (!earliest || known.next_dial < *earliest) earliest = known.next_dial;
  }
  return earliest;
}

}  // namespace freshet::core::transfer
