// Who finds a place at a node that offers to serve torrents of others: so many in all, and of one
// sender (base/sender.h) so few that it cannot take them all. Sans-IO.
#pragma once

#include <cstddef>
#include <span>

#include "node/base/endpoint.h"

namespace freshet::core::bittorrent {

struct OfferPlaces {
  static constexpr std::size_t kMaxTalks = 64;
  static constexpr std::size_t kMaxTalksPerSender = 16;
  static constexpr std::size_t kMaxComing = 4;  ///< records on their way
  static constexpr std::size_t kMaxComingPerSender = 1;

  /// `talking`: where those are from who have a place; one for each.
  [[nodiscard]] static bool may_talk(std::span<const Endpoint> talking, const Endpoint& from);
  /// `bringing`: the same of those whose record is on its way.
  [[nodiscard]] static bool may_bring(std::span<const Endpoint> bringing, const Endpoint& from);
};

}  // namespace freshet::core::bittorrent
