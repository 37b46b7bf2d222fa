#include "node/cli/testbed/run.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "node/bench/churn.h"
#include "node/bench/placement.h"
#include "node/bench/population.h"
#include "node/bench/run_parts.h"
#include "node/bench/sim_world.h"
#include "node/bench/testbed_log.h"
#include "node/bench/workload.h"
#include "node/cli/testbed/fleet.h"
#include "node/sim/host.h"
#include "node/sim/network.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
namespace bed = io::testbed;
using bench::ChurnEvent;
using core::overlay::StrategyId;
using sim::NodeIndex;
using Steady = std::chrono::steady_clock;

/// Real time without news after which what was heard is all there is: twice the time for which
/// nodes gather it.
constexpr std::chrono::milliseconds kAllHeard{60};
/// Virtual rest after which a query is over, where nodes mend what was lost. As in the simulator.
constexpr Duration kSettle = std::chrono::seconds(3);
constexpr Duration kLimit = std::chrono::minutes(10);
/// Virtual: what links measure of each other when they are new is known by then.
constexpr Duration kCalm = std::chrono::seconds(1);
constexpr Duration kOverlayLimit = std::chrono::seconds(60);  ///< virtual
constexpr std::chrono::seconds kLinkLimit{120};
constexpr std::size_t kNodesAtOnce =
    16;  ///< that are told to dial before their links are waited for

bool mends(StrategyId strategy) {
  return strategy == StrategyId::tree || strategy == StrategyId::automatic;
}

bed::Delay delay_of(const bench::LatencySpec& latency) {
  using Kind = bench::LatencySpec::Kind;
  bed::Delay delay{.low = latency.low, .high = latency.high, .sigma = latency.sigma};
  delay.kind = bed::Delay::Kind::constant;
  if (latency.kind == Kind::uniform) delay.kind = bed::Delay::Kind::uniform;
  if (latency.kind == Kind::lognormal) delay.kind = bed::Delay::Kind::lognormal;
  if (latency.kind == Kind::constant && latency.low == Duration{})
    delay.kind = bed::Delay::Kind::none;
  return delay;
}

class TestbedRun {
 public:
  TestbedRun(const TestbedPlan& plan,
             fs::path folder,
             std::optional<NodeIndex> origin,
             const TestbedGoOn& go_on)
      : plan_(plan),
        scenario_(*plan.scenario),
        topology_(*plan.topology),
        go_on_(go_on),
        rng_(Rng::from_seed(plan.seed)),
        objects_(scenario_.content, topology_.nodes, rng_.fork("placement")),
        workload_(scenario_.content, origin, rng_.fork("queries")),
        population_(topology_.nodes),
        log_(topology_.nodes),
        links_by_node_(topology_.nodes),
        fleet_(
            plan.program,
            std::move(folder),
            [this](std::uint32_t node, const bed::News& news) { hear(node, news); },
            [this] { return look(); }) {
    if (scenario_.has_churn()) {
      events_ = bench::churn_events({.spec = scenario_.churn,
                                     .crash = plan.variant.crash,
                                     .nodes = topology_.nodes,
                                     .spared = origin,
                                     .duration = scenario_.duration()},
                                    rng_.fork("churn"));
    }
    state_.links_by_node = &links_by_node_;
    state_.alive = topology_.nodes;
  }

  Result<TestbedOutcome> run();

 private:
  struct Open {
    std::uint32_t query = 0;
    Guid guid;
    TimePoint gives_up;
    Steady::time_point heard_at;  ///< the last news of it
  };

  // ---- time
  [[nodiscard]] TimePoint now() const {
    return TimePoint((Steady::now() - epoch_) / std::int64_t{plan_.dilation});
  }
  [[nodiscard]] Steady::time_point real(TimePoint time) const {
    return epoch_ + time.time_since_epoch() * std::int64_t{plan_.dilation};
  }

  // ---- the mesh
  Status put_files();
  std::vector<bed::Setup> setups();
  Status wire_up();
  Status bring_up();
  Status link_up();
  Status wait_for_links(std::uint64_t ends);
  Status calm_down();
  Status wait_for_overlay();

  // ---- the workload
  Status ask_in_turn();
  Status ask_by_the_clock();
  Status ask(std::uint32_t query);
  Status churn(Duration until);
  Status partition(Duration until);
  /// Of wires, not of the shaper.
  [[nodiscard]] bool has_real_limits() const {
    return scenario_.links.bandwidth_bytes_per_s > 0 || scenario_.partition.share > 0;
  }
  [[nodiscard]] bool seems_over(const Open& open) const;
  /// Takes those that are over.
  Status collect();
  Status confirm(std::vector<Guid>& rested);
  Status listen(Steady::time_point until);
  void hear(std::uint32_t node, const bed::News& news);
  bool look();

  TestbedOutcome finish();
  void keep_captures();
  void add_traffic(bench::Run& run) const;

  const TestbedPlan& plan_;
  const bench::Scenario& scenario_;
  const sim::Topology& topology_;
  const TestbedGoOn& go_on_;
  Rng rng_;
  bench::ObjectTable objects_;
  bench::Workload workload_;
  bench::Population population_;
  std::vector<ChurnEvent> events_;
  std::size_t next_event_ = 0;
  bool is_cut_ = false;
  bool is_healed_ = false;
  bench::TestbedLog log_;
  TestbedState state_;
  std::vector<std::uint32_t> links_by_node_;
  std::vector<bed::Setup> setups_;
  Steady::time_point epoch_;
  TimePoint began_{};
  std::vector<std::uint32_t> degrees_;
  std::vector<Open> open_;
  std::vector<std::pair<std::uint32_t, Guid>> over_;
  std::map<Guid, std::uint64_t> origins_;  ///< labels
  TestbedOutcome outcome_;
  Fleet fleet_;  ///< goes first
};

// ---- the mesh

Status TestbedRun::put_files() {
  std::error_code failed;
  for (NodeIndex node = 0; node < topology_.nodes; ++node)
    fs::create_directories(fleet_.share_of(node), failed);
  for (std::uint32_t object = 0; object < objects_.objects(); ++object) {
    const std::string name = bench::file_of(object).name;
    for (const NodeIndex node : objects_.holders(object)) {
      std::ofstream file(fleet_.share_of(node) / name);
      file << name;
      if (!file.flush()) return Error{ErrorCode::io, "cannot write the testbed's files: no room?"};
    }
  }
  return kOk;
}

std::vector<bed::Setup> TestbedRun::setups() {
  const core::Config config = bench::node_config(scenario_, plan_.seed, topology_);
  const Rng keys = sim::key_rng(plan_.seed);
  bed::Setup setup{.seed = plan_.seed,
                   .epoch_ns = std::chrono::nanoseconds(epoch_.time_since_epoch()).count(),
                   .dilation = plan_.dilation,
                   .delay = delay_of(scenario_.links.latency),
                   .breaks_ties = plan_.strategy == StrategyId::walk,
                   .loss = scenario_.links.loss,
                   .has_real_limits = has_real_limits(),
                   .discover = scenario_.topology.discover,
                   .max_ttl = config.overlay.max_ttl,
                   .target_links = static_cast<std::uint32_t>(config.overlay.target_links),
                   .max_links = static_cast<std::uint32_t>(config.overlay.max_links),
                   .walk_key = config.overlay.walk_key,
                   .listen = "127.0.0.1:0"};
  std::vector<bed::Setup> all;
  for (NodeIndex node = 0; node < topology_.nodes; ++node) {
    setup.node = node;
    if (!setup.discover) setup.alias = sim::node_key(keys, node);
    if (fleet_.wires() != nullptr) setup.listen = fleet_.wires()->listen_of(node);
    setup.share = fleet_.share_of(node).string();
    setup.drops_queries = plan_.faulty == node;
    if (!plan_.capture.empty()) setup.capture = fleet_.capture_of(node).string();
    all.push_back(setup);
  }
  return all;
}

// Bytes that pass in a virtual second pass in so many real ones.
Status TestbedRun::wire_up() {
  if (!plan_.netns) return kOk;
  const std::uint64_t rate = scenario_.links.bandwidth_bytes_per_s;
  auto wires = Wires::make({.kind = *plan_.netns,
                            .topology = &topology_,
                            .bytes_per_s = (rate + plan_.dilation - 1) / plan_.dilation,
                            .folder = fleet_.folder()});
  if (!wires) return wires.error();
  fleet_.use(std::move(*wires));
  return kOk;
}

Status TestbedRun::bring_up() {
  epoch_ = Steady::now();
  if (Status put = put_files(); !put) return put;
  if (Status wired = wire_up(); !wired) return wired;
  setups_ = setups();
  if (Status started = fleet_.start(setups_); !started) return started;
  const auto started = Steady::now();
  outcome_.start_seconds = std::chrono::duration<double>(started - epoch_).count();
  if (Status linked = link_up(); !linked) return linked;
  outcome_.link_seconds = std::chrono::duration<double>(Steady::now() - started).count();
  return calm_down();
}

// The lower number dials, as in the simulator.
Status TestbedRun::link_up() {
  state_.phase = TestbedState::Phase::linking;
  state_.links_wanted = topology_.edges.size();
  std::vector<std::vector<std::uint32_t>> dials(topology_.nodes);
  for (const auto& [a, b] : topology_.edges) dials[a].push_back(b);
  std::uint64_t told = 0;
  for (NodeIndex node = 0; node < topology_.nodes; ++node) {
    if (!dials[node].empty()) {
      if (Status linked = fleet_.link(node, dials[node]); !linked) return linked;
      told += dials[node].size();
    }
    const bool is_last = node + 1 == topology_.nodes;
    if (!is_last && node % kNodesAtOnce != kNodesAtOnce - 1) continue;
    // Most of what was told; the rest may come up while others begin.
    const std::uint64_t wanted = is_last ? told : told - std::min<std::uint64_t>(told, 64);
    if (Status up = wait_for_links(2 * wanted); !up) return up;
  }
  return kOk;
}

Status TestbedRun::wait_for_links(std::uint64_t ends) {
  const auto limit = Steady::now() + kLinkLimit * std::int64_t{plan_.dilation};
  while (log_.link_ends() < ends) {
    // Nodes that dial too may have closed a link in favour of another one.
    const bool is_late = Steady::now() >= limit;
    if (is_late && scenario_.topology.discover) break;
    if (is_late) {
      return Error{ErrorCode::timed_out,
                   "the testbed has " + std::to_string(log_.link_ends() / 2) + " links, not "
                       + std::to_string(ends / 2)};
    }
    if (Status heard = fleet_.listen(Steady::now() + std::chrono::milliseconds(100)); !heard)
      return heard;
  }
  return kOk;
}

Status TestbedRun::calm_down() {
  const Duration longest = std::max(scenario_.links.latency.low, scenario_.links.latency.high);
  const auto until = real(now() + kCalm + 4 * longest);
  while (Steady::now() < until) {
    if (Status heard = fleet_.listen(until); !heard) return heard;
  }
  if (Status grown = wait_for_overlay(); !grown) return grown;
  outcome_.pss_bytes = fleet_.pss_bytes();
  return fleet_.begin();
}

// The nodes' own overlay is there when no link has come or gone for a while.
Status TestbedRun::wait_for_overlay() {
  if (scenario_.topology.kind != bench::TopologyKind::self) return kOk;
  const TimePoint limit = now() + kOverlayLimit;
  std::uint64_t ends = log_.link_ends();
  for (TimePoint since = now(); now() < std::min(since + kSettle, limit);) {
    if (Status heard = fleet_.listen(Steady::now() + kAllHeard); !heard) return heard;
    if (log_.link_ends() == ends) continue;
    ends = log_.link_ends();
    since = now();
  }
  return kOk;
}

// ---- the workload

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

Result<TestbedOutcome> TestbedRun::run() {
  const auto canceled = [](const Status& status) {
    return !status && status.error().code == ErrorCode::canceled;
  };
  const Status up = bring_up();
  if (canceled(up)) return finish();
  if (!up) return up.error();
  state_.phase = TestbedState::Phase::running;
  began_ = now();
  log_.begin();
  for (NodeIndex node = 0; node < topology_.nodes; ++node) degrees_.push_back(log_.links_of(node));
  const Status asked = scenario_.is_timed() ? ask_by_the_clock() : ask_in_turn();
  if (!asked && !canceled(asked)) return asked.error();
  return finish();
}

TestbedOutcome TestbedRun::finish() {
  bench::Run& run = outcome_.run;
  run.strategy = plan_.strategy;
  run.seed = plan_.seed;
  run.variant = plan_.variant;
  run.nodes = topology_.nodes;
  degrees_.resize(topology_.nodes);
  run.links = bench::links_in(scenario_, topology_, degrees_);
  std::sort(over_.begin(), over_.end());
  for (const auto& [query, guid] : over_) {
    auto row = log_.row(guid, began_);
    if (!row) continue;
    row->origin = origins_[guid];
    run.queries.push_back(*row);
  }
  run.complete = run.queries.size() == scenario_.workload.queries;
  run.hops = log_.hops();
  run.loads = log_.loads(degrees_);
  add_traffic(run);
  outcome_.deliveries = log_.deliveries();
  outcome_.late = log_.late();
  outcome_.worst_late_ms = std::chrono::duration<double, std::milli>(log_.worst_late()).count();
  outcome_.cpu_seconds = fleet_.cpu_seconds();
  keep_captures();
  return std::move(outcome_);
}

// One file a node and run; mergecap makes one of them.
void TestbedRun::keep_captures() {
  if (plan_.capture.empty()) return;
  const fs::path folder = fs::path(plan_.capture) / "capture";
  std::error_code failed;
  fs::create_directories(folder, failed);
  for (NodeIndex node = 0; node < topology_.nodes; ++node) {
    const std::string name = std::string(core::to_string(plan_.strategy)) + "-seed"
                             + std::to_string(plan_.seed) + "-node" + std::to_string(node)
                             + ".pcap";
    fs::copy_file(
        fleet_.capture_of(node), folder / name, fs::copy_options::overwrite_existing, failed);
  }
}

void TestbedRun::add_traffic(bench::Run& run) const {
  for (const bed::TypeCount& sent : log_.traffic()) {
    const auto type = static_cast<wire::FrameType>(sent.type);
    run.traffic.push_back(
        {.type = bench::name_of(type), .frames = sent.frames, .bytes = sent.bytes});
    if (type != wire::FrameType::route_table) continue;
    for (bench::QueryRow& row : run.queries)
      row.bytes += static_cast<double>(sent.bytes) / static_cast<double>(run.queries.size());
  }
}

}  // namespace

Result<TestbedOutcome> perform_testbed_run(const TestbedPlan& plan, const TestbedGoOn& go_on) {
  const auto origin = bench::origin_in(*plan.topology, plan.scenario->workload);
  if (!origin) return origin.error();
  auto folder = make_fleet_folder();
  if (!folder) return folder.error();
  TestbedRun run(plan, std::move(*folder), *origin, go_on);
  auto outcome = run.run();
  return outcome;
}

}  // namespace freshet::cli
