#include "node/core/bittorrent/offer_places.h"

#include <algorithm>

#include "node/base/sender.h"

namespace freshet::core::bittorrent {
namespace {

bool has_place(std::span<const Endpoint> taken,
               const Endpoint& from,
               std::size_t most,
               std::size_t most_per_sender) {
  const auto own = std::count_if(
      taken.begin(), taken.end(), [&](const Endpoint& each) { return is_same_sender(each, from); });
  return taken.size() < most && static_cast<std::size_t>(own) < most_per_sender;
}

}  // namespace

bool OfferPlaces::may_talk(std::span<const Endpoint> talking, const Endpoint& from) {
  return has_place(talking, from, kMaxTalks, kMaxTalksPerSender);
}

bool OfferPlaces::may_bring(std::span<const Endpoint> bringing, const Endpoint& from) {
  return has_place(bringing, from, kMaxComing, kMaxComingPerSender);
}

}  // namespace freshet::core::bittorrent
