#include "node/core/bittorrent/upload_choice.h"

#include <algorithm>
#include <tuple>

namespace freshet::core::bittorrent {

std::vector<PeerNumber> UploadChoice::choose(std::span<const Taker> takers, TimePoint now) {
  std::vector<Taker> left(takers.begin(), takers.end());
  std::vector<PeerNumber> served;
  const bool is_for_all = left.size() <= config_.upload_slots;
  const std::size_t for_givers = is_for_all ? 0 : config_.upload_slots - config_.turn_slots;
  std::sort(left.begin(), left.end(), [](const Taker& a, const Taker& b) {
    return std::tuple(b.brought, a.peer) < std::tuple(a.brought, b.peer);
  });
  const auto giver_ends =
      std::find_if(left.begin(),
                   left.begin() + static_cast<std::ptrdiff_t>(std::min(for_givers, left.size())),
                   [](const Taker& taker) { return taker.brought == 0; });
  for (auto giver = left.begin(); giver != giver_ends; ++giver) served.push_back(giver->peer);
  left.erase(left.begin(), giver_ends);

  // Who is in the middle of its turn goes on; then comes whose last one was longest ago.
  const auto place = [&](const Taker& taker) {
    const auto turn = turns_.find(taker.peer);
    if (turn == turns_.end()) return std::tuple(1, TimePoint{}, taker.peer);
    const bool goes_on = turn->second.is_on && now - turn->second.since < config_.upload_turn;
    return std::tuple(goes_on ? 0 : 1, turn->second.since, taker.peer);
  };
  std::sort(left.begin(), left.end(), [&](const Taker& a, const Taker& b) {
    return place(a) < place(b);
  });
  std::map<PeerNumber, Turn> turns = turns_;
  for (auto& [peer, turn] : turns) turn.is_on = false;
  for (const Taker& taker : left) {
    if (served.size() >= config_.upload_slots) break;
    served.push_back(taker.peer);
    const bool goes_on = std::get<0>(place(taker)) == 0;
    turns[taker.peer] = {.since = goes_on ? turns_.at(taker.peer).since : now, .is_on = true};
  }
  turns_ = std::move(turns);
  return served;
}

}  // namespace freshet::core::bittorrent
