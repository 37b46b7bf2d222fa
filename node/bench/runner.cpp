#include "node/bench/runner.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <sys/resource.h>

#include "node/bench/cpu_time.h"
#include "node/bench/run.h"
#include "node/bench/run_codec.h"

namespace freshet::bench {
namespace {

using WallClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProgressEvery{200};
constexpr double kSpeedWindowSeconds = 1;
/// Simulated nodes at one time where the jobs are not given: about 2 GiB.
constexpr std::uint64_t kNodesAtOnce = 1'000'000;

std::uint64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

std::string percent(double share) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(
      text.data(), text.data() + text.size(), share * 100, std::chars_format::general, 6);
  return std::string(text.data(), end) + " %";
}

/// All runs of a scenario, taken one after another by the threads of a pool.
class Pool {
 public:
  Pool(const Scenario& scenario, const RunOptions& options, const sim::Topology* file)
      : options_(options) {
    for (const VariantPlan& each : variants_of(scenario)) {
      for (const core::overlay::StrategyId strategy : scenario.workload.strategies) {
        for (const std::uint64_t seed : scenario.seeds) {
          queries_ += each.scenario->workload.queries;
          plans_.push_back({.scenario = each.scenario,
                            .file = file,
                            .seed = seed,
                            .strategy = strategy,
                            .variant = each.variant,
                            .reproduce = options.command + " --seed " + std::to_string(seed)});
        }
      }
    }
    states_.resize(plans_.size());
    outcomes_.resize(plans_.size());
  }

  void run(unsigned jobs) {
    std::vector<std::thread> threads;
    running_ = jobs;
    for (unsigned i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
    watch();
    for (std::thread& thread : threads) thread.join();
  }

  [[nodiscard]] std::size_t size() const { return plans_.size(); }

  /// Gives away what was done here, and takes what was done elsewhere.
  Status gather() {
    if (options_.spread.size == 1) return kOk;
    std::vector<NumberedOutcome> done;
    for (std::size_t i = 0; i < outcomes_.size(); ++i) {
      if (outcomes_[i]) done.push_back({.number = i, .outcome = std::move(*outcomes_[i])});
      outcomes_[i].reset();
    }
    for (const std::string& bytes : options_.spread.gather(encode_outcomes(done))) {
      auto outcomes = decode_outcomes(bytes);
      if (!outcomes) return Error{ErrorCode::io, "the results of another process are damaged"};
      for (NumberedOutcome& each : *outcomes) {
        if (each.number < outcomes_.size()) outcomes_[each.number] = std::move(each.outcome);
      }
    }
    return kOk;
  }

  Result<RunSet> take() {
    RunSet set;
    for (auto& outcome : outcomes_) {
      if (!outcome) continue;  // not begun
      if (!*outcome) return outcome->error();
      set.deliveries += (*outcome)->deliveries;
      set.interrupted = set.interrupted || !(*outcome)->run.complete;
      if (!(*outcome)->run.queries.empty()) set.runs.push_back(std::move((*outcome)->run));
    }
    set.interrupted = set.interrupted || set.runs.size() < plans_.size();
    return set;
  }

 private:
  [[nodiscard]] bool is_canceled() const {
    return failed_ || (options_.cancel != nullptr && options_.cancel->load());
  }

  void work() {
    for (std::size_t i = next_++; i < plans_.size() && !is_canceled(); i = next_++) {
      if (i % options_.spread.size != options_.spread.rank) continue;
      auto outcome = perform(i);
      if (!outcome) failed_ = true;
      const std::lock_guard lock(mutex_);
      states_[i].queries_done = plans_[i].scenario->workload.queries;
      is_over_.push_back(i);
      outcomes_[i] = std::move(outcome);
    }
    const std::lock_guard lock(mutex_);
    --running_;
    ended_.notify_one();
  }

  Result<RunOutcome> perform(std::size_t i) {
    try {
      return perform_run(plans_[i], [&](const RunState& state) {
        const std::lock_guard lock(mutex_);
        states_[i] = state;
        return !is_canceled();
      });
    } catch (const std::bad_alloc&) {
      return Error{ErrorCode::io, "not enough memory for this scenario; lower nodes, or --jobs"};
    }
  }

  void watch() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, kProgressEvery, [this] { return running_ == 0; })) {
      if (options_.progress) options_.progress(progress());
    }
  }

  /// REQUIRES: the lock is held.
  Progress progress() {
    Progress progress{.runs_done = is_over_.size(), .runs = plans_.size()};
    std::uint64_t queries = 0;
    std::optional<Duration> furthest_behind;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const RunState& state = states_[i];
      queries += state.queries_done;
      progress.events += state.events;
      const bool runs =
          state.events > 0 && std::find(is_over_.begin(), is_over_.end(), i) == is_over_.end();
      if (runs && (!furthest_behind || state.virtual_time < *furthest_behind))
        furthest_behind = state.virtual_time;
    }
    progress.done = static_cast<double>(queries) / queries_;
    progress.virtual_seconds =
        std::chrono::duration<double>(furthest_behind.value_or(Duration{})).count();
    progress.events_per_second = speed(progress.events);
    return progress;
  }

  double speed(std::uint64_t events) {
    const auto now = WallClock::now();
    const double passed = std::chrono::duration<double>(now - measured_at_).count();
    const double speed = static_cast<double>(events - events_then_) / passed;
    // Until the first window has passed, what there is of it.
    if (passed >= kSpeedWindowSeconds || events_then_ == 0) speed_ = speed;
    if (passed >= kSpeedWindowSeconds) {
      events_then_ = events;
      measured_at_ = now;
    }
    return speed_;
  }

  const RunOptions& options_;
  std::vector<RunPlan> plans_;
  double queries_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> failed_{false};

  std::mutex mutex_;
  std::condition_variable ended_;
  unsigned running_ = 0;
  std::vector<RunState> states_;
  std::vector<std::size_t> is_over_;
  std::vector<std::optional<Result<RunOutcome>>> outcomes_;

  WallClock::time_point measured_at_ = WallClock::now();
  std::uint64_t events_then_ = 0;
  double speed_ = 0;
};

Result<sim::Topology> load_file(const Scenario& scenario) {
  auto file = load_topology(scenario.topology.file);
  const ContentSpec& content = scenario.content;
  if (!file || content.replication * content.objects * file->nodes <= kMaxCopies) return file;
  return Error{ErrorCode::invalid,
               "[content] replication times objects times the " + std::to_string(file->nodes)
                   + " nodes of the topology's file is more than 200 million copies"};
}

std::uint32_t most_nodes(const Scenario& scenario) {
  std::uint32_t most = scenario.sweep.empty() ? scenario.topology.nodes : 1;
  for (const SweepPoint& point : scenario.sweep)
    most = std::max(most, point.scenario->topology.nodes);
  return most;
}

unsigned jobs_for(unsigned wanted, std::size_t runs, std::uint64_t nodes) {
  std::uint64_t jobs = wanted;
  if (wanted == 0) {
    jobs = std::min<std::uint64_t>(std::max(std::thread::hardware_concurrency(), 1U),
                                   std::max<std::uint64_t>(kNodesAtOnce / nodes, 1));
  }
  return static_cast<unsigned>(std::min<std::uint64_t>(jobs, runs));
}

}  // namespace

std::vector<VariantPlan> variants_of(const Scenario& scenario) {
  std::vector<VariantPlan> plans;
  const auto add = [&plans](const Scenario& of, const std::string& name) {
    for (const double crash : of.churn.crash) {
      std::string full = name;
      if (of.churn.crash.size() > 1)
        full += (name.empty() ? "" : ", ") + ("crash " + percent(crash));
      plans.push_back({.variant = {.name = std::move(full), .crash = crash}, .scenario = &of});
    }
  };
  for (const SweepPoint& point : scenario.sweep) add(*point.scenario, point.name);
  if (scenario.sweep.empty()) add(scenario, "");
  return plans;
}

Result<RunSet> run_scenario(const Scenario& scenario, const RunOptions& options) {
  const auto began = WallClock::now();
  const double cpu_before = own_cpu_seconds();
  std::optional<sim::Topology> file;
  if (scenario.topology.kind == TopologyKind::file) {
    auto loaded = load_file(scenario);
    if (!loaded) return loaded.error();
    file = std::move(*loaded);
  }
  Pool pool(scenario, options, file ? &*file : nullptr);
  pool.run(jobs_for(options.jobs, pool.size(), file ? file->nodes : most_nodes(scenario)));
  if (Status gathered = pool.gather(); !gathered) return gathered.error();
  auto set = pool.take();
  if (!set) return set.error();
  set->scenario_name = scenario.name;
  set->scenario_text = scenario.text;
  set->runner = "sim";
  set->command = options.command;
  set->seeds = scenario.seeds;
  set->ttl = scenario.workload.ttl;
  if (file) set->labels = std::move(file->labels);
  const auto& crash = scenario.churn.crash;
  if (std::any_of(crash.begin(), crash.end(), [](double share) { return share > 0; }))
    set->crash_at_s = std::chrono::duration<double>(scenario.churn.at).count();
  set->cpu_seconds = own_cpu_seconds() - cpu_before;
  set->wall_seconds = std::chrono::duration<double>(WallClock::now() - began).count();
  set->peak_rss_bytes = peak_rss_bytes();
  return set;
}

}  // namespace freshet::bench
