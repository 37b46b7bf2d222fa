// `freshet testbed`: all runs of a scenario, one after another; one whose deliveries were late is
// repeated with time stretched.
#include "node/cli/commands/testbed.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include "node/bench/overlay_input.h"
#include "node/bench/run.h"
#include "node/bench/runner.h"
#include "node/bench/scenario.h"
#include "node/cli/exit_code.h"
#include "node/cli/progress.h"
#include "node/cli/results_out.h"
#include "node/cli/session.h"
#include "node/cli/testbed/run.h"
#include "node/cli/testbed/watch.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

using bench::Scenario;
using Steady = std::chrono::steady_clock;

constexpr std::uint64_t kMostNodes = 2000;
constexpr std::uint32_t kMostDilation = 4096;
/// What one frame costs both its ends, TLS and waking up included: measured 60 us here.
constexpr Duration kFrameCost = std::chrono::microseconds(60);
/// How long a busy machine may leave a process waiting.
constexpr Duration kJitter = std::chrono::milliseconds(5);
constexpr std::uint32_t kStretch = 3;

/// What the testbed cannot do to real daemons is said, not left out.
Status check_scenario(const Scenario& scenario,
                      const sim::Topology& topology,
                      std::optional<WireKind> netns) {
  const auto refuse = [](const std::string& what) {
    return Error{ErrorCode::invalid, "the testbed " + what + "; the simulator does (freshet sim)"};
  };
  const std::string with = " (as root, --netns does)";
  if (scenario.links.bandwidth_bytes_per_s > 0 && !netns)
    return refuse("does not limit bandwidth" + with);
  if (scenario.links.weak > 0) return refuse("gives every node the same bandwidth");
  if (scenario.links.clogged > 0) return refuse("does not clog links");
  if (scenario.partition.share > 0 && !netns) return refuse("does not partition the mesh" + with);
  if (netns == WireKind::links && scenario.topology.discover) {
    return Error{
        ErrorCode::invalid,
        "--netns=links has wires between neighbours alone, and these nodes find each other "
        "(crashes, sessions or discover): take --netns=bridge"};
  }
  if (topology.nodes > kMostNodes) {
    return refuse("runs up to " + std::to_string(kMostNodes) + " daemons, not "
                  + std::to_string(topology.nodes));
  }
  return kOk;
}

Duration shortest_latency(const Scenario& scenario) {
  const bench::LatencySpec& latency = scenario.links.latency;
  if (latency.kind != bench::LatencySpec::Kind::lognormal) return latency.low;
  return std::chrono::duration_cast<Duration>(latency.low * std::exp(-2 * latency.sigma));
}

/// So that a wave of a flood over all links passes within half a latency.
std::uint32_t first_dilation(const Scenario& scenario, const sim::Topology& topology) {
  const Duration shortest = shortest_latency(scenario);
  if (shortest <= Duration{}) return 1;
  const auto cores = static_cast<std::int64_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  const Duration wave =
      kFrameCost * static_cast<std::int64_t>(topology.edges.size()) / cores + kJitter;
  const std::int64_t needed = (2 * wave.count() + shortest.count() - 1) / shortest.count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(needed, 1, kMostDilation));
}

class Testbed {
 public:
  Testbed(Session& session, const TestbedOptions& options, Scenario scenario)
      : session_(session),
        options_(options),
        scenario_(std::move(scenario)),
        bar_(session.output().err()) {}

  int run();

 private:
  Status load_topology();
  const sim::Topology& topology_of(const Scenario& scenario, std::uint64_t seed);
  Status run_all();
  Result<TestbedOutcome> run_one(TestbedPlan plan);
  bool show(const TestbedState& state);
  void keep(TestbedOutcome outcome);
  int fail(const Error& error) {
    bar_.clear();
    return session_.output().fail(error, exit_code_of(error.code));
  }
  [[nodiscard]] std::optional<WireKind> wire_kind() const {
    if (options_.netns.empty()) return std::nullopt;
    return options_.netns == "links" ? WireKind::links : WireKind::bridge;
  }
  [[nodiscard]] std::string message() const;

  Session& session_;
  const TestbedOptions& options_;
  Scenario scenario_;
  ProgressBar bar_;
  Watch watch_;
  Steady::time_point shown_at_;
  std::optional<sim::Topology> file_;
  sim::Topology drawn_;
  bench::RunSet set_;
  std::optional<bench::RunSet> beside_;
  std::size_t runs_ = 0;
  std::uint32_t dilation_ = 1;
  std::uint32_t repeats_ = 0;
  TestbedOutcome last_;  ///< its figures
};

Status Testbed::load_topology() {
  if (scenario_.topology.kind != bench::TopologyKind::file) return kOk;
  auto file = bench::load_topology(scenario_.topology.file);
  if (!file) return file.error();
  file_ = std::move(*file);
  return kOk;
}

const sim::Topology& Testbed::topology_of(const Scenario& scenario, std::uint64_t seed) {
  if (file_) return *file_;
  drawn_ = bench::draw_topology(scenario.topology, seed);
  return drawn_;
}

bool Testbed::show(const TestbedState& state) {
  const auto now = Steady::now();
  if (now - shown_at_ >= std::chrono::milliseconds(250)) {
    shown_at_ = now;
    if (options_.watch) {
      watch_.draw(state, now);
    } else {
      bar_.show(
          testbed_line(state, scenario_.workload.queries, set_.runs.size(), runs_, dilation_));
    }
  }
  return !interrupted();
}

Result<TestbedOutcome> Testbed::run_one(TestbedPlan plan) {
  for (;;) {
    plan.dilation = dilation_;
    auto outcome =
        perform_testbed_run(plan, [this](const TestbedState& state) { return show(state); });
    if (!outcome || interrupted() || outcome->late == 0) return outcome;
    ++repeats_;
    if (dilation_ >= kMostDilation) {
      return Error{ErrorCode::timed_out,
                   "deliveries are late even with time stretched " + std::to_string(dilation_)
                       + " times: this machine is too busy for this scenario"};
    }
    bar_.clear();
    session_.output().message(
        std::to_string(outcome->late) + " deliveries were late by more than half their latency, at "
        "worst by " + std::to_string(outcome->worst_late_ms) + " ms: run again with time stretched "
        + std::to_string(dilation_ * kStretch) + " times");
    dilation_ = std::min(dilation_ * kStretch, kMostDilation);
  }
}

void Testbed::keep(TestbedOutcome outcome) {
  set_.deliveries += outcome.deliveries;
  set_.cpu_seconds += outcome.cpu_seconds;
  set_.peak_rss_bytes = std::max(set_.peak_rss_bytes, outcome.pss_bytes);
  set_.interrupted = set_.interrupted || !outcome.run.complete;
  if (!outcome.run.queries.empty()) set_.runs.push_back(std::move(outcome.run));
  last_ = std::move(outcome);
}

Status Testbed::run_all() {
  const auto variants = bench::variants_of(scenario_);
  runs_ = variants.size() * scenario_.workload.strategies.size() * scenario_.seeds.size();
  for (const bench::VariantPlan& each : variants) {
    for (const auto strategy : scenario_.workload.strategies) {
      for (const std::uint64_t seed : scenario_.seeds) {
        const Scenario& scenario = *each.scenario;
        const sim::Topology& topology = topology_of(scenario, seed);
        if (Status fits = check_scenario(scenario, topology, wire_kind()); !fits) return fits;
        const std::uint32_t needed =
            options_.dilation > 0 ? options_.dilation : first_dilation(scenario, topology);
        dilation_ = std::max(dilation_, needed);
        auto outcome = run_one({.scenario = &scenario,
                                .topology = &topology,
                                .seed = seed,
                                .strategy = strategy,
                                .variant = each.variant,
                                .program = "/proc/self/exe",
                                .capture = options_.capture ? options_.out : "",
                                .netns = wire_kind(),
                                .faulty = options_.faulty});
        if (!outcome) return outcome.error();
        keep(std::move(*outcome));
        if (interrupted()) return kOk;
      }
    }
  }
  return kOk;
}

std::string Testbed::message() const {
  const auto nodes = static_cast<double>(std::max<std::size_t>(last_.run.nodes, 1));
  std::array<char, 512> text{};
  std::snprintf(
      text.data(),
      text.size(),
      "%.0f daemons, started in %.1f s and linked in %.1f s; %.1f MB each (PSS), %.1f "
      "CPU-seconds in all; time stretched %u times, %u runs repeated; latest delivery %.2f "
      "ms late",
      nodes,
      last_.start_seconds,
      last_.link_seconds,
      static_cast<double>(last_.pss_bytes) / 1e6 / nodes,
      set_.cpu_seconds,
      dilation_,
      repeats_,
      last_.worst_late_ms);
  return text.data();
}

int Testbed::run() {
  const auto began = Steady::now();
  if (Status loaded = load_topology(); !loaded) return fail(loaded.error());
  if (!options_.overlay.empty()) {
    auto read = bench::read_run_set(options_.overlay);
    if (!read) return fail(read.error());
    beside_ = std::move(*read);
  }
  watch_signals();
  const Status ran = run_all();
  bar_.clear();
  if (!ran) return fail(ran.error());
  if (set_.runs.empty()) {
    session_.output().message("freshet: interrupted before a query was over");
    return kExitInterrupted;
  }
  set_.scenario_name = scenario_.name;
  set_.scenario_text = scenario_.text;
  set_.runner = "testbed";
  set_.command = "freshet testbed " + quoted(options_.scenario);
  if (options_.seed) set_.command += " --seed " + std::to_string(*options_.seed);
  if (options_.nodes) set_.command += " --nodes " + std::to_string(*options_.nodes);
  if (!options_.netns.empty()) set_.command += " --netns=" + options_.netns;
  set_.seeds = scenario_.seeds;
  set_.ttl = scenario_.workload.ttl;
  if (file_) set_.labels = file_->labels;
  const auto& crash = scenario_.churn.crash;
  if (std::any_of(crash.begin(), crash.end(), [](double share) { return share > 0; }))
    set_.crash_at_s = std::chrono::duration<double>(scenario_.churn.at).count();
  set_.interrupted = set_.interrupted || set_.runs.size() < runs_;
  set_.wall_seconds = std::chrono::duration<double>(Steady::now() - began).count();
  return deliver_results(session_, set_, options_.out, message(), beside_ ? &*beside_ : nullptr);
}

// Every daemon is a pipe and a socket here; a descriptor each of its own links there.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int run_testbed(Session& session, const TestbedOptions& options) {
  Output& output = session.output();
  auto scenario = bench::load_scenario(options.scenario);
  if (!scenario) return output.fail(scenario.error(), kExitUsage);
  if (scenario->swarm || scenario->cache.age != Duration{}) {
    const std::string section = scenario->swarm ? ": [swarm]" : ": [cache]";
    return output.fail(Error{ErrorCode::invalid,
                             options.scenario + section + " is for the simulator: freshet sim "
                                 + options.scenario},
                       kExitUsage);
  }
  if (options.seed) scenario->seeds = {*options.seed};
  if (options.nodes) scenario->topology.nodes = *options.nodes;
  if (!options.out.empty()) {
    if (const Status made = prepare_folder(options.out); !made)
      return output.fail(made.error(), exit_code_of(made.error().code));
  }
  raise_file_limit();
  return Testbed(session, options, std::move(*scenario)).run();
}

}  // namespace freshet::cli
