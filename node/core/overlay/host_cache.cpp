#include "node/core/overlay/host_cache.h"

#include <algorithm>

#include "node/base/digest.h"

namespace freshet::core::overlay {
namespace {

// The one to give up first: most failures, then longest unheard.
bool less_worth(const CachedHost& a, const CachedHost& b) {
  if (a.failures != b.failures) return a.failures > b.failures;
  return a.heard < b.heard;
}

}  // namespace

CachedHost* HostCache::find(const Endpoint& address) {
  const auto found = std::find_if(hosts_.begin(), hosts_.end(), [&](const CachedHost& host) {
    return host.address == address;
  });
  return found == hosts_.end() ? nullptr : &*found;
}

const CachedHost* HostCache::find_key(const NodeKey& key) const {
  const CachedHost* found = nullptr;
  for (const CachedHost& host : hosts_) {
    if (host.key == key && (found == nullptr || host.heard > found->heard)) found = &host;
  }
  return found;
}

bool HostCache::learn(const std::optional<NodeKey>& key,
                      const Endpoint& address,
                      TimePoint heard,
                      std::size_t limit) {
  if (!address.is_dialable()) return false;
  if (CachedHost* known = find(address)) {
    if (key && (!known->key || known->failures > 0)) known->key = key;
    if (heard > known->heard) known->heard = heard;
    return false;
  }
  const CachedHost host{.key = key, .address = address, .heard = heard, .next_try = TimePoint{}};
  if (hosts_.size() < limit) {
    hosts_.push_back(host);
    return true;
  }
  const auto worst = std::min_element(hosts_.begin(), hosts_.end(), less_worth);
  if (worst == hosts_.end() || !less_worth(*worst, host)) return false;
  *worst = host;
  return true;
}

void HostCache::forget(const Endpoint& address) {
  std::erase_if(hosts_, [&](const CachedHost& host) { return host.address == address; });
}

std::uint64_t HostCache::digest() const {
  Digest digest;
  for (const CachedHost& host : hosts_) {
    digest.add(host.address.address);
    digest.add(host.address.port);
    digest.add(static_cast<std::uint64_t>(host.heard.time_since_epoch().count()));
    digest.add(static_cast<std::uint64_t>(host.next_try.time_since_epoch().count()));
    digest.add(host.failures);
  }
  return digest.value();
}

}  // namespace freshet::core::overlay
