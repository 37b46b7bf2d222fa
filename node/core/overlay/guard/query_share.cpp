#include "node/core/overlay/guard/query_share.h"

#include <algorithm>

#include "node/core/overlay/guid_table.h"

namespace freshet::core::overlay {
namespace {

/// A source that asks so many times what another one does is held to its share.
constexpr std::uint32_t kMuchMore = 4;
/// Part of a share that may be a neighbour's own queries.
constexpr std::uint32_t kOwnPart = 2;
/// Nobody is held to less in a window.
constexpr std::uint32_t kLeastShare = 2;

std::uint32_t places_in_window(const Config& config) {
  const auto places = static_cast<std::int64_t>(config.guids_per_generation) * QueryShare::kWindow
                      / config.min_route_age;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(places, 1, UINT32_MAX));
}

}  // namespace

void QueryShare::begin(TimePoint now) {
  if (active_) return;
  active_ = true;
  ends_ = now + kWindow;
}

QueryShare::Source& QueryShare::source(LinkId link) {
  const auto found = std::find_if(
      sources_.begin(), sources_.end(), [&](const Source& each) { return each.link == link; });
  if (found != sources_.end()) return *found;
  return sources_.emplace_back(Source{.link = link});
}

bool QueryShare::take(const Config& config, LinkId from, std::uint8_t hops, TimePoint now) {
  if (!active_) return true;
  if (now >= ends_) turn_over(config, now);
  if (!active_) return true;
  Source& asking = source(from);
  ++asking.asked;
  if (from != kSelfLink && asking.share != UINT32_MAX) {
    const std::uint32_t own_share = std::max(kLeastShare, asking.share / kOwnPart);
    if (asking.taken >= asking.share || (hops == 0 && asking.own_taken >= own_share)) return false;
  }
  ++asking.taken;
  if (hops == 0) ++asking.own_taken;
  return true;
}

void QueryShare::turn_over(const Config& config, TimePoint now) {
  const bool was_silent = now - ends_ > kWindow;
  ends_ = now + kWindow;
  std::uint64_t asked = 0;
  for (const Source& each : sources_) asked += each.asked;
  const std::uint32_t places = places_in_window(config);
  if (was_silent || 2 * asked < places) {  // the rush is over
    active_ = false;
    sources_.clear();
    return;
  }
  std::erase_if(sources_, [](const Source& each) { return each.asked == 0; });
  divide(places);
  for (Source& each : sources_) each.asked = each.taken = each.own_taken = 0;
}

void QueryShare::divide(std::uint32_t places) {
  std::sort(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) {
    return a.asked != b.asked ? a.asked < b.asked : a.link < b.link;
  });
  const std::uint64_t least = sources_.front().asked;
  const bool all_alike = sources_.back().asked <= kMuchMore * least;
  std::uint32_t left = places;
  auto sharing = static_cast<std::uint32_t>(sources_.size());
  for (Source& each : sources_) {
    const std::uint32_t share = std::max(kLeastShare, left / sharing);
    each.share = all_alike || each.asked <= share ? UINT32_MAX : share;
    left -= std::min({left, share, each.asked});
    --sharing;
  }
}

void QueryShare::forget(LinkId link) {
  std::erase_if(sources_, [&](const Source& each) { return each.link == link; });
}

void QueryShare::digest(Digest& digest) const {
  digest.add(active_ ? 1U : 0U);
  for (const Source& each : sources_) {
    digest.add(each.link.value);
    digest.add(each.asked);
    digest.add(each.share);
  }
}

}  // namespace freshet::core::overlay
