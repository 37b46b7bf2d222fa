#include "node/core/bittorrent/upload_slots.h"

#include <algorithm>

namespace freshet::core::bittorrent {

UploadSlots::Turn UploadSlots::want(Id id, TimePoint now) {
  Turn turn;
  const bool holds = std::any_of(
      holders_.begin(), holders_.end(), [&](const Holder& each) { return each.id == id; });
  if (holds || std::find(waiting_.begin(), waiting_.end(), id) != waiting_.end()) return turn;
  waiting_.push_back(id);
  fill(turn, now);
  return turn;
}

UploadSlots::Turn UploadSlots::leave(Id id, TimePoint now) {
  Turn turn;
  std::erase_if(holders_, [&](const Holder& each) { return each.id == id; });
  std::erase(waiting_, id);
  fill(turn, now);
  return turn;
}

UploadSlots::Turn UploadSlots::rotate(TimePoint now) {
  Turn turn;
  if (!waiting_.empty() && !holders_.empty()
      && now - holders_.front().since >= config_.least_time) {
    const Id id = holders_.front().id;
    holders_.pop_front();
    turn.waiting.push_back(id);
    fill(turn, now);
    waiting_.push_back(id);
  }
  return turn;
}

void UploadSlots::fill(Turn& turn, TimePoint now) {
  while (holders_.size() < config_.slots && !waiting_.empty()) {
    turn.served.push_back(waiting_.front());
    holders_.push_back({.id = waiting_.front(), .since = now});
    waiting_.pop_front();
  }
}

}  // namespace freshet::core::bittorrent
