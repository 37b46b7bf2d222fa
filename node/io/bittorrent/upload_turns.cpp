#include "node/io/bittorrent/upload_turns.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/bittorrent/upload_budget.h"

namespace freshet::io {

struct UploadTurns::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, std::function<TimePoint()> the_now)
      : now(std::move(the_now)),
        timer(io) {}

  void wait();
  void serve();

  std::function<TimePoint()> now;
  UploadBudget budget;
  asio::steady_timer timer;  ///< runs while somebody waits
  std::map<Id, std::function<void()>> links;
  Id next_id = 1;
  Id served_last = 0;  ///< of those that waited
  bool timer_runs = false;
  bool stopped = false;
};

void UploadTurns::Impl::wait() {
  if (stopped || !budget.is_awaited() || std::exchange(timer_runs, true)) return;
  timer.expires_after(std::max<Duration>(budget.again_at() - now(), Duration{}));
  timer.async_wait([self = shared_from_this()](const asio::error_code& /*either*/) {
    self->timer_runs = false;  // canceled: the rate changed
    if (!self->stopped) self->serve();
  });
}

// Who is behind the one that was served last comes first: it may take all there is.
void UploadTurns::Impl::serve() {
  budget.begin_turn();
  std::vector<Id> in_turn;
  for (auto at = links.upper_bound(served_last); at != links.end(); ++at)
    in_turn.push_back(at->first);
  for (auto at = links.begin(); at != links.upper_bound(served_last); ++at)
    in_turn.push_back(at->first);
  for (const Id id : in_turn) {
    if (budget.is_awaited()) break;
    const auto link = links.find(id);
    if (link == links.end()) continue;
    const std::uint64_t before = budget.charged();
    const auto go_on = link->second;  // it may leave meanwhile
    go_on();
    if (budget.charged() != before) served_last = id;
  }
  wait();
}

UploadTurns::UploadTurns(asio::io_context& io, std::function<TimePoint()> now)
    : impl_(std::make_shared<Impl>(io, std::move(now))) {}

UploadTurns::~UploadTurns() {
  stop();
}

void UploadTurns::limit(std::uint64_t rate) {
  if (impl_->budget.rate() == rate) return;
  impl_->budget.set_rate(rate, impl_->now());
  impl_->timer.cancel();  // when it is worth asking again changed, too
}

UploadTurns::Id UploadTurns::join(std::function<void()> go_on) {
  const Id id = impl_->next_id++;
  impl_->links.emplace(id, std::move(go_on));
  return id;
}

void UploadTurns::leave(Id id) {
  impl_->links.erase(id);
}

bool UploadTurns::may_send() {
  if (impl_->budget.may_send(impl_->now())) return true;
  impl_->wait();
  return false;
}

void UploadTurns::sends(std::uint32_t bytes) {
  impl_->budget.sends(bytes, impl_->now());
}

void UploadTurns::stop() {
  if (std::exchange(impl_->stopped, true)) return;
  impl_->timer.cancel();
}

}  // namespace freshet::io
