// One run of one strategy and seed on a fleet of daemons, while it lasts. How the mesh comes up is
// in run_mesh.cpp, what is asked of it in run_workload.cpp, what came of it in run.cpp; for these
// alone.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "node/bench/churn.h"
#include "node/bench/placement.h"
#include "node/bench/population.h"
#include "node/bench/testbed_log.h"
#include "node/bench/workload.h"
#include "node/cli/testbed/fleet.h"
#include "node/cli/testbed/run.h"

namespace freshet::cli {

namespace fs = std::filesystem;
namespace bed = io::testbed;
using bench::ChurnEvent;
using core::overlay::StrategyId;
using sim::NodeIndex;
using Steady = std::chrono::steady_clock;

/// Real time without news after which what was heard is all there is: twice the time for which
/// nodes gather it.
inline constexpr std::chrono::milliseconds kAllHeard{60};
/// Virtual rest after which a query is over, where nodes mend what was lost. As in the simulator.
inline constexpr Duration kSettle = std::chrono::seconds(3);

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

}  // namespace freshet::cli
