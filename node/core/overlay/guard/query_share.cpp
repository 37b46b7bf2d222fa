#include "node/core/overlay/guard/query_share.h"

#include <algorithm>

#include "node/core/overlay/guid_table.h"

namespace freshet::core::overlay {
namespace {

/// A source that asks so many times what another one does is held to its share.
constexpr std::uint32_t kMuchMore = 4;
/// After so long without one the rush is over: floods that are held back must not come in waves.
constexpr Duration kCalm = std::chrono::seconds(30);
/// Nobody is held to less in a window.
constexpr std::uint32_t kLeastShare = 2;

std::uint32_t places_in_window(const Config& config) {
  const auto places = static_cast<std::int64_t>(config.guids_per_generation) * QueryShare::kWindow
                      / config.min_route_age;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(places, 1, UINT32_MAX));
}

// A burst of what comes in a second, or one query.
Rate own_rate(const Config& config) {
  const auto guids = static_cast<std::int64_t>(config.guids_per_generation);
  const Duration interval =
      std::max(Duration(1), config.min_route_age * QueryShare::kOwnParts / guids);
  return {.interval = interval,
          .burst = static_cast<std::uint32_t>(
              std::max<std::int64_t>(1, Duration(std::chrono::seconds(1)) / interval))};
}

}  // namespace

void QueryShare::begin(TimePoint now) {
  if (active_) return;
  active_ = true;
  ends_ = now + kWindow;
  calm_at_ = now + kCalm;
}

QueryShare::Source& QueryShare::source(LinkId link) {
  const auto found = std::find_if(
      sources_.begin(), sources_.end(), [&](const Source& each) { return each.link == link; });
  if (found != sources_.end()) return *found;
  return sources_.emplace_back(Source{.link = link});
}

bool QueryShare::take(const Config& config,
                      LinkId from,
                      const wire::FrameHeader& header,
                      TimePoint now) {
  if (!active_) return true;
  if (now >= ends_) turn_over(config, now);
  if (!active_) return true;
  Source& asking = source(from);
  ++asking.asked;
  if (from != kSelfLink) {
    const bool is_own = header.hops == 0 || header.ttl >= kUsualTtl;
    if (is_own) asking.is_within = asking.own.take(own_rate(config), now);
    if (is_own && sources_.size() > 1) {
      if (!asking.is_within) return false;
    } else if (asking.taken >= asking.share) {
      return false;
    }
  }
  ++asking.taken;
  return true;
}

void QueryShare::turn_over(const Config& config, TimePoint now) {
  ends_ = now + kWindow;
  std::uint64_t asked = 0;
  for (const Source& each : sources_) asked += each.asked;
  const std::uint32_t places = places_in_window(config);
  if (asked > places) calm_at_ = now + kCalm;
  if (now >= calm_at_) {  // the rush is over
    active_ = false;
    sources_.clear();
    return;
  }
  std::erase_if(sources_,
                [&](const Source& each) { return each.asked == 0 && each.own.full_at() <= now; });
  divide(places);
  for (Source& each : sources_) each.asked = each.taken = 0;
}

void QueryShare::divide(std::uint32_t places) {
  if (sources_.empty()) return;
  std::sort(sources_.begin(), sources_.end(), [](const Source& a, const Source& b) {
    return a.asked != b.asked ? a.asked < b.asked : a.link < b.link;
  });
  const std::uint64_t least = std::max<std::uint32_t>(1, sources_.front().asked);
  const bool all_alike = sources_.back().asked <= kMuchMore * least;
  const std::uint64_t much =
      std::max<std::uint64_t>(kLeastShare, std::uint64_t{kMuchMore} * places / sources_.size());
  std::uint32_t left = places;
  auto sharing = static_cast<std::uint32_t>(sources_.size());
  for (Source& each : sources_) {
    const std::uint32_t share = std::max(kLeastShare, left / sharing);
    each.share = all_alike || each.asked <= much ? UINT32_MAX : share;
    left -= std::min({left, share, each.asked});
    --sharing;
  }
}

bool QueryShare::is_within_own_rate(LinkId from) const {
  const auto found = std::find_if(
      sources_.begin(), sources_.end(), [&](const Source& each) { return each.link == from; });
  return found != sources_.end() && found->is_within;
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
