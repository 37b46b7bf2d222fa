#include "node/sim/uplink.h"

#include <algorithm>

namespace freshet::sim {

Uplink::Room* Uplink::find(LinkId link) {
  const auto found = std::find_if(
      rooms_.begin(), rooms_.end(), [&](const Room& room) { return room.link == link; });
  return found == rooms_.end() ? nullptr : &*found;
}

void Uplink::remove_link(LinkId link) {
  std::erase_if(rooms_, [&](const Room& room) { return room.link == link; });
}

bool Uplink::push(const Copy& copy) {
  const bool was_empty = empty();
  if (was_empty) {
    waiting_.clear();
    next_ = 0;
  }
  waiting_.push_back(copy);
  if (Room* room = find(copy.link)) {
    room->known_free -= std::min(room->known_free, copy.bytes);
    room->waiting += copy.bytes;
  }
  return was_empty;
}

std::optional<std::uint32_t> Uplink::pop() {
  const Copy copy = waiting_[next_++];
  if (2 * next_ > waiting_.size() + 64) {  // most were sent: let them go
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(next_));
    next_ = 0;
  }
  Room* room = find(copy.link);
  if (room == nullptr) return std::nullopt;
  room->waiting -= copy.bytes;
  const std::uint32_t free = kRoom - std::min(kRoom, room->waiting);
  const std::uint32_t gained = free - std::min(free, room->known_free);
  if (gained == 0 || (gained < kRoom / 2 && room->waiting > 0)) return std::nullopt;
  room->known_free = free;
  return free;
}

}  // namespace freshet::sim
