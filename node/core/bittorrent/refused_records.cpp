#include "node/core/bittorrent/refused_records.h"

#include <algorithm>

#include "node/base/sender.h"

namespace freshet::core::bittorrent {

void RefusedRecords::found_false(const Torrent& torrent, const Endpoint& sender, TimePoint now) {
  add({.torrent = torrent, .at = now, .is_false = true, .sender = sender});
}

void RefusedRecords::found_unsound(const Endpoint& sender, TimePoint now) {
  add({.torrent = {}, .at = now, .is_unsound = true, .sender = sender});
}

void RefusedRecords::found_unreadable(const Torrent& torrent, TimePoint now) {
  add({.torrent = torrent, .at = now});
}

void RefusedRecords::add(Refused refused) {
  if (refused_.size() >= kMaxRemembered) refused_.pop_front();
  refused_.push_back(std::move(refused));
}

bool RefusedRecords::is_known(const Torrent& torrent, TimePoint now) const {
  return std::any_of(refused_.begin(), refused_.end(), [&](const Refused& each) {
    if (each.is_unsound) return false;
    return each.torrent == torrent && (each.is_false || now - each.at < kUnreadableMemory);
  });
}

bool RefusedRecords::is_over_limit(const Endpoint& sender, TimePoint now) const {
  const auto count = std::count_if(refused_.begin(), refused_.end(), [&](const Refused& each) {
    return (each.is_false || each.is_unsound) && now - each.at < kSenderMemory
           && is_same_sender(each.sender, sender);
  });
  return static_cast<std::size_t>(count) >= kMaxPerSender;
}

}  // namespace freshet::core::bittorrent
