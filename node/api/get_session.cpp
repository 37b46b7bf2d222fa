#include "node/api/get_session.h"

#include <chrono>
#include <memory>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace freshet::api {
namespace {

constexpr Millis kDefaultPatience{10'000};
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
    const auto self = shared_from_this();
    reply_.on_gone([self] {
      self->timer_.cancel();
      self->daemon_.fetches().leave(self->content_, self.get());
    });
    io::FetchWish wish{.content = wanted.content,
                       .name = request.file_name.empty() ? wanted.name : request.file_name,
                       .folder = request.folder.empty() ? default_folder : request.folder,
                       .size_claim = wanted.size_claim,
                       .sources = std::move(wanted.sources),
                       .patience = request.timeout.value_or(kDefaultPatience),
                       .rate = request.rate,
                       .in_order = request.in_order};
    in_order_ = request.in_order;
    daemon_.fetches().start(std::move(wish), self);
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

}  // namespace

void run_get(asio::io_context& io,
             io::Daemon& daemon,
             const std::string& default_folder,
             const GetRequest& request,
             const Responder<GetRequest>& reply) {
  auto session = std::make_shared<GetSession>(io, daemon, reply);
  daemon.searches().resolve(request.what,
                            request.timeout.value_or(kDefaultPatience),
                            [session, request, default_folder, reply](Result<io::Wanted> wanted) {
                              if (wanted) {
                                session->begin(std::move(*wanted), request, default_folder);
                              } else {
                                reply.fail(wanted.error());
                              }
                            });
}

}  // namespace freshet::api
