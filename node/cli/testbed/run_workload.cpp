#include <algorithm>
#include <utility>

#include "node/bench/run_parts.h"
#include "node/bench/sim_world.h"
#include "node/cli/testbed/testbed_run.h"
#include "node/sim/network.h"

namespace freshet::cli {
namespace {

constexpr Duration kLimit = std::chrono::minutes(10);

bool mends(StrategyId strategy) {
  return strategy == StrategyId::tree || strategy == StrategyId::automatic;
}

}  // namespace

Status TestbedRun::ask(std::uint32_t query) {
  const auto planned = workload_.plan(query, population_);
  const Guid guid = bench::guid_of_query(plan_.seed, query);
  log_.asked(query, guid, planned.origin, population_.alive());
  origins_[guid] = bench::label_of(topology_, planned.origin);
  open_.push_back(
      {.query = query, .guid = guid, .gives_up = now() + kLimit, .heard_at = Steady::now()});
  return fleet_.ask(planned.origin,
                    {.guid = guid,
                     .terms = bench::query_for(planned.object).terms,
                     .ttl = scenario_.workload.ttl,
                     .wanted = scenario_.workload.results,
                     .strategy = std::string(core::to_string(plan_.strategy))});
}

bool TestbedRun::seems_over(const Open& open) const {
  const auto quiet = Steady::now() - open.heard_at;
  if (now() >= open.gives_up) return true;
  if (quiet < kAllHeard) return false;
  const std::int64_t dilation = plan_.dilation;
  if (log_.is_at_rest(open.guid)) return !mends(plan_.strategy) || quiet >= kSettle * dilation;
  // What was on its way to a node that died, or over a wire that was cut, never arrives.
  const Duration longest = std::max(scenario_.links.latency.low, scenario_.links.latency.high);
  const bool may_miss = population_.alive() < topology_.nodes || scenario_.partition.share > 0;
  return may_miss && quiet >= (kSettle + 4 * longest) * dilation;
}

// What nodes said was not said at one time: a frame may have arrived whose sending was not heard of
// yet, in place of one that is under way. So all are asked, twice, and nothing may have moved.
Status TestbedRun::confirm(std::vector<Guid>& rested) {
  if (Status heard = fleet_.ask_all_for_news(); !heard) return heard;
  std::vector<std::uint64_t> moves;
  for (const Guid& guid : rested) moves.push_back(log_.moves(guid));
  if (Status heard = fleet_.ask_all_for_news(); !heard) return heard;
  std::size_t at = 0;
  std::erase_if(rested, [&](const Guid& guid) { return log_.moves(guid) != moves[at++]; });
  return kOk;
}

Status TestbedRun::collect() {
  std::vector<Guid> rested;
  for (const Open& open : open_) {
    if (seems_over(open)) rested.push_back(open.guid);
  }
  if (rested.empty()) return kOk;
  if (Status confirmed = confirm(rested); !confirmed) return confirmed;
  std::erase_if(open_, [&](const Open& open) {
    const bool rests = std::find(rested.begin(), rested.end(), open.guid) != rested.end();
    if (!rests || !seems_over(open)) return false;
    over_.emplace_back(open.query, open.guid);
    ++state_.queries_done;
    return true;
  });
  return kOk;
}

void TestbedRun::hear(std::uint32_t node, const bed::News& news) {
  links_by_node_[node] = news.links;
  if (log_.hear(node, news)) {
    for (Open& open : open_) {
      const bool is_of_it = std::any_of(news.queries.begin(),
                                        news.queries.end(),
                                        [&](const auto& q) { return q.guid == open.guid; });
      if (is_of_it) open.heard_at = Steady::now();
    }
  }
  if (state_.phase == TestbedState::Phase::starting) ++state_.nodes_ready;
}

bool TestbedRun::look() {
  state_.links = log_.link_ends() / 2;
  state_.deliveries = log_.deliveries();
  state_.alive = population_.alive();
  return go_on_(state_);
}

Status TestbedRun::listen(Steady::time_point until) {
  if (Status heard = fleet_.listen(until); !heard) return heard;
  return collect();
}

Status TestbedRun::ask_in_turn() {
  for (std::uint32_t query = 0; query < scenario_.workload.queries; ++query) {
    if (Status asked = ask(query); !asked) return asked;
    while (!open_.empty()) {
      if (Status heard = listen(Steady::now() + kAllHeard); !heard) return heard;
      if (log_.late() > 0) return kOk;
    }
  }
  return kOk;
}

Status TestbedRun::ask_by_the_clock() {
  const std::uint32_t queries = scenario_.workload.queries;
  const Duration interval = scenario_.interval();
  for (std::uint32_t query = 0; query < queries || !open_.empty();) {
    TimePoint next = now() + std::chrono::seconds(1);
    if (next_event_ < events_.size()) next = std::min(next, began_ + events_[next_event_].at);
    if (query < queries) next = std::min(next, began_ + query * interval);
    const bench::PartitionSpec& cut = scenario_.partition;
    if (cut.share > 0 && !is_cut_) next = std::min(next, began_ + cut.at);
    if (is_cut_ && !is_healed_ && cut.heal > Duration{}) next = std::min(next, began_ + cut.heal);
    if (now() < next) {
      if (Status heard = listen(std::min(real(next), Steady::now() + kAllHeard)); !heard)
        return heard;
    }
    if (log_.late() > 0) return kOk;
    if (Status churned = churn(now() - began_); !churned) return churned;
    if (Status parted = partition(now() - began_); !parted) return parted;
    if (query < queries && now() >= began_ + query * interval) {
      if (Status asked = ask(query++); !asked) return asked;
    }
  }
  return kOk;
}

Status TestbedRun::churn(Duration until) {
  for (; next_event_ < events_.size() && events_[next_event_].at <= until; ++next_event_) {
    const ChurnEvent& event = events_[next_event_];
    const bool comes = event.kind == ChurnEvent::Kind::back;
    if (comes) {
      if (Status back = fleet_.restart(setups_[event.node]); !back) return back;
      std::vector<std::uint32_t> neighbours;
      for (const auto& [a, b] : topology_.edges) {
        if (a == event.node && population_.is_alive(b)) neighbours.push_back(b);
        if (b == event.node && population_.is_alive(a)) neighbours.push_back(a);
      }
      if (!neighbours.empty()) {
        if (Status linked = fleet_.link(event.node, neighbours); !linked) return linked;
      }
    } else if (population_.is_alive(event.node)) {
      const bool says_bye = event.kind == ChurnEvent::Kind::leave && scenario_.churn.graceful;
      const Status ended = says_bye ? fleet_.send_away(event.node) : fleet_.kill(event.node);
      if (!ended) return ended;
      links_by_node_[event.node] = 0;
    }
    population_.set(event.node, comes);
  }
  return kOk;
}

// Who is on which side is drawn as the simulator draws it.
Status TestbedRun::partition(Duration until) {
  const bench::PartitionSpec& spec = scenario_.partition;
  if (spec.share <= 0) return kOk;
  if (!is_cut_ && until >= spec.at) {
    is_cut_ = true;
    sim::Network drawn({.partition = {.share = spec.share, .at = {}, .heal = Duration::max()}},
                       topology_.nodes,
                       Rng::from_seed(plan_.seed).fork("network"));
    drawn.begin_faults({});
    std::vector<bool> sides;
    for (NodeIndex node = 0; node < topology_.nodes; ++node)
      sides.push_back(drawn.is_cut(0, node, {}));
    return fleet_.wires()->cut(sides);
  }
  if (!is_cut_ || is_healed_ || spec.heal <= Duration{} || until < spec.heal) return kOk;
  is_healed_ = true;
  return fleet_.wires()->heal();
}

}  // namespace freshet::cli
