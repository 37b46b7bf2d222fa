#include "node/bench/run.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "node/bench/churn.h"
#include "node/bench/placement.h"
#include "node/bench/population.h"
#include "node/bench/run_parts.h"
#include "node/bench/sim_world.h"
#include "node/bench/workload.h"

namespace freshet::bench {
namespace {

/// Virtual time between two looks at the outside, and at what comes next.
constexpr Duration kSlice = std::chrono::milliseconds(100);

double seconds_of(Duration time) {
  return std::chrono::duration<double>(time).count();
}
std::optional<double> millis_of(const std::optional<Duration>& time) {
  if (!time) return std::nullopt;
  return std::chrono::duration<double, std::milli>(*time).count();
}

class Runner {
 public:
  Runner(const RunPlan& plan,
         const sim::Topology& topology,
         std::optional<sim::NodeIndex> origin,
         const GoOn& go_on)
      : plan_(plan),
        scenario_(*plan.scenario),
        topology_(topology),
        go_on_(go_on),
        rng_(Rng::from_seed(plan.seed)),
        objects_(scenario_.content, topology.nodes, rng_.fork("placement")),
        content_(objects_),
        workload_(scenario_.content, origin, rng_.fork("queries")),
        population_(topology.nodes),
        world_(scenario_,
               plan.seed,
               plan.strategy,
               topology,
               content_,
               plan.reproduce,
               [this](std::uint64_t number, const sim::QueryResult& result) {
                 keep(number, result);
               }) {
    if (scenario_.has_churn()) {
      events_ = churn_events({.spec = scenario_.churn,
                              .crash = plan.variant.crash,
                              .nodes = topology.nodes,
                              .spared = origin,
                              .duration = scenario_.duration()},
                             rng_.fork("churn"));
    }
  }

  Result<RunOutcome> run() {
    const Status settled = world_.settle([this] {
      state_.events = world_.counters().events;
      return go_on_(state_);
    });
    const std::vector<std::uint32_t> degrees = world_.degrees();
    if (!settled && settled.error().code == ErrorCode::canceled) return finish(degrees);
    if (!settled) return settled.error();
    const Status status = scenario_.is_timed() ? ask_by_the_clock() : ask_in_turn();
    if (!status) return status.error();
    return finish(degrees);
  }

 private:
  Status ask_in_turn() {
    for (std::uint32_t query = 0; query < scenario_.workload.queries; ++query) {
      if (Status status = ask(query); !status) return status;
      while (world_.active() > 0) {
        if (Status status = world_.run_until(world_.now() + kSlice); !status) return status;
        if (!report()) return kOk;
      }
    }
    return kOk;
  }

  Status ask_by_the_clock() {
    const std::uint32_t queries = scenario_.workload.queries;
    const Duration interval = scenario_.interval();
    for (std::uint32_t query = 0; query < queries || world_.active() > 0;) {
      Duration next = world_.now() + kSlice;
      if (next_event_ < events_.size()) next = std::min(next, events_[next_event_].at);
      if (query < queries) next = std::min(next, query * interval);
      if (Status status = world_.run_until(next); !status) return status;
      churn(next);
      if (query < queries && next == query * interval) {
        if (Status status = ask(query++); !status) return status;
      }
      if (!report()) return kOk;
    }
    return kOk;
  }

  Status ask(std::uint32_t query) {
    const Workload::Planned planned = workload_.plan(query, population_);
    return world_.ask({.origin = planned.origin,
                       .query = query_for(planned.object),
                       .ttl = scenario_.workload.ttl,
                       .strategy = plan_.strategy,
                       .wanted = scenario_.workload.results,
                       .guid = guid_of_query(plan_.seed, query)},
                      query);
  }

  /// Everything that happens up to `time`.
  void churn(Duration time) {
    for (; next_event_ < events_.size() && events_[next_event_].at <= time; ++next_event_) {
      const ChurnEvent& event = events_[next_event_];
      const bool comes = event.kind == ChurnEvent::Kind::back;
      if (comes) {
        world_.come_back(event.node);
      } else if (population_.is_alive(event.node)) {
        event.kind == ChurnEvent::Kind::crash ? world_.crash(event.node) : world_.leave(event.node);
      }
      population_.set(event.node, comes);
    }
  }

  void keep(std::uint64_t number, const sim::QueryResult& result) {
    ++state_.queries_done;
    rows_.push_back({.query = static_cast<std::uint32_t>(number),
                     .origin = label_of(topology_, result.origin),
                     .messages = result.messages,
                     .query_frames = result.query_frames,
                     .duplicates = result.duplicates,
                     .bytes = static_cast<double>(result.bytes),
                     .reached = result.reached,
                     .alive = result.alive,
                     .hits = result.distinct_hits,
                     .first_hit_ms = millis_of(result.first_hit),
                     .last_reached_ms = millis_of(result.last_reached),
                     .first_hit_hops = result.first_hit
                                           ? std::optional<std::uint32_t>(result.first_hit_hops)
                                           : std::nullopt,
                     .asked_at_s = seconds_of(world_.at(result.asked))});
    if (hops_.size() < result.per_hop.size()) hops_.resize(result.per_hop.size());
    for (std::size_t hop = 0; hop < result.per_hop.size(); ++hop) {
      hops_[hop].first += result.per_hop[hop].first;
      hops_[hop].duplicates += result.per_hop[hop].duplicates;
    }
  }

  /// False: it was told to stop.
  bool report() {
    state_.events = world_.counters().events;
    state_.virtual_time = world_.now();
    return go_on_(state_);
  }

  RunOutcome finish(const std::vector<std::uint32_t>& degrees) {
    Run run;
    run.strategy = plan_.strategy;
    run.seed = plan_.seed;
    run.variant = plan_.variant;
    run.complete = rows_.size() == scenario_.workload.queries;
    run.nodes = topology_.nodes;
    run.links = links_in(scenario_, topology_, degrees);
    run.queries = std::move(rows_);
    std::sort(run.queries.begin(), run.queries.end(), [](const QueryRow& a, const QueryRow& b) {
      return a.query < b.query;
    });
    run.hops = std::move(hops_);
    add_traffic(run);
    for (sim::NodeIndex node = 0; node < topology_.nodes; ++node) {
      const sim::QueryLog::Load& load = world_.log().loads()[node];
      run.loads.push_back(
          {.degree = degrees[node], .frames_in = load.frames_in, .hits_in = load.hits_in});
    }
    run.digest = world_.digest();
    return {.run = std::move(run), .deliveries = world_.counters().deliveries};
  }

  /// Bytes by type; and to each query its share of what the route tables cost.
  void add_traffic(Run& run) const {
    const sim::TrafficByType& all = world_.log().traffic();
    for (std::size_t type = 0; type < all.size(); ++type) {
      if (all[type].frames == 0) continue;
      const auto frame_type = static_cast<wire::FrameType>(type);
      run.traffic.push_back(
          {.type = name_of(frame_type), .frames = all[type].frames, .bytes = all[type].bytes});
      if (frame_type != wire::FrameType::route_table) continue;
      for (QueryRow& row : run.queries)
        row.bytes += static_cast<double>(all[type].bytes) / static_cast<double>(run.queries.size());
    }
  }

  const RunPlan& plan_;
  const Scenario& scenario_;
  const sim::Topology& topology_;
  const GoOn& go_on_;
  Rng rng_;
  ObjectTable objects_;
  ObjectContent content_;
  Workload workload_;
  Population population_;
  std::vector<ChurnEvent> events_;
  std::size_t next_event_ = 0;
  std::vector<QueryRow> rows_;
  std::vector<HopCount> hops_;
  RunState state_;
  SimWorld world_;
};

}  // namespace

Result<RunOutcome> perform_run(const RunPlan& plan, const GoOn& go_on) {
  sim::Topology drawn;
  const sim::Topology* topology = plan.file;
  if (topology == nullptr) {
    drawn = draw_topology(plan.scenario->topology, plan.seed);
    topology = &drawn;
  }
  const auto origin = origin_in(*topology, plan.scenario->workload);
  if (!origin) return origin.error();
  // Not small: a simulation of a million nodes.
  const auto runner = std::make_unique<Runner>(plan, *topology, *origin, go_on);
  return runner->run();
}

}  // namespace freshet::bench
