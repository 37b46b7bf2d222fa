#include "node/io/bittorrent/tracker_client.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <asio/io_context.hpp>

#include "node/io/bittorrent/http_tracker_talk.h"
#include "node/io/bittorrent/udp_tracker_talk.h"

namespace freshet::io {
namespace {

using Clock = std::chrono::steady_clock;
using Event = wire::bt::Announce::Event;

constexpr std::chrono::seconds kAgain{2};  // after a failure; then twice that, and so on
constexpr unsigned kMostDoublings = 7;
constexpr std::chrono::seconds kSoonest{10};  // whatever the tracker says

struct Tracker {
  std::string url;
  wire::bt::TrackerUrl where;
  Clock::time_point due;
  std::shared_ptr<TrackerTalk> talk;  ///< set while one is on
  unsigned failures = 0;
  bool knows = false;  ///< that this node fetches
};

}  // namespace

struct TrackerClient::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io, Parts the_parts, const Rng& the_rng, TrackerCounters& the_counters)
      : io(the_io),
        parts(std::move(the_parts)),
        counters(the_counters),
        rng(the_rng),
        key(static_cast<std::uint32_t>(rng.next_u64())) {}

  void ask(std::size_t number);
  void on_answer(std::size_t number, const Result<wire::bt::HeardAnnounce>& heard);
  void failed(Tracker& tracker, const std::string& why);
  std::shared_ptr<TrackerTalk> talk_with(const Tracker& tracker,
                                         Event event,
                                         TrackerTalk::Done done);
  void stop(bool completed);

  asio::io_context& io;
  Parts parts;
  TrackerCounters& counters;
  Rng rng;
  std::uint32_t key;  ///< one for all that this torrent's trackers are told
  std::vector<Tracker> trackers;
  std::string last_failure;
  bool stopped = false;
};

std::shared_ptr<TrackerTalk> TrackerClient::Impl::talk_with(const Tracker& tracker,
                                                            Event event,
                                                            TrackerTalk::Done done) {
  TrackerQuestion question{
      .where = tracker.where, .announce = parts.announce(), .got_bytes = parts.got_bytes()};
  question.announce.event = event;
  if (tracker.where.scheme == wire::bt::TrackerUrl::Scheme::http)
    return http_tracker_talk(io, std::move(question), std::move(done));
  return udp_tracker_talk(io, std::move(question), key, rng.fork(rng.next_u64()), std::move(done));
}

void TrackerClient::Impl::ask(std::size_t number) {
  Tracker& tracker = trackers[number];
  ++counters.asked;
  const auto done = [self = shared_from_this(), number](const auto& heard) {
    if (!self->stopped) self->on_answer(number, heard);
  };
  tracker.talk = talk_with(tracker, tracker.knows ? Event::none : Event::started, done);
  tracker.talk->begin();
}

void TrackerClient::Impl::on_answer(std::size_t number,
                                    const Result<wire::bt::HeardAnnounce>& heard) {
  Tracker& tracker = trackers[number];
  tracker.talk.reset();
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
    talk_with(tracker, event, [](const auto&) {})->begin();
  }
}

TrackerClient::TrackerClient(asio::io_context& io,
                             const std::vector<std::string>& urls,
                             Parts parts,
                             const Rng& rng,
                             TrackerCounters& counters)
    : impl_(std::make_shared<Impl>(io, std::move(parts), rng, counters)) {
  for (const std::string& url : urls) {
    auto where = wire::bt::parse_tracker_url(url);
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
