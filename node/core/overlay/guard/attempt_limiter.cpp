#include "node/core/overlay/guard/attempt_limiter.h"

#include <algorithm>
#include <set>

namespace freshet::core::overlay {
namespace {

// On loopback nodes differ by port alone.
Endpoint host_of(Endpoint address) {
  if (!address.is_loopback()) address.port = 0;
  return address;
}

}  // namespace

AttemptLimiter::Target* AttemptLimiter::find(const Name& name) {
  const auto found = std::find_if(
      targets_.begin(), targets_.end(), [&](const Target& each) { return each.name == name; });
  return found == targets_.end() ? nullptr : &*found;
}

bool AttemptLimiter::allows(const NodeKey& key,
                            std::span<const Endpoint> addresses,
                            TimePoint now) {
  std::erase_if(targets_, [&](const Target& each) { return each.bucket.full_at() <= now; });
  std::set<Name> names = {key};
  for (const Endpoint& address : addresses) names.insert(host_of(address));
  // On copies first: an attempt that is refused for one target costs the others nothing.
  TokenBucket all = all_;
  bool may = all.take(kInAll, now);
  std::size_t fresh = 0;
  for (const Name& name : names) {
    const Target* target = find(name);
    if (target == nullptr) ++fresh;
    TokenBucket bucket = target == nullptr ? TokenBucket{} : target->bucket;
    may = may && bucket.take(kPerTarget, now);
  }
  if (!may || targets_.size() + fresh > kMaxTargets) return false;
  all_ = all;
  for (const Name& name : names) {
    Target* target = find(name);
    if (target == nullptr) target = &targets_.emplace_back(Target{.name = name});
    target->bucket.take(kPerTarget, now);
  }
  return true;
}

void AttemptLimiter::digest(Digest& digest) const {
  digest.add(targets_.size());
  for (const Target& each : targets_)
    digest.add(static_cast<std::uint64_t>(each.bucket.full_at().time_since_epoch().count()));
}

}  // namespace freshet::core::overlay
