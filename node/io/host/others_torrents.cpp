#include "node/io/host/others_torrents.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>

namespace freshet::io {

namespace cb = core::bittorrent;

OthersTorrents::OthersTorrents(WorkerPool& pool, std::string folder, std::function<TimePoint()> now)
    : pool_(pool),
      folder_(std::move(folder)),
      now_(std::move(now)) {}

void OthersTorrents::recall() {
  pool_.submit([this]() -> WorkerPool::Completion {
    auto kept = std::make_shared<Result<std::vector<store::Published>>>(
        store::list_others(folder_, kMaxTorrents));
    return [this, kept] {
      if (!*kept) {
        spdlog::warn("torrents of others: {}", kept->error().message);
        return;
      }
      for (const store::Published& one : **kept) {
        const bool is_room =
            entries_.size() < kMaxTorrents && bytes_ + one.encoded_info.size() <= kMaxBytes;
        if (is_room) enter(one, TimePoint());
      }
    };
  });
}

cb::TorrentPtr OthersTorrents::find(const InfoHash& name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return nullptr;
  found->second->used = now_();
  entries_.splice(entries_.end(), entries_, found->second);
  return found->second->torrent;
}

std::optional<OthersTorrents::Entries::const_iterator> OthersTorrents::victim_for(
    const ContentId& content) const {
  const auto is_of_it = [&](const Entry& entry) {
    return entry.torrent->content == content;
  };
  const auto of_it = std::count_if(entries_.begin(), entries_.end(), is_of_it);
  auto victim = entries_.end();
  if (static_cast<std::size_t>(of_it) >= kMaxPerContent) {
    victim = std::find_if(entries_.begin(), entries_.end(), is_of_it);
  } else if (entries_.size() >= kMaxTorrents) {
    victim = entries_.begin();
  }
  if (victim == entries_.end()) return victim;
  return is_in_use(*victim) ? std::nullopt : std::optional(victim);
}

bool OthersTorrents::is_in_use(const Entry& entry) const {
  return entry.used != TimePoint() && now_() - entry.used < kInUse;
}

bool OthersTorrents::make_room(const ContentId& content, std::uint64_t bytes) {
  const auto victim = victim_for(content);
  if (!victim) return false;
  if (*victim != entries_.end()) drop(*victim);
  while (bytes_ + bytes > kMaxBytes) {
    if (entries_.empty() || is_in_use(entries_.front())) return false;
    drop(entries_.begin());
  }
  return true;
}

bool OthersTorrents::has_room(const ContentId& content) const {
  return victim_for(content).has_value();
}

void OthersTorrents::add(store::Published torrent) {
  if (!make_room(torrent.content, torrent.encoded_info.size())) return;
  enter(torrent, now_());
  pool_.submit([folder = folder_, torrent = std::move(torrent)]() -> WorkerPool::Completion {
    const Status kept = store::keep_others(folder, torrent);
    if (kept) return {};
    return [error = kept.error()] {
      spdlog::warn("{}", error.message);
    };
  });
}

void OthersTorrents::enter(const store::Published& torrent, TimePoint used) {
  const auto made = cb::make_torrent(torrent.content, torrent.info, torrent.encoded_info);
  if (by_name_.contains(made->names.one())) return;
  const auto at = entries_.insert(entries_.end(), {.torrent = made, .used = used});
  bytes_ += made->encoded_info.size();
  if (made->names.v1) by_name_[*made->names.v1] = at;
  if (made->names.v2) by_name_[wire::bt::truncated(*made->names.v2)] = at;
}

void OthersTorrents::drop(Entries::const_iterator entry) {
  ++forgotten_;
  const cb::TorrentPtr torrent = entry->torrent;
  bytes_ -= torrent->encoded_info.size();
  std::erase_if(by_name_, [&](const auto& each) { return each.second->torrent == torrent; });
  entries_.erase(entry);
  pool_.submit([folder = folder_, torrent]() -> WorkerPool::Completion {
    store::drop_others(folder, torrent->content, torrent->names.one());
    return {};
  });
}

}  // namespace freshet::io
