#include "node/core/overlay/guard/target_limit.h"

#include <algorithm>

namespace freshet::core::overlay {

Endpoint TargetLimit::target_of(const Endpoint& address) {
  Endpoint target = address;
  if (!address.is_loopback()) target.port = 0;
  return target;
}

TargetLimit::Target& TargetLimit::need(const Endpoint& at, TimePoint now) {
  const auto found = std::find_if(
      targets_.begin(), targets_.end(), [&](const Target& each) { return each.at == at; });
  if (found != targets_.end()) return *found;
  if (targets_.size() >= kMaxTargets) {
    std::erase_if(targets_, [&](const Target& each) { return each.attempts.full_at() <= now; });
  }
  if (targets_.size() >= kMaxTargets) {
    targets_.erase(
        std::min_element(targets_.begin(), targets_.end(), [](const Target& a, const Target& b) {
          return a.attempts.full_at() < b.attempts.full_at();
        }));
  }
  return targets_.emplace_back(Target{.at = at, .attempts = {}});
}

bool TargetLimit::allows(const Endpoint& target, TimePoint now) {
  if (need(target_of(target), now).attempts.take(kRate, now)) return true;
  ++refused_;
  return false;
}

void TargetLimit::proved(const Endpoint& target) {
  const Endpoint at = target_of(target);
  std::erase_if(targets_, [&](const Target& each) { return each.at == at; });
}

}  // namespace freshet::core::overlay
