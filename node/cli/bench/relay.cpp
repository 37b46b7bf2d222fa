// What a daemon forwards in a second of its CPU time, over TLS: one source, 8 sinks, bodies of 100
// bytes. The relay runs on the last processor and the load on the first.
#include <exception>

#include <asio/io_context.hpp>
#include <sched.h>
#include <unistd.h>

#include "node/cli/bench/figure.h"
#include "node/cli/bench/load/load.h"
#include "node/cli/bench/load/process_use.h"
#include "node/cli/local_mesh.h"
#include "node/cli/results_out.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kSinks = 8;
constexpr std::size_t kMessages = 300'000;
constexpr std::size_t kFewMessages = 4'000;
constexpr std::size_t kRepeats = 3;
constexpr std::uint64_t kSlice = 20'000;  ///< messages between two looks at interrupted()

void pin_thread(pid_t thread, std::size_t processor) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  (void)sched_setaffinity(thread, sizeof set, &set);  // a figure without it is a figure still
}

void pin_process(pid_t process, std::size_t processor) {
  std::error_code failed;
  const std::filesystem::path tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, failed))
    pin_thread(std::stoi(task.path().filename().string()), processor);
}

// This thread on the first processor, and where it was before in the end.
class OnFirstProcessor {
 public:
  OnFirstProcessor() {
    CPU_ZERO(&before_);
    knows_ = sched_getaffinity(0, sizeof before_, &before_) == 0;
    pin_thread(0, 0);
  }
  OnFirstProcessor(const OnFirstProcessor&) = delete;
  OnFirstProcessor& operator=(const OnFirstProcessor&) = delete;
  ~OnFirstProcessor() {
    if (knows_) (void)sched_setaffinity(0, sizeof before_, &before_);
  }

 private:
  cpu_set_t before_{};
  bool knows_ = false;
};

// False: interrupted.
bool pass(bench::Load& load, std::uint64_t messages, std::uint64_t window) {
  for (std::uint64_t passed = 0; passed < messages && !interrupted();) {
    const std::uint64_t next = std::min(kSlice, messages - passed);
    load.pass(next, window);
    passed += next;
  }
  return !interrupted();
}

// Messages forwarded in a second of the relay's CPU time, the median of some runs.
Result<double> forwarded(const LocalMesh& mesh, std::uint64_t window, const BenchPlan& plan) {
  const auto at = Endpoint::parse(mesh.address_of(0));
  if (!at) return Error{ErrorCode::io, "no address of the relay: " + mesh.address_of(0)};
  const std::uint64_t messages = plan.size(kMessages, kFewMessages);
  std::vector<double> rates;
  for (std::size_t i = 0; i < plan.size(kRepeats, 1); ++i) {
    asio::io_context io(1);
    const auto connector = bench::tls_connector(io, *at);
    bench::Load load(io, *connector, *connector, bench::freshet_format, kSinks);
    if (!pass(load, messages / 10, window)) return interruption();
    const double before = bench::cpu_seconds(mesh.pid_of(0));
    if (!pass(load, messages, window)) return interruption();
    const double used = bench::cpu_seconds(mesh.pid_of(0)) - before;
    rates.push_back(static_cast<double>(messages * kSinks) / used);
  }
  return quantile(rates, 0.5);
}

Result<Figures> measure(const BenchPlan& plan) {
  LocalMesh mesh(plan.program, plan.folder / "relay");
  if (Status started = mesh.start_node({}); !started) return started.error();
  const OnFirstProcessor pinned;
  const auto last = static_cast<std::size_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)) - 1);
  pin_process(mesh.pid_of(0), last);
  Figures figures;
  for (const std::uint64_t window : {1000U, 32U}) {
    const auto rate = forwarded(mesh, window, plan);
    if (!rate) return rate.error();
    const std::string in_flight = window == 1000 ? "1,000" : std::to_string(window);
    figures.push_back({.key = "forwarded_per_cpu_second_window_" + std::to_string(window),
                       .what = "messages that a relay forwards in a CPU-second: TLS, 8 sinks, "
                               + in_flight + " in flight",
                       .value = *rate,
                       .unit = ""});
  }
  return figures;
}

}  // namespace

Result<Figures> measure_relay(const BenchPlan& plan) {
  try {
    return measure(plan);
  } catch (const std::exception& failure) {
    if (interrupted()) return interruption();
    return Error{ErrorCode::io, failure.what()};
  }
}

}  // namespace freshet::cli
