#include "node/io/bittorrent/tracker_client.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

namespace freshet::io {
namespace {

using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Event = wire::bt::Announce::Event;

constexpr std::chrono::seconds kAnswerPatience{10};  // for the whole of one answer
constexpr std::chrono::seconds kAgain{2};            // after a failure; then twice that, and so on
constexpr unsigned kMostDoublings = 7;
constexpr std::chrono::seconds kSoonest{10};  // whatever the tracker says

// One request and its answer, whole. `done` is called once, unless it is given up.
class Talk : public std::enable_shared_from_this<Talk> {
 public:
  using Done = std::function<void(Result<Bytes>)>;
  Talk(asio::io_context& io, std::string request, Done done)
      : resolver_(io),
        socket_(io),
        timer_(io, kAnswerPatience),
        request_(std::move(request)),
        done_(std::move(done)) {}

  void begin(const wire::bt::HttpUrl& url) {
    timer_.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
      if (!canceled) self->fail("no answer within ten seconds");
    });
    resolver_.async_resolve(url.host,
                            std::to_string(url.port),
                            [self = shared_from_this()](const asio::error_code& failed,
                                                        const tcp::resolver::results_type& found) {
                              if (failed) {
                                self->fail(failed.message());
                              } else {
                                self->connect(found);
                              }
                            });
  }
  void give_up() {
    done_ = nullptr;
    end();
  }

 private:
  void connect(const tcp::resolver::results_type& found) {
    if (over_) return;
    asio::async_connect(
        socket_,
        found,
        [self = shared_from_this()](const asio::error_code& failed, const tcp::endpoint& /*at*/) {
          if (failed) {
            self->fail(failed.message());
          } else {
            self->send();
          }
        });
  }
  void send() {
    if (over_) return;
    asio::async_write(socket_,
                      asio::buffer(request_),
                      [self = shared_from_this()](const asio::error_code& failed, std::size_t) {
                        if (failed) {
                          self->fail(failed.message());
                        } else {
                          self->read();
                        }
                      });
  }
  void read() {
    if (over_) return;
    answer_.resize(TrackerClient::kMaxAnswerBytes);
    asio::async_read(
        socket_,
        asio::buffer(answer_),
        [self = shared_from_this()](const asio::error_code& failed, std::size_t count) {
          self->answer_.resize(count);
          if (failed == asio::error::eof) {
            self->finish(std::move(self->answer_));
          } else {
            self->fail(failed ? failed.message() : "its answer is too long");
          }
        });
  }
  void fail(const std::string& why) { finish(Error{ErrorCode::io, why}); }
  void finish(Result<Bytes> result) {
    end();
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(result));
  }
  void end() {
    over_ = true;
    timer_.cancel();
    resolver_.cancel();
    asio::error_code ignored;
    socket_.close(ignored);
  }

  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  std::string request_;
  Bytes answer_;
  Done done_;
  bool over_ = false;
};

struct Tracker {
  std::string url;
  wire::bt::HttpUrl where;
  Clock::time_point due;
  std::shared_ptr<Talk> talk;  ///< set while one is on
  unsigned failures = 0;
  bool knows = false;  ///< that this node fetches
};

}  // namespace

struct TrackerClient::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io, Parts the_parts, TrackerCounters& the_counters)
      : io(the_io),
        parts(std::move(the_parts)),
        counters(the_counters) {}

  void ask(std::size_t number);
  void on_answer(std::size_t number, const Result<Bytes>& answer);
  void failed(Tracker& tracker, const std::string& why);
  std::string request_of(const Tracker& tracker, Event event) const;
  void stop(bool completed);

  asio::io_context& io;
  Parts parts;
  TrackerCounters& counters;
  std::vector<Tracker> trackers;
  std::string last_failure;
  bool stopped = false;
};

std::string TrackerClient::Impl::request_of(const Tracker& tracker, Event event) const {
  wire::bt::Announce announce = parts.announce();
  announce.event = event;
  return wire::bt::http_get(tracker.where, wire::bt::announce_query(announce, parts.got_bytes()));
}

void TrackerClient::Impl::ask(std::size_t number) {
  Tracker& tracker = trackers[number];
  ++counters.asked;
  tracker.talk =
      std::make_shared<Talk>(io,
                             request_of(tracker, tracker.knows ? Event::none : Event::started),
                             [self = shared_from_this(), number](const Result<Bytes>& answer) {
                               if (!self->stopped) self->on_answer(number, answer);
                             });
  tracker.talk->begin(tracker.where);
}

void TrackerClient::Impl::on_answer(std::size_t number, const Result<Bytes>& answer) {
  Tracker& tracker = trackers[number];
  tracker.talk.reset();
  if (!answer) {
    failed(tracker, answer.error().message);
    return;
  }
  const auto body = wire::bt::http_body(*answer);
  const auto heard =
      body ? wire::bt::read_announce_answer(*body) : Result<wire::bt::HeardAnnounce>(body.error());
  if (!heard) {
    failed(tracker, heard.error().message);
    return;
  }
  ++counters.answered;
  tracker.knows = true;
  tracker.failures = 0;
  tracker.due = Clock::now() + std::max(kSoonest, std::chrono::seconds(heard->interval_s));
  parts.heard(heard->peers);
}

void TrackerClient::Impl::failed(Tracker& tracker, const std::string& why) {
  ++counters.failed;
  last_failure = tracker.url + ": " + why;
  tracker.due = Clock::now() + kAgain * (1U << std::min(tracker.failures, kMostDoublings));
  ++tracker.failures;
}

// Those that know of this node hear that it is over; nobody waits for their answers.
void TrackerClient::Impl::stop(bool completed) {
  if (std::exchange(stopped, true)) return;
  for (Tracker& tracker : trackers) {
    if (tracker.talk) tracker.talk->give_up();
    if (!tracker.knows) continue;
    const Event event = completed ? Event::completed : Event::stopped;
    std::make_shared<Talk>(io, request_of(tracker, event), [](const Result<Bytes>&) {
    })->begin(tracker.where);
  }
}

TrackerClient::TrackerClient(asio::io_context& io,
                             const std::vector<std::string>& urls,
                             Parts parts,
                             TrackerCounters& counters)
    : impl_(std::make_shared<Impl>(io, std::move(parts), counters)) {
  for (const std::string& url : urls) {
    auto where = wire::bt::parse_http_url(url);
    if (where) {
      impl_->trackers.push_back({.url = url, .where = std::move(*where), .due = {}, .talk = {}});
    } else {
      ++counters.failed;
      impl_->last_failure = url + ": " + where.error().message;
    }
  }
}

TrackerClient::~TrackerClient() {
  stop(false);
}

void TrackerClient::on_time() {
  const auto now = Clock::now();
  for (std::size_t i = 0; i < impl_->trackers.size() && !impl_->stopped; ++i) {
    const Tracker& tracker = impl_->trackers[i];
    if (!tracker.talk && tracker.due <= now) impl_->ask(i);
  }
}

void TrackerClient::stop(bool completed) {
  impl_->stop(completed);
}

const std::string& TrackerClient::last_failure() const {
  return impl_->last_failure;
}

}  // namespace freshet::io
