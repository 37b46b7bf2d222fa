#include "node/sim/asker.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace freshet::sim {
namespace {

/// How often an origin that is still at it is looked at while nothing of its query is under way.
constexpr Duration kPoll = std::chrono::milliseconds(100);
/// Whether announcements of it may wait for a ping that takes them along.
bool may_gather(core::overlay::StrategyId strategy) {
  return strategy == core::overlay::StrategyId::tree
         || strategy == core::overlay::StrategyId::automatic;
}

Status status_of(const Host& host) {
  if (host.failure()) return Error{ErrorCode::invalid, *host.failure()};
  return kOk;
}

}  // namespace

Status Asker::ask(const Asking& asking, std::uint64_t number) {
  const auto track = host_.ask(asking);
  if (!track) return Error{ErrorCode::invalid, "simulation: too many queries at once"};
  active_.push_back({.number = number,
                     .track = *track,
                     .settle = settle_of(asking.strategy),
                     .gives_up = host_.now() + patience_.limit});
  return status_of(host_);
}

Duration Asker::settle_of(core::overlay::StrategyId strategy) const {
  if (strategy == core::overlay::StrategyId::flood && !limits_bandwidth(host_.network())) return {};
  if (!may_gather(strategy)) return patience_.settle;
  return patience_.settle + host_.node_config().overlay.announce_gather;
}

bool Asker::is_over(const Active& query) const {
  if (host_.now() >= query.gives_up) return true;
  return host_.is_done(query.track) && !host_.is_at(query.track)
         && host_.now() >= host_.log().rests_since(query.track) + query.settle;
}

void Asker::collect() {
  for (auto query = active_.begin(); query != active_.end();) {
    if (!is_over(*query)) {
      ++query;
      continue;
    }
    const Active over = *query;
    query = active_.erase(query);
    done_(over.number, host_.take_result(over.track));
  }
}

TimePoint Asker::next_look() const {
  TimePoint look = TimePoint::max();
  for (const Active& query : active_) {
    look = std::min(look, query.gives_up);
    if (!host_.is_done(query.track)) continue;
    const TimePoint settled = host_.log().rests_since(query.track) + query.settle;
    look = std::min(
        look, std::max(settled, host_.now() + (host_.is_at(query.track) ? kPoll : Duration{})));
  }
  return look;
}

Status Asker::run_some(TimePoint limit) {
  const std::uint64_t rests = host_.log().rests();
  while (host_.step(limit)) {
    if (host_.log().rests() != rests) return status_of(host_);
  }
  host_.run_until(limit);  // only moves the clock
  return status_of(host_);
}

Status Asker::run_until(TimePoint time) {
  collect();
  while (host_.now() < time) {
    if (Status status = run_some(std::min(time, next_look())); !status) return status;
    collect();
  }
  return status_of(host_);
}

Status Asker::finish() {
  collect();
  while (!active_.empty()) {
    if (Status status = run_some(next_look()); !status) return status;
    collect();
  }
  return status_of(host_);
}

Result<QueryResult> run_query(Host& host, const Asking& asking, const Patience& patience) {
  std::optional<QueryResult> taken;
  Asker asker(
      host, patience, [&](std::uint64_t, QueryResult result) { taken = std::move(result); });
  if (Status status = asker.ask(asking, 0); !status) return status.error();
  if (Status status = asker.finish(); !status) return status.error();
  return std::move(*taken);
}

}  // namespace freshet::sim
