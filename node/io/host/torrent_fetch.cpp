#include "node/io/host/torrent_fetch.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <spdlog/spdlog.h>

#include "node/io/net/dialer.h"
#include "node/io/net/tcp_socket.h"

namespace freshet::io {

namespace cb = core::bittorrent;
using wire::bt::TorrentLayout;

namespace {

constexpr std::chrono::milliseconds kTick{200};
constexpr std::chrono::seconds kTaking{2};
constexpr std::size_t kMaxTrackerSets = 8;

Error named(const Error& error, const std::string& what) {
  return {error.code, what + ": " + error.message};
}

}  // namespace

TorrentFetch::TorrentFetch(const Parts& parts, TorrentWish wish, Rng rng)
    : parts_(parts),
      wish_(std::move(wish)),
      tracker_rng_(rng.fork("trackers")),
      fetch_(wish_.name, parts.config, parts.counters, *this, std::move(rng), wish_.is_v2),
      links_(parts.io, fetch_, for_links()),
      resolver_(parts.io),
      timer_(parts.io),
      took_at_(parts.now()),
      ticked_at_(parts.now()) {
  allowance_.refill(rate(), ticked_at_);
}

FetchLinks::Parts TorrentFetch::for_links() {
  return {.now = parts_.now,
          .moved = [this] { moved(); },
          .read =
              [this](const wire::bt::BlockRange& block, FetchLinks::Parts::BlockRead done) {
                disk_->read(offset_of(block), block.length, std::move(done));
              },
          .turns = parts_.turns};
}

void TorrentFetch::start() {
  // What it is told may be its end.
  const auto to_self = [weak = weak_from_this()](auto told) {
    return [weak, told](const auto& what) {
      if (const auto self = weak.lock()) told(*self, what);
    };
  };
  disk_ = std::make_shared<TorrentDisk>(
      parts_.disk,
      parts_.readers,
      parts_.partials,
      TorrentDisk::Told{
          .opened = to_self([](TorrentFetch& self, const auto& have) { self.begin(have); }),
          .written =
              to_self([](TorrentFetch& self, const auto& judged) { self.on_written(judged); }),
          .failed = to_self([](TorrentFetch& self, const Error& error) { self.end(error); })});
  if (wish_.layout) {
    look_around();
    if (over_) return;
  } else {
    find_info();
  }
  find_peers(wish_);
  tick();
}

void TorrentFetch::add(const TorrentWish& wish) {
  wish_.rate = wish.rate;  // the last word counts
  find_peers(wish);
  if (wish.layout && !wish_.layout) {
    wish_.info = wish.info;
    know(*wish.layout);
  }
}

void TorrentFetch::find_peers(const TorrentWish& wish) {
  for (const std::string& peer : wish.peers) resolve(peer);
  if (wish.trackers.empty() || trackers_.size() >= kMaxTrackerSets) return;
  trackers_.push_back(std::make_unique<TrackerClient>(
      parts_.io,
      wish.trackers,
      TrackerClient::Parts{.announce = [this] { return announce(); },
                           .got_bytes = [this] { return fetch_.verified_bytes(); },
                           .heard =
                               [this](const std::vector<Endpoint>& peers) {
                                 for (const Endpoint& at : peers)
                                   fetch_.add_peer(at, cb::PeerBook::Word::stranger, parts_.now());
                                 moved();
                               }},
      tracker_rng_.fork(trackers_.size()),
      parts_.tracker_counters));
}

void TorrentFetch::resolve(const std::string& host_port) {
  if (const auto at = Endpoint::parse(host_port)) {
    fetch_.add_peer(*at, cb::PeerBook::Word::user, parts_.now());
    return;
  }
  const auto target = parse_host_port(host_port);
  if (!target) return;
  resolver_.async_resolve(
      target->host,
      std::to_string(target->port),
      [self = shared_from_this()](const asio::error_code& failed,
                                  const asio::ip::tcp::resolver::results_type& found) {
        if (failed || self->over_) return;
        for (const auto& each : found)
          self->fetch_.add_peer(
              to_endpoint(each.endpoint()), cb::PeerBook::Word::user, self->parts_.now());
        self->moved();
      });
}

wire::bt::Announce TorrentFetch::announce() const {
  wire::bt::Announce announce{.info_hash = wish_.name, .port = parts_.config.listen_port};
  announce.peer_id = parts_.config.peer_id;
  // Who does not know yet how long it is lacks something in any case.
  announce.left = wish_.layout ? size() - fetch_.verified_bytes() : 1;
  return announce;
}

// An earlier run may have kept what a magnet link leads to.
void TorrentFetch::find_info() {
  parts_.disk.submit([weak = weak_from_this(),
                      partials = parts_.partials,
                      name = wish_.name]() -> WorkerPool::Completion {
    const auto info = store::kept_info(partials, name);
    if (!info) return {};
    return [weak, info = *info] {
      const auto self = weak.lock();
      if (!self || self->over_ || self->wish_.layout) return;
      self->wish_.info = std::make_shared<const Bytes>(info);
      self->know(wire::bt::read_layout(info));
    };
  });
}

void TorrentFetch::on_metadata(const Bytes& info) {
  if (over_ || wish_.layout) return;
  auto layout = wire::bt::read_layout(info);
  if (layout) {
    parts_.disk.submit(
        [partials = parts_.partials, name = wish_.name, info]() -> WorkerPool::Completion {
          const Status kept = store::keep_info(partials, name, info);
          if (kept) return {};
          return [error = kept.error()] {
            spdlog::warn("torrent: {}", error.message);
          };
        });
  }
  // Not from within: this may end it.
  asio::post(parts_.io, [self = shared_from_this(), layout = std::move(layout), info] {
    if (self->over_ || self->wish_.layout) return;
    self->wish_.info = std::make_shared<const Bytes>(info);
    self->know(layout);
  });
}

void TorrentFetch::know(const Result<TorrentLayout>& layout) {
  if (!layout) {
    end(named(layout.error(), "what that magnet link leads to is not fetched"));
    return;
  }
  auto known = std::make_shared<TorrentLayout>(*layout);
  known->name = wish_.name;  // a hybrid's may be that of v2
  wish_.layout = std::move(known);
  look_around();
}

void TorrentFetch::look_around() {
  fetch_.knows_metadata(wish_.info);
  const auto& files = wish_.layout->files;
  const auto blocked = std::find_if(files.begin(), files.end(), [&](const auto& file) {
    return file.content && parts_.is_blocked(*file.content);
  });
  if (blocked != files.end()) {
    refuse(*blocked->content);
    return;
  }
  if (!has_v2(wish_.layout->kind)) {
    prepare();
    return;
  }
  ask_mesh();
}

void TorrentFetch::ask_mesh() {
  const auto weak = weak_from_this();
  mesh_ = std::make_shared<TorrentMeshPhase>(
      TorrentMeshPhase::Parts{
          .disk = parts_.disk, .fetches = parts_.fetches, .find = parts_.find_in_mesh},
      TorrentMeshPhase::Wish{.layout = wish_.layout,
                             .folder = wish_.folder,
                             .name = wish_.file_name,
                             .rate = wish_.rate},
      TorrentMeshPhase::Told{.moved =
                                 [weak] {
                                   if (const auto self = weak.lock()) self->moved();
                                 },
                             .over =
                                 [weak](const std::vector<std::string>& arrived) {
                                   if (const auto self = weak.lock()) self->on_mesh_over(arrived);
                                 },
                             .failed =
                                 [weak](const Error& error) {
                                   if (const auto self = weak.lock()) self->end(error);
                                 }});
  mesh_->begin();
}

void TorrentFetch::on_mesh_over(const std::vector<std::string>& arrived) {
  if (over_) return;
  parts_.mesh_files += arrived.size();
  if (!wish_.layout->is_folder && !arrived.empty()) {
    take_from_mesh(arrived.front());
  } else {
    complete_layout();  // what is in its place is taken from there
  }
}

void TorrentFetch::take_from_mesh(const std::string& path) {
  finishing_ = true;
  links_.stop();
  parts_.disk.submit([partials = parts_.partials, name = wish_.name]() -> WorkerPool::Completion {
    const Status dropped = store::drop_torrent(partials, name);
    if (dropped) return {};
    return [error = dropped.error()] {
      spdlog::warn("torrent: {}", error.message);
    };
  });
  settle(path, wish_.layout->files.front().content, true);
}

void TorrentFetch::complete_layout() {
  if (!wish_.layout->lacks_layers()) {
    prepare();
    return;
  }
  // Of files that are here they follow; BitTorrent clients are asked for the others alone.
  disk_->learn_layers({.layout = wish_.layout, .folder = wish_.folder, .name = wish_.file_name},
                      [weak = weak_from_this()](const TorrentDisk::Layout& layout) {
                        if (const auto self = weak.lock(); self && !self->over_)
                          self->on_learned(layout);
                      });
}

void TorrentFetch::on_learned(const TorrentDisk::Layout& layout) {
  wish_.layout = layout;
  if (!layout->lacks_layers()) {
    prepare();
    return;
  }
  asks_layers_ = true;
  fetch_.ask_layers(*layout, parts_.now());
  moved();
}

void TorrentFetch::on_layers(const TorrentLayout& layout) {
  // Not from within: this may end it.
  asio::post(parts_.io,
             [self = shared_from_this(), layout = std::make_shared<const TorrentLayout>(layout)] {
               if (self->over_) return;
               self->wish_.layout = layout;
               self->asks_layers_ = false;
               self->prepare();
             });
}

void TorrentFetch::prepare() {
  disk_->open({.layout = wish_.layout, .folder = wish_.folder, .name = wish_.file_name});
}

void TorrentFetch::begin(const wire::bt::PieceSet& have) {
  fetch_.begin(wish_.layout, have);
  tell();
  moved();
}

void TorrentFetch::keep(const wire::bt::BlockRange& block, ByteView bytes) {
  allowance_.spend(bytes.size());
  took_at_ = parts_.now();
  disk_->keep(offset_of(block), bytes);
}

void TorrentFetch::verify(std::uint32_t piece) {
  disk_->verify(piece);
}

void TorrentFetch::on_written(const std::vector<TorrentDisk::Judged>& judged) {
  for (const TorrentDisk::Judged& each : judged)
    fetch_.verified(each.piece, each.good ? cb::Fetch::Verdict::ok : cb::Fetch::Verdict::bad);
  moved();
}

// After whatever happened.
void TorrentFetch::moved() {
  if (over_) return;
  if (finishing_) {
    links_.work();
    return;
  }
  disk_->flush();
  most_sources_ = std::max(most_sources_, sources());
  if (told_sources_ != sources() || told_bytes_ != verified_bytes()) tell();
  if (fetch_.complete()) {
    finish();
    return;
  }
  links_.pause(disk_->is_behind() || allowance_.is_spent());
  links_.work();
}

void TorrentFetch::tick() {
  const TimePoint now = parts_.now();
  const Duration passed = now - ticked_at_;
  ticked_at_ = now;
  if (allowance_.is_spent()) took_at_ = now;
  allowance_.refill(rate(), now);
  fetch_.on_time(now, links_.is_paused() ? passed : Duration{});
  for (const auto& trackers : trackers_) trackers->on_time();
  moved();
  if (!over_ && !finishing_ && mesh_) mesh_->judge(now, is_limited(), fetch_.sources() > 0);
  if (!over_ && !finishing_) lose_patience(now);
  if (!over_ && parting_) part(now);
  if (over_) return;
  // What one read brings beyond the limit is paid for by a pause.
  links_.read_at_most(rate() == 0 ? FetchLinks::kMaxReadBytes
                                  : static_cast<std::size_t>(rate() / 8));
  timer_.expires_after(kTick);
  timer_.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled && !self->over_) self->tick();
  });
}

std::uint64_t TorrentFetch::rate() const {
  const std::uint64_t node = parts_.down_rate();
  if (wish_.rate == 0 || node == 0) return std::max(wish_.rate, node);
  return std::min(wish_.rate, node);
}

bool TorrentFetch::takes(TimePoint now) const {
  return now - took_at_ < kTaking;
}

void TorrentFetch::watch(const std::shared_ptr<FetchObserver>& observer,
                         std::chrono::milliseconds patience) {
  watchers_.push_back(
      {.observer = observer, .patience = patience, .without_source_since = parts_.now()});
  // What is there already is known once the storage is open; tell() follows then.
  if (!is_opening()) observer->progress(verified_bytes(), size(), sources());
}

std::uint64_t TorrentFetch::verified_bytes() const {
  if (disk_ && disk_->is_open()) return fetch_.verified_bytes();
  return mesh_ ? mesh_->verified_bytes() : 0;
}

std::uint32_t TorrentFetch::sources() const {
  return std::max(fetch_.sources(), mesh_ ? mesh_->sources() : 0);
}

void TorrentFetch::tell() {
  told_sources_ = sources();
  told_bytes_ = verified_bytes();
  for (const Watcher& watcher : std::vector(watchers_))
    watcher.observer->progress(told_bytes_, size(), told_sources_);
}

DownloadSummary TorrentFetch::summary() const {
  DownloadSummary summary{.content = store::download_id_of(wish_.name),
                          .name = !wish_.file_name.empty() ? wish_.file_name
                                  : wish_.layout           ? wish_.layout->title
                                                           : wish_.title,
                          .folder = wish_.folder,
                          .size = size(),
                          .verified_bytes = verified_bytes(),
                          .sources = sources(),
                          .running = true};
  if (summary.name.empty()) summary.name = wish_.name.hex();
  return summary;
}

}  // namespace freshet::io
