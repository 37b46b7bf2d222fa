#include <algorithm>
#include <utility>

#include "node/bench/run_parts.h"
#include "node/bench/sim_world.h"
#include "node/cli/testbed/testbed_run.h"

namespace freshet::cli {

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
