#include "node/core/bittorrent/announced_dials.h"

#include <algorithm>

namespace freshet::core::bittorrent {

void AnnouncedDials::plan(const wire::bt::Announce& announce, Endpoint at, TimePoint now) {
  at.port = announce.port;
  const auto before = dialled_.find(at);
  if (before != dialled_.end() && before->second > now) return;  // waits already
  const bool has_room = waiting_.size() < kMaxWaiting
                        && (before != dialled_.end() || dialled_.size() < kMaxRemembered);
  if (!at.is_dialable() || at.port < kLeastPort || !has_room) {
    ++counters_.dials_refused;
    return;
  }
  TimePoint due = now + kDialAfter;
  if (before != dialled_.end()) due = std::max(due, before->second + kRedialAfter);
  dialled_[at] = due;
  waiting_.push_back(
      {.peer = {.id = announce.peer_id, .at = at}, .torrent = announce.info_hash, .due = due});
}

std::optional<AnnouncedDials::Dial> AnnouncedDials::next(
    TimePoint now, const std::function<bool(const wire::bt::PeerId&)>& linked) {
  for (std::size_t i = waiting_.size(); i > 0; --i) {
    Dial dial = waiting_.front();
    waiting_.pop_front();
    if (dial.due > now) {
      waiting_.push_back(std::move(dial));
    } else if (!linked(dial.peer.id)) {
      return dial;
    }
  }
  return std::nullopt;
}

void AnnouncedDials::age(TimePoint now) {
  std::erase_if(dialled_, [&](const auto& each) { return now - each.second > kForgetAfter; });
}

}  // namespace freshet::core::bittorrent
