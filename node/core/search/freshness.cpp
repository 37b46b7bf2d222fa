#include "node/core/search/freshness.h"

#include <algorithm>
#include <chrono>

namespace freshet::core::search {
namespace {

std::uint64_t seconds_between(TimePoint from, TimePoint to) {
  const auto passed = std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, passed));
}

}  // namespace

bool Freshness::accept(const NodeKey& node,
                       std::uint64_t issued_s,
                       std::uint32_t lifetime_s,
                       std::uint64_t wall_s,
                       TimePoint now) {
  if (issued_s > UINT64_MAX / 2) return false;
  const std::uint64_t ends = issued_s + std::min(lifetime_s, kLongestLifetimeSeconds);
  if (issued_s >= kPlausibleSeconds && wall_s >= kPlausibleSeconds
      && ends + kClockSkewSeconds < wall_s) {
    return false;
  }
  const auto found = newest_.find(node);
  if (found != newest_.end()) {
    const Newest& newest = found->second;
    if (ends < newest.issued_s + seconds_between(newest.heard, now)) return false;
  }
  remember(node, issued_s, now);
  return true;
}

void Freshness::remember(const NodeKey& node, std::uint64_t issued_s, TimePoint now) {
  if (const auto found = newest_.find(node); found != newest_.end()) {
    if (issued_s > found->second.issued_s) found->second = {.issued_s = issued_s, .heard = now};
    return;
  }
  if (newest_.size() >= kMaxNodes) {
    ++forgotten_;
    newest_.erase(
        std::min_element(newest_.begin(), newest_.end(), [](const auto& a, const auto& b) {
          return a.second.heard < b.second.heard;
        }));
  }
  newest_[node] = {.issued_s = issued_s, .heard = now};
}

}  // namespace freshet::core::search
