#include "node/api/get_session.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/wire/bt/magnet.h"

namespace freshet::api {
namespace {

constexpr Millis kGetPatience{10'000};
// Progress is said again at this pace even when no piece was completed meanwhile (contract: at most
// 100 ms apart).
constexpr Millis kProgressEvery{90};

class GetSession final : public io::FetchObserver, public std::enable_shared_from_this<GetSession> {
 public:
  GetSession(asio::io_context& io, io::Daemon& daemon, const Responder<GetRequest>& reply)
      : daemon_(daemon),
        reply_(reply),
        timer_(io) {}

  void begin(io::Wanted wanted, const GetRequest& request, const std::string& default_folder) {
    if (reply_.over()) return;
    content_ = wanted.content;
    if (daemon_.blocks().has(content_)) {
      reply_.fail({.code = ErrorCode::invalid,
                   .message = "that is blocked here; see: freshet block, freshet unblock"});
      return;
    }
    if (wanted.folder && (request.in_order || request.range)) {
      reply_.fail({.code = ErrorCode::invalid, .message = "a folder cannot be written to stdout"});
      return;
    }
    const auto self = shared_from_this();
    const bool is_folder = wanted.folder.has_value();
    reply_.on_gone([self, is_folder] {
      self->timer_.cancel();
      if (is_folder) {
        self->daemon_.folder_fetches().leave(self.get());
      } else {
        self->daemon_.fetches().leave(self->content_, self.get());
      }
    });
    io::FetchWish wish{.content = wanted.content,
                       .name = request.file_name.empty() ? wanted.name : request.file_name,
                       .folder = request.folder.empty() ? default_folder : request.folder,
                       .size_claim = wanted.size_claim,
                       .sources = std::move(wanted.sources),
                       .patience = request.timeout.value_or(kGetPatience),
                       .rate = request.rate,
                       .polite = request.polite,
                       .in_order = request.in_order};
    if (request.range) {
      wish.range = io::FetchRange{.from = request.range->offset, .to = std::nullopt};
      if (request.range->length) wish.range->to = request.range->offset + *request.range->length;
    }
    in_order_ = request.in_order;
    if (is_folder) {
      daemon_.folder_fetches().start(std::move(wish), self);
    } else {
      daemon_.fetches().start(std::move(wish), self);
    }
  }

  void begin_torrent(io::TorrentWish wish,
                     const GetRequest& request,
                     const std::string& default_folder) {
    if (reply_.over()) return;
    content_ = store::download_id_of(wish.name);
    const auto self = shared_from_this();
    reply_.on_gone([self, name = wish.name] {
      self->timer_.cancel();
      self->daemon_.torrent_fetches().leave(name, self.get());
    });
    wish.peers.insert(wish.peers.end(), request.sources.begin(), request.sources.end());
    wish.folder = request.folder.empty() ? default_folder : request.folder;
    wish.file_name = request.file_name;
    wish.patience = request.timeout.value_or(kGetPatience);
    wish.rate = request.rate;
    daemon_.torrent_fetches().start(wish, self);
  }

  void progress(std::uint64_t verified_bytes, std::uint64_t size, std::uint32_t sources) override {
    last_.id = content_;
    last_.done_bytes = verified_bytes;
    last_.size_bytes = size;
    last_.sources = sources;
    const auto now = std::chrono::steady_clock::now();
    if (said_ && now - *said_ < kProgressEvery) return;
    say();
  }

  void ready(std::uint64_t bytes, const std::string& part) override {
    if (!in_order_ || bytes <= last_.ready_bytes) return;
    last_.ready_bytes = bytes;
    last_.part = part;
    say();  // at once: somebody waits for these bytes
  }

  void done(const std::string& path, std::uint64_t size, std::uint32_t sources) override {
    timer_.cancel();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
    reply_.done({.id = content_,
                 .path = path,
                 .size_bytes = size,
                 .seconds = took.count(),
                 .sources = sources});
  }

  void failed(const Error& error) override {
    timer_.cancel();
    reply_.fail(error);
  }

 private:
  void say() {
    said_ = std::chrono::steady_clock::now();
    reply_.event(last_);
    timer_.expires_after(kProgressEvery);
    timer_.async_wait([self = shared_from_this()](const std::error_code& canceled) {
      if (!canceled && !self->reply_.over()) self->say();
    });
  }

  io::Daemon& daemon_;
  Responder<GetRequest> reply_;
  asio::steady_timer timer_;
  ContentId content_;
  GetProgress last_;
  bool in_order_ = false;
  std::optional<std::chrono::steady_clock::time_point> said_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

void get_magnet(const std::shared_ptr<GetSession>& session,
                const GetRequest& request,
                const std::string& default_folder,
                const Responder<GetRequest>& reply) {
  auto magnet = wire::bt::parse_magnet(request.what);
  if (!magnet) {
    reply.fail(
        {.code = magnet.error().code, .message = "the magnet link: " + magnet.error().message});
    return;
  }
  session->begin_torrent({.name = magnet->name,
                          .is_v2 = magnet->is_v2,
                          .layout = nullptr,
                          .title = std::move(magnet->title),
                          .trackers = std::move(magnet->trackers),
                          .info = {},
                          .peers = std::move(magnet->peers),
                          .folder = {},
                          .file_name = {}},
                         request,
                         default_folder);
}

void get_torrent(io::Daemon& daemon,
                 const std::shared_ptr<GetSession>& session,
                 const GetRequest& request,
                 const std::string& default_folder,
                 const Responder<GetRequest>& reply) {
  using Read = Result<std::shared_ptr<const wire::bt::ReadTorrent>>;
  daemon.torrent_fetches().read(
      request.what, [session, request, default_folder, reply](const Read& torrent) {
        if (!torrent) {
          reply.fail(torrent.error());
          return;
        }
        // Of the torrent's own: both live as long as the layout is looked at.
        std::shared_ptr<const wire::bt::TorrentLayout> layout(*torrent, &(*torrent)->layout);
        session->begin_torrent({.name = layout->name,
                                .is_v2 = layout->kind == wire::bt::TorrentKind::v2,
                                .layout = layout,
                                .title = layout->title,
                                .trackers = (*torrent)->trackers,
                                .info = {*torrent, &(*torrent)->info},
                                .peers = {},
                                .folder = {},
                                .file_name = {}},
                               request,
                               default_folder);
      });
}

}  // namespace

bool is_magnet(std::string_view what) {
  return what.starts_with("magnet:");
}

bool is_torrent_file(std::string_view what) {
  return what.ends_with(".torrent");
}

void run_get(asio::io_context& io,
             io::Daemon& daemon,
             const std::string& default_folder,
             const GetRequest& request,
             const Responder<GetRequest>& reply) {
  if (request.range && (is_magnet(request.what) || is_torrent_file(request.what))) {
    reply.fail({.code = ErrorCode::invalid,
                .message = "a range is for contents of the mesh; torrents are fetched whole"});
    return;
  }
  auto session = std::make_shared<GetSession>(io, daemon, reply);
  if (is_magnet(request.what)) {
    get_magnet(session, request, default_folder, reply);
    return;
  }
  if (is_torrent_file(request.what)) {
    get_torrent(daemon, session, request, default_folder, reply);
    return;
  }
  const Millis patience = request.timeout.value_or(kGetPatience);
  const auto asked = std::chrono::steady_clock::now();
  daemon.searches().resolve(
      request.what,
      patience,
      [session, request, default_folder, reply, patience, asked](Result<io::Wanted> wanted) {
        if (!wanted) {
          reply.fail(wanted.error());
          return;
        }
        GetRequest rest = request;
        if (wanted->sources.empty()) {  // sources were waited for as well
          const auto waited = std::chrono::steady_clock::now() - asked;
          rest.timeout = std::max(Millis(0), patience - std::chrono::duration_cast<Millis>(waited));
        }
        session->begin(std::move(*wanted), rest, default_folder);
      });
}

}  // namespace freshet::api
