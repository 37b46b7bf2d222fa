#include "node/io/host/live_shares.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <fcntl.h>

#include "node/store/os_error.h"
#include "node/store/unique_fd.h"

namespace freshet::io {
namespace {

using Clock = std::chrono::steady_clock;

// Events of so long are looked at together: an archive that is unpacked is many.
constexpr std::chrono::milliseconds kGather{100};

Clock::time_point real(TimePoint time) {
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(time.time_since_epoch()));
}

}  // namespace

struct LiveShares::State : std::enable_shared_from_this<LiveShares::State> {
  struct Known {
    std::string problem;
    int failures = 0;                        ///< one after another
    std::optional<Clock::time_point> due{};  ///< of the next poll
  };

  State(asio::io_context& io, Uses the_uses)
      : uses(std::move(the_uses)),
        readable(io),
        next_look(io),
        polls(io) {}

  void open();
  Status listen(int watch);
  void wait_readable();
  void look_at(Clock::time_point when);
  void look_now();
  void looked(const LiveLook::Outcome& outcome);
  void tell_unwatched(const LiveLook::Unwatched& unwatched);
  void rescan(store::ShareId share);
  void wait_poll();
  void poll();

  Uses uses;
  asio::posix::stream_descriptor readable;
  asio::steady_timer next_look;
  asio::steady_timer polls;
  std::stop_source stop;
  std::shared_ptr<LiveLook> look;
  std::map<store::ShareId, Known> shares;
  std::set<store::ShareId> rescanning;
  bool waiting_readable = false;
  bool looking = false;                         ///< a job looks
  std::optional<Clock::time_point> look_due{};  ///< of next_look
};

void LiveShares::State::open() {
  auto watch = store::TreeWatch::open();
  if (watch) {
    if (const Status heard = listen(watch->fd()); !heard) watch = heard.error();
  }
  std::string why = watch ? std::string() : watch.error().message;
  std::optional<store::TreeWatch> opened;
  if (watch) opened = std::move(*watch);
  look = std::make_shared<LiveLook>(
      LiveLook::Uses{.catalogue = uses.catalogue,
                     .excluded = uses.excluded,
                     .changed =
                         [this](std::vector<store::FileChange> changes) {
                           uses.pool.post(
                               [this, changes = std::move(changes)] { uses.apply(changes); });
                         },
                     .stop = stop.get_token()},
      std::move(opened),
      std::move(why));
  wait_readable();
}

Status LiveShares::State::listen(int watch) {
  constexpr const char* kAdvice = "raise the limit (ulimit -n)";
  store::UniqueFd copy(::fcntl(watch, F_DUPFD_CLOEXEC, 0));
  if (!copy) return store::os_error("cannot watch", "shared folders", errno, kAdvice);
  asio::error_code failed;
  readable.assign(copy.get(), failed);
  if (failed) return store::os_error("cannot watch", "shared folders", failed.value(), kAdvice);
  static_cast<void>(copy.release());  // the descriptor's now
  return kOk;
}

void LiveShares::State::wait_readable() {
  if (!readable.is_open() || std::exchange(waiting_readable, true)) return;
  readable.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const asio::error_code& failed) {
                        self->waiting_readable = false;
                        if (!failed && !self->stop.stop_requested())
                          self->look_at(Clock::now() + kGather);
                      });
}

void LiveShares::State::look_at(Clock::time_point when) {
  if (looking || (look_due && *look_due <= when)) return;
  look_due = when;
  next_look.expires_at(when);
  next_look.async_wait([self = shared_from_this()](const asio::error_code& failed) {
    if (!failed && !self->stop.stop_requested()) self->look_now();
  });
}

void LiveShares::State::look_now() {
  look_due.reset();
  looking = true;
  uses.pool.submit([self = shared_from_this()]() -> WorkerPool::Completion {
    auto outcome = self->look->look();
    auto unwatched = self->look->unwatched();
    return [self, outcome = std::move(outcome), unwatched = std::move(unwatched)] {
      self->tell_unwatched(unwatched);
      self->looked(outcome);
    };
  });
}

void LiveShares::State::looked(const LiveLook::Outcome& outcome) {
  looking = false;
  if (stop.stop_requested()) return;
  for (const store::ShareId share : outcome.rescan) rescan(share);
  if (outcome.look_again) look_at(real(*outcome.look_again));
  wait_readable();
}

void LiveShares::State::tell_unwatched(const LiveLook::Unwatched& unwatched) {
  for (auto& [id, share] : shares) {
    const auto found = unwatched.find(id);
    const std::string& why = found == unwatched.end() ? std::string() : found->second;
    if (std::exchange(share.problem, why) == why || why.empty()) continue;
    uses.unwatched(id, why);
    if (!share.due) share.due = Clock::now() + kPollEvery;
  }
  wait_poll();
}

void LiveShares::State::rescan(store::ShareId share) {
  if (shares.contains(share) && rescanning.insert(share).second) uses.rescan(share);
}

void LiveShares::State::wait_poll() {
  std::optional<Clock::time_point> next;
  for (const auto& [id, share] : shares) {
    if (share.due) next = next ? std::min(*next, *share.due) : share.due;
  }
  if (!next) return;
  polls.expires_at(*next);
  polls.async_wait([self = shared_from_this()](const asio::error_code& failed) {
    if (!failed && !self->stop.stop_requested()) self->poll();
  });
}

void LiveShares::State::poll() {
  for (auto& [id, share] : shares) {
    if (!share.due || *share.due > Clock::now()) continue;
    share.due.reset();  // until it is scanned
    rescan(id);
  }
  wait_poll();
}

LiveShares::LiveShares(asio::io_context& io, Uses uses)
    : state_(std::make_shared<State>(io, std::move(uses))) {
  state_->open();
}

LiveShares::~LiveShares() {
  stop();
}

void LiveShares::stop() {
  state_->stop.request_stop();
  asio::error_code ignored;
  state_->readable.close(ignored);
  state_->next_look.cancel();
  state_->polls.cancel();
}

void LiveShares::add(const store::Share& share) {
  if (!state_->shares.try_emplace(share.id).second) return;
  state_->uses.pool.submit([look = state_->look, share]() -> WorkerPool::Completion {
    look->add(share);
    return {};
  });
}

void LiveShares::remove(store::ShareId share) {
  state_->shares.erase(share);
  state_->rescanning.erase(share);
  state_->uses.pool.submit([look = state_->look, share]() -> WorkerPool::Completion {
    look->remove(share);
    return {};
  });
}

void LiveShares::scanned(store::ShareId share, const Scanned& scanned) {
  state_->rescanning.erase(share);
  state_->look_at(Clock::now());  // what changed while it was scanned, in the other shares too
  const auto known = state_->shares.find(share);
  if (known == state_->shares.end()) return;
  state_->tell_unwatched(scanned.unwatched);
  State::Known& it = known->second;
  it.failures = scanned.failed ? it.failures + 1 : 0;
  it.due.reset();
  const bool retries = it.failures > 0 && it.failures <= kRetries;
  const Clock::duration least = retries ? kRetryEvery : kPollEvery;
  if (scanned.failed || !it.problem.empty())
    it.due = Clock::now() + std::max<Clock::duration>(least, scanned.took * kPollShare);
  state_->wait_poll();
}

std::string LiveShares::problem(store::ShareId share) const {
  const auto known = state_->shares.find(share);
  return known == state_->shares.end() ? std::string() : known->second.problem;
}

const std::shared_ptr<LiveLook>& LiveShares::look() const {
  return state_->look;
}

}  // namespace freshet::io
