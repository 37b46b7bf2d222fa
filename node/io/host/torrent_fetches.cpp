#include "node/io/host/torrent_fetches.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <asio/io_context.hpp>

#include "node/io/bittorrent/http_tracker_talk.h"
#include "node/store/downloads.h"
#include "node/store/file_io.h"

namespace freshet::io {

TorrentFetches::TorrentFetches(asio::io_context& io,
                               Options options,
                               Library& library,
                               Mesh mesh,
                               Serving serving,
                               std::function<TimePoint()> now,
                               std::function<std::uint64_t()> down_rate,
                               Rng rng)
    : io_(io),
      options_(std::move(options)),
      library_(library),
      mesh_(std::move(mesh)),
      serving_(std::move(serving)),
      now_(std::move(now)),
      down_rate_(std::move(down_rate)),
      rng_(std::move(rng)),
      disk_(io, 1, false),
      readers_(io, 1, false) {
  constexpr std::string_view kPrefix = "-Fr0100-";
  std::copy(kPrefix.begin(), kPrefix.end(), config_.peer_id.begin());
  for (std::size_t i = kPrefix.size(); i < config_.peer_id.size(); ++i)
    config_.peer_id.at(i) = static_cast<Byte>('a' + static_cast<int>(rng_.below(26)));
  config_.listen_port = options_.port;
  config_.uploads = options_.serves && !options_.is_private;
}

void TorrentFetches::read(
    const std::string& path,
    std::function<void(Result<std::shared_ptr<const wire::bt::ReadTorrent>>)> done) {
  using Read = Result<std::shared_ptr<const wire::bt::ReadTorrent>>;
  disk_.submit([path, done = std::move(done)]() -> WorkerPool::Completion {
    const auto answer = [&](Read read) -> WorkerPool::Completion {
      return [done, read = std::move(read)] {
        done(read);
      };
    };
    const auto bytes = store::read_small_file(path, wire::bt::kMaxTorrentFileBytes);
    if (!bytes) return answer(bytes.error());
    if (!*bytes) return answer(Error{ErrorCode::invalid, path + ": there is no such file"});
    auto torrent = wire::bt::read_torrent(**bytes);
    if (!torrent) return answer(Error{torrent.error().code, path + ": " + torrent.error().message});
    return answer(std::make_shared<const wire::bt::ReadTorrent>(std::move(*torrent)));
  });
}

void TorrentFetches::start(const TorrentWish& wish,
                           const std::shared_ptr<FetchObserver>& observer) {
  if (options_.is_private) {
    observer->failed({ErrorCode::invalid,
                      "this node is of a private mesh and speaks to its members alone: torrents "
                      "are fetched by a node of the open mesh"});
    return;
  }
  if (const auto found = fetches_.find(wish.name); found != fetches_.end()) {
    const auto running = found->second;
    running->watch(observer, wish.patience);  // first: what this may end it with is for it, too
    running->add(wish);
    return;
  }
  if (fetches_.size() >= kMaxAtOnce) {
    observer->failed({ErrorCode::io,
                      "as many torrents are being fetched as this node takes at once ("
                          + std::to_string(kMaxAtOnce) + "); try again when one is done"});
    return;
  }
  const auto fetch =
      std::make_shared<TorrentFetch>(parts_for_one(), wish, rng_.fork(rng_.next_u64()));
  fetches_[wish.name] = fetch;
  fetch->watch(observer, wish.patience);
  fetch->start();
}

TorrentFetch::Parts TorrentFetches::parts_for_one() {
  return {.io = io_,
          .library = library_,
          .disk = disk_,
          .readers = readers_,
          .partials = options_.partials,
          .share_finished = options_.share_finished,
          .now = now_,
          .down_rate = [this] { return rate_of_one(); },
          .config = config_,
          .counters = counters_,
          .tracker_counters = tracker_counters_,
          .fetches = mesh_.fetches,
          .find_in_mesh = mesh_.find,
          .is_blocked = mesh_.is_blocked,
          .mesh_files = mesh_files_,
          .turns = serving_.turns,
          .adopt = serving_.adopt,
          .id_of = serving_.id_of,
          .over = [this](const InfoHash& name) { over(name); },
          .parted =
              [this](const TorrentFetch& fetch) {
                std::erase_if(parting_, [&](const auto& each) { return each.get() == &fetch; });
              }};
}

void TorrentFetches::over(const InfoHash& name) {
  const auto found = fetches_.find(name);
  if (found == fetches_.end()) return;
  const auto fetch = found->second;
  fetches_.erase(found);
  if (!fetch->is_parting()) return;
  parting_.push_back(fetch);
  if (parting_.size() <= kMaxParting) return;
  parting_.front()->stop();
  parting_.pop_front();
}

bool TorrentFetches::take(const InfoHash& name,
                          TcpSocket&& socket,
                          const Endpoint& from,
                          ByteView came) {
  if (!config_.uploads) return false;
  const auto found = fetches_.find(name);
  if (found != fetches_.end()) return found->second->take(std::move(socket), from, came);
  const auto parting = std::find_if(
      parting_.begin(), parting_.end(), [&](const auto& each) { return each->name() == name; });
  return parting != parting_.end() && (*parting)->take(std::move(socket), from, came);
}

void TorrentFetches::withdraw(const ContentId& content) {
  for (const auto& [name, fetch] : std::map(fetches_))
    if (fetch->holds(content)) fetch->refuse(content);
  for (const auto& fetch : std::deque(parting_))
    if (fetch->holds(content)) fetch->stop();
  std::erase_if(parting_, [](const auto& fetch) { return !fetch->is_parting(); });
}

void TorrentFetches::leave(const InfoHash& torrent, const FetchObserver* observer) {
  const auto found = fetches_.find(torrent);
  if (found == fetches_.end()) return;
  const auto fetch = found->second;
  fetch->leave(observer);
}

std::vector<DownloadSummary> TorrentFetches::list() const {
  std::vector<DownloadSummary> summaries;
  for (const auto& [name, fetch] : fetches_) summaries.push_back(fetch->summary());
  const auto left = store::list_downloads(options_.partials);
  if (!left) return summaries;
  for (const store::UnfinishedDownload& download : left->unfinished) {
    const auto name = store::info_hash_of(download.head.content);
    if (fetches_.contains(name)) continue;
    summaries.push_back({.content = download.head.content,
                         .name = download.head.name,
                         .folder = download.head.target_folder,
                         .size = download.head.size_bytes,
                         .verified_bytes = download.verified_bytes});
  }
  return summaries;
}

std::uint64_t TorrentFetches::rate_of_one() const {
  const std::uint64_t all = down_rate_();
  if (all == 0) return 0;
  const TimePoint now = now_();
  const auto takers = static_cast<std::uint64_t>(std::count_if(
      fetches_.begin(), fetches_.end(), [&](const auto& each) { return each.second->takes(now); }));
  return std::max<std::uint64_t>(1, all / std::max<std::uint64_t>(1, takers));
}

void TorrentFetches::stop() {
  const auto ended = std::exchange(fetches_, {});
  for (const auto& [name, fetch] : ended) fetch->stop();
  for (const auto& fetch : std::exchange(parting_, {})) fetch->stop();
  disk_.stop();
  readers_.stop();
  for (const auto& [name, fetch] : ended) fetch->sync();
}

void TorrentFetches::count(std::vector<std::pair<std::string, std::uint64_t>>& all) const {
  const core::bittorrent::FetchCounters& it = counters_;
  all.emplace_back("torrents_fetching", fetches_.size());
  all.emplace_back("btget_links", it.links);
  all.emplace_back("btget_links_broken", it.links_broken);
  all.emplace_back("btget_links_silent", it.links_silent);
  all.emplace_back("btget_dials_failed", it.dials_failed);
  all.emplace_back("btget_links_taken", it.links_taken);
  all.emplace_back("btget_blocks", it.blocks);
  all.emplace_back("btget_block_bytes", it.block_bytes);
  all.emplace_back("btget_blocks_unasked", it.blocks_unasked);
  all.emplace_back("btget_requests_rejected", it.requests_rejected);
  all.emplace_back("btget_blocks_sent", it.uploads.blocks_sent);
  all.emplace_back("btget_block_bytes_sent", it.uploads.block_bytes_sent);
  all.emplace_back("btget_requests_refused", it.uploads.requests_rejected);
  all.emplace_back("btget_read_failures", it.uploads.read_failures);
  all.emplace_back("btget_pieces_bad", it.pieces_bad);
  all.emplace_back("btget_peers_banned", it.peers_banned);
  all.emplace_back("btget_peers_heard", it.peers_heard);
  all.emplace_back("btget_metadata", it.metadata_fetched);
  all.emplace_back("btget_metadata_bad", it.metadata_bad);
  all.emplace_back("btget_layers", it.layers_fetched);
  all.emplace_back("btget_mesh_files", mesh_files_);
  all.emplace_back("btget_trackers_asked", tracker_counters_.asked);
  all.emplace_back("btget_trackers_answered", tracker_counters_.answered);
  all.emplace_back("btget_trackers_failed", tracker_counters_.failed);
}

void TorrentFetches::add_limits(Limits& limits) const {
  limits.push_back({.name = "torrent_fetches", .value = kMaxAtOnce, .use = fetches_.size()});
  const auto bound = [&](const char* name, std::uint64_t value) {
    limits.push_back({.name = name, .value = value, .use = std::nullopt});
  };
  limits.push_back({.name = "torrents_parting", .value = kMaxParting, .use = parting_.size()});
  bound("bt_fetch_links_taken_per_torrent", core::bittorrent::PeerBook::kMaxTaken);
  bound("bt_fetch_links_taken_per_sender", core::bittorrent::PeerBook::kMaxTakenPerSender);
  bound("bt_fetch_unsent_bytes_while_read_per_link", FetchLinks::kMaxUnsentBytes);
  bound("bt_fetch_unwritten_bytes", TorrentDisk::kMaxUnwrittenBytes);
  bound("tracker_answer_bytes", kMaxHttpTrackerAnswerBytes);
}

}  // namespace freshet::io
