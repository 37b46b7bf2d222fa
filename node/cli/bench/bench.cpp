// `freshet bench`: one measurement after another, then a table or an object.
#include "node/cli/commands/bench.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

#include "node/bench/manifest.h"
#include "node/bench/stats.h"
#include "node/cli/bench/figure.h"
#include "node/cli/exit_code.h"
#include "node/cli/progress.h"
#include "node/cli/results_out.h"
#include "node/cli/scratch_folder.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {

double quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return bench::percentile(values, p).value();
}

namespace {

namespace fs = std::filesystem;

struct Measurement {
  std::string_view name;
  Result<Figures> (*measure)(const BenchPlan&);
};
constexpr std::array<Measurement, 5> kMeasurements = {{{"relay", measure_relay},
                                                       {"hop", measure_hop},
                                                       {"transfer", measure_transfer},
                                                       {"search", measure_search},
                                                       {"sim", measure_simulator}}};

/// "12.34 ms", "6.52 M", "830 k", "41".
std::string shown(const Figure& figure) {
  const bool is_count = figure.unit.empty();
  const double unit = !is_count ? 1 : figure.value >= 1e6 ? 1e6 : figure.value >= 1e3 ? 1e3 : 1;
  const std::string suffix = !is_count ? figure.unit : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
  const int digits = is_count && unit == 1e6 ? 2 : figure.digits;
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.*f %s", digits, figure.value / unit, suffix.c_str());
  return text.data();
}

class Bench {
 public:
  Bench(Session& session, const BenchOptions& options) : session_(session), options_(options) {}

  int run();

 private:
  [[nodiscard]] bool is_wanted(std::string_view name) const {
    return options_.only.empty()
           || std::find(options_.only.begin(), options_.only.end(), name) != options_.only.end();
  }
  Status measure_all(const BenchPlan& plan);
  void print();

  Session& session_;
  const BenchOptions& options_;
  std::vector<std::pair<std::string_view, Figures>> measured_;
};

Status Bench::measure_all(const BenchPlan& plan) {
  ProgressBar bar(session_.output().err());
  const auto wanted = std::count_if(kMeasurements.begin(),
                                    kMeasurements.end(),
                                    [&](const Measurement& each) { return is_wanted(each.name); });
  for (const Measurement& each : kMeasurements) {
    if (!is_wanted(each.name)) continue;
    const double share = static_cast<double>(measured_.size()) / static_cast<double>(wanted);
    bar.show(bar_line(share, "measuring: " + std::string(each.name), bar.columns()));
    auto figures = each.measure(plan);
    if (!figures) return figures.error();
    measured_.emplace_back(each.name, std::move(*figures));
  }
  return kOk;
}

void Bench::print() {
  const bench::Host host = bench::this_host();
  if (session_.json()) {
    nlohmann::json report = {
        {"schema", 1},
        {"version", bench::version()},
        {"short", options_.is_short},
        {"host", {{"system", host.system}, {"cpu", host.cpu}, {"cores", host.cores}}}};
    for (const auto& [name, figures] : measured_) {
      for (const Figure& figure : figures) report[std::string(name)][figure.key] = figure.value;
    }
    session_.output().json(report);
    return;
  }
  Table table({{.title = ""}, {.title = ""}, {.title = "", .right = true}});
  for (const auto& [name, figures] : measured_) {
    for (const Figure& figure : figures)
      table.add({std::string(&figure == &figures.front() ? name : ""), figure.what, shown(figure)});
  }
  for (const std::string& line : table.lines()) {
    if (!line.empty()) session_.output().line(line);
  }
  session_.output().message(host.cpu + ", " + count_of(host.cores, "core", "cores")
                            + (options_.is_short ? "; --short: rough figures" : ""));
}

int Bench::run() {
  Output& output = session_.output();
  watch_signals();
  std::error_code failed;
  auto folder = make_scratch_folder(fs::temp_directory_path(failed), "freshet-bench");
  if (!folder) return output.fail(folder.error(), exit_code_of(folder.error().code));
  const ScratchFolder scratch(std::move(*folder));
  const Status measured =
      measure_all({.folder = scratch.path(),
                   .program = fs::read_symlink("/proc/self/exe", failed).string(),
                   .is_short = options_.is_short});
  // An interrupt takes the daemons along, and what then fails is no failure.
  if (!measured && !interrupted())
    return output.fail(measured.error(), exit_code_of(measured.error().code));
  if (!measured_.empty()) print();
  if (!interrupted()) return kExitOk;
  output.message("freshet: interrupted");
  return kExitInterrupted;
}

}  // namespace

int run_bench(Session& session, const BenchOptions& options) {
  return Bench(session, options).run();
}

}  // namespace freshet::cli
