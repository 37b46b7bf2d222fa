#include "node/core/relay_book.h"

#include <algorithm>

namespace freshet::core {

std::size_t RelayBook::count_of(const NodeKey& node) const {
  return static_cast<std::size_t>(
      std::count_if(relays_.begin(), relays_.end(), [&](const auto& entry) {
        return entry.second.asker == node || entry.second.target == node;
      }));
}

bool RelayBook::admit(const Guid& request,
                      const NodeKey& asker,
                      const NodeKey& target,
                      TimePoint now) {
  ++counters_.asked;
  if (!limits_.enabled || asker == target || relays_.size() >= limits_.max_relays
      || count_of(asker) >= limits_.max_per_node || count_of(target) >= limits_.max_per_node) {
    ++counters_.refused;
    return false;
  }
  relays_[request] = {.asker = asker, .target = target, .heard = now};
  return true;
}

bool RelayBook::awaits(const Guid& request, const NodeKey& node) const {
  const auto found = relays_.find(request);
  return found != relays_.end() && !found->second.is_joined && found->second.target == node;
}

void RelayBook::joined(const Guid& request, TimePoint now) {
  const auto found = relays_.find(request);
  if (found == relays_.end()) return;
  found->second.is_joined = true;
  found->second.heard = now;
  ++counters_.joined;
}

bool RelayBook::passed(const Guid& request, std::uint64_t bytes, TimePoint now) {
  const auto found = relays_.find(request);
  if (found == relays_.end()) return false;
  counters_.bytes += bytes;
  found->second.heard = now;
  found->second.bytes += bytes;
  if (found->second.bytes <= limits_.max_bytes) return true;
  ++counters_.expired;
  return false;
}

void RelayBook::end(const Guid& request) {
  const auto found = relays_.find(request);
  if (found == relays_.end()) return;
  if (!found->second.is_joined) ++counters_.failed;
  relays_.erase(found);
}

std::vector<Guid> RelayBook::expired(TimePoint now) {
  std::vector<Guid> over;
  for (const auto& [request, relay] : relays_) {
    const Duration patience = relay.is_joined ? limits_.idle_timeout : limits_.join_timeout;
    if (now - relay.heard < patience) continue;
    if (relay.is_joined) ++counters_.expired;
    over.push_back(request);
  }
  return over;
}

}  // namespace freshet::core
