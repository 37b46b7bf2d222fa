#include "node/io/host/torrent_sources.h"

#include <utility>

#include <asio/io_context.hpp>

namespace freshet::io {
namespace {

namespace cb = core::bittorrent;

constexpr std::chrono::milliseconds kLookAgain{100};

}  // namespace

TorrentSources::TorrentSources(asio::io_context& io, Dialer& dialer, Parts parts)
    : parts_(std::move(parts)),
      asks_(io,
            dialer,
            {.record_of = parts_.record_of,
             .answered =
                 [this](const TorrentAsks::Ask& ask, bool serves) {
                   book_.answered(ask, serves, parts_.now());
                 }}),
      timer_(io) {}

void TorrentSources::seek(const cb::TorrentPtr& torrent, std::function<void()> ready) {
  if (stopped_) return;
  const ContentId content = torrent->content;
  book_.age(parts_.now());
  cb::MeshSources::Turn turn = book_.want(torrent, parts_.now());
  ask(std::move(turn.asks));
  if (turn.flood) {
    parts_.flood(content, [this, content](const wire::HitRecord& record) {
      if (stopped_ || !record.bittorrent || parts_.is_blocked(record.node)) return;
      ask(book_.found(content, record.node, record.addresses, parts_.now()));
    });
  }
  if (is_ready(torrent)) {
    ready();
    return;
  }
  held_.push_back({.torrent = torrent, .ready = std::move(ready)});
  if (held_.size() == 1) release();
}

void TorrentSources::ask(std::vector<cb::MeshSources::Ask> asks) {
  for (auto& each : asks) asks_.ask(std::move(each));
}

bool TorrentSources::is_ready(const cb::TorrentPtr& torrent) const {
  const auto since = book_.since_flood(torrent->content, parts_.now());
  if (!since || *since >= kPatience) return true;
  return *since >= kLeast && !asks_.is_asking(torrent);
}

void TorrentSources::release() {
  std::list<Held> ready;
  for (auto each = held_.begin(); each != held_.end();) {
    const auto next = std::next(each);
    if (is_ready(each->torrent)) ready.splice(ready.end(), held_, each);
    each = next;
  }
  if (!held_.empty()) {
    timer_.expires_after(kLookAgain);
    timer_.async_wait([this](const asio::error_code& canceled) {
      if (!canceled && !stopped_) release();
    });
  }
  for (const Held& each : ready) each.ready();
}

void TorrentSources::stop() {
  if (std::exchange(stopped_, true)) return;
  timer_.cancel();
  held_.clear();
  asks_.stop();
}

void TorrentSources::count(const Counters& it,
                           std::vector<std::pair<std::string, std::uint64_t>>& all) {
  all.emplace_back("tracker_floods", it.book.floods);
  all.emplace_back("tracker_floods_refused", it.book.floods_refused);
  all.emplace_back("tracker_sources_dropped", it.book.dropped);
  all.emplace_back("torrent_asks", it.asks.asked);
  all.emplace_back("torrent_asks_served", it.asks.served);
  all.emplace_back("torrent_asks_refused", it.asks.refused);
  all.emplace_back("torrent_asks_unanswered", it.asks.unanswered);
  all.emplace_back("torrent_asks_dropped", it.asks.dropped);
  all.emplace_back("torrent_records_sent", it.asks.records_sent);
}

void TorrentSources::add_limits(Limits& limits) const {
  const auto add = [&](const char* name, std::uint64_t value, std::optional<std::uint64_t> use) {
    limits.push_back({.name = name, .value = value, .use = use});
  };
  add("tracker_floods_per_minute", config_.max_floods, std::nullopt);
  add("tracker_contents", config_.max_contents, book_.contents());
  add("tracker_torrents_per_content", config_.max_torrents_per_content, std::nullopt);
  add("tracker_nodes_per_content", config_.max_nodes_per_content, std::nullopt);
  add("tracker_places_per_content", config_.max_places, std::nullopt);
  add("torrent_asks_at_once", TorrentAsks::kMaxAtOnce, asks_.at_once());
  add("torrent_asks_waiting", TorrentAsks::kMaxWaiting, asks_.waiting());
  add("torrent_asks_held", TorrentAsks::kMaxHeld, asks_.held());
}

}  // namespace freshet::io
