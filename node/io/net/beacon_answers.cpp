#include "node/io/net/beacon_answers.h"

namespace freshet::io {

BeaconAnswers::Verdict BeaconAnswers::judge(const NodeKey& node,
                                            const Endpoint& from,
                                            TimePoint now,
                                            Rng& rng) {
  if (!is_new(node, from, now)) return Verdict::known;
  if (is_crowded() && rng.below(known_.size()) >= config_.wanted_answers) return Verdict::silent;
  return may_answer(from, now) ? Verdict::answer : Verdict::over_limit;
}

bool BeaconAnswers::is_new(const NodeKey& node, const Endpoint& from, TimePoint now) {
  const std::pair key(node, from);
  const auto found = known_.find(key);
  if (found != known_.end()) {
    Known& known = found->second;
    if (now - known.last > config_.forget) known.first = now;
    known.last = now;
    return known.first == now || (is_crowded() && now - known.first < config_.new_for);
  }
  if (known_.size() >= config_.max_known) {
    std::erase_if(known_,
                  [&](const auto& entry) { return now - entry.second.last > config_.forget; });
  }
  if (known_.size() < config_.max_known) known_.emplace(key, Known{.first = now, .last = now});
  return true;
}

bool BeaconAnswers::may_answer(const Endpoint& to, TimePoint now) {
  std::erase_if(answered_, [&](const auto& entry) { return now - entry.second >= config_.gap; });
  return answered_.size() < config_.max_answered && answered_.emplace(to, now).second;
}

}  // namespace freshet::io
