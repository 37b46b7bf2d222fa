#include "node/core/overlay/membership/capacity.h"

#include <algorithm>

namespace freshet::core::overlay {

Capacity::Capacity(const Config& config) : places_(usual(config)) {}

std::size_t Capacity::usual(const Config& config) {
  return std::min(config.target_links + config.target_links / 2 + 1, most(config));
}

std::size_t Capacity::fewest(const Config& config) {
  return std::min(std::max<std::size_t>(2, config.target_links / 2), most(config));
}

std::size_t Capacity::most(const Config& config) {
  return std::min(4 * config.target_links, config.max_links);
}

std::size_t Capacity::wanted(const Config& config) const {
  return std::min(config.target_links, places_);
}

void Capacity::sample(const Config& config, const Load& load) {
  const bool is_choked = load.waiting >= 2 && 2 * load.waiting > load.up;
  const bool is_strong = has_refused_ && drained_bytes_ >= kMuch;
  has_refused_ = false;
  drained_bytes_ = 0;
  if (is_choked) {
    const std::size_t less = std::max<std::size_t>(1, places_ / 4);
    places_ = std::max(fewest(config), places_ - std::min(places_, less));
  } else if (is_strong || places_ < usual(config)) {
    places_ = std::min(most(config), places_ + 1);
  }
}

void Capacity::digest(Digest& digest) const {
  digest.add(places_);
  digest.add(drained_bytes_);
  digest.add(has_refused_ ? 1U : 0U);
}

}  // namespace freshet::core::overlay
