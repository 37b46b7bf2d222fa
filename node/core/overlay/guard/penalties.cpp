#include "node/core/overlay/guard/penalties.h"

#include <algorithm>

namespace freshet::core::overlay {

std::uint32_t Penalties::left(const Config& config, const Score& score, TimePoint now) {
  const auto decayed = (now - score.at) / (config.offence_decay / kOffence);
  return decayed >= score.points ? 0 : score.points - static_cast<std::uint32_t>(decayed);
}

bool Penalties::add(const Config& config, const NodeKey& key, std::uint32_t weight, TimePoint now) {
  auto score = std::find_if(
      scores_.begin(), scores_.end(), [&](const Score& each) { return each.key == key; });
  if (score == scores_.end()) {
    if (scores_.size() >= config.max_penalties) {
      scores_.erase(
          std::min_element(scores_.begin(), scores_.end(), [&](const Score& a, const Score& b) {
            return left(config, a, now) < left(config, b, now);
          }));
    }
    score = scores_.insert(scores_.end(), Score{.key = key, .points = 0, .at = now});
  }
  score->points = left(config, *score, now) + weight;
  score->at = now;
  if (score->points < config.max_offences * kOffence) return false;
  scores_.erase(score);
  return true;
}

void Penalties::digest(Digest& digest) const {
  for (const Score& score : scores_) {
    digest.add(score.key.view());
    digest.add(score.points);
    digest.add(static_cast<std::uint64_t>(score.at.time_since_epoch().count()));
  }
}

}  // namespace freshet::core::overlay
