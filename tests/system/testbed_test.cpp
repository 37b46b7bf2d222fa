// `freshet testbed`: real daemons cost exactly what the simulator says, a faulty one is found out,
// half of them may be killed, and nothing is left running.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 2;
constexpr int kIo = 7;
constexpr int kInterrupted = 130;

constexpr const char* kStatic = R"(
[topology]
nodes = 12
degree = 4
[links]
latency = "40ms"
[content]
objects = 20
replication = 0.15
[workload]
queries = 4
ttl = 10
strategy = ["flood", "ring", "walk"]
)";

struct Folder {
  TempDir dir;

  [[nodiscard]] std::string path(const std::string& name) const {
    return (dir.path() / name).string();
  }
  [[nodiscard]] std::string scenario(const std::string& text) const {
    write_file(dir.path() / "s.toml", text);
    return path("s.toml");
  }
  /// The columns that must be equal of all queries: up to the hits.
  [[nodiscard]] std::string costs(const std::string& results) const {
    std::string costs;
    std::istringstream csv(read_file(dir.path() / results / "queries.csv"));
    for (std::string line; std::getline(csv, line);) {
      std::size_t end = 0;
      for (int column = 0; column < 10; ++column) end = line.find(',', end) + 1;
      costs += line.substr(0, end) + "\n";
    }
    return costs;
  }
  [[nodiscard]] nlohmann::json summary(const std::string& results) const {
    return nlohmann::json::parse(read_file(dir.path() / results / "summary.json"));
  }
};

/// Daemons that a testbed with this process id started.
std::size_t daemons_of(pid_t testbed) {
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    std::string line;
    std::getline(file, line, '\n');  // nothing of a process that is gone meanwhile
    const std::string folder = "freshet-testbed-" + std::to_string(testbed) + "-";
    if (line.find(folder) != std::string::npos && line.find("--testbed") != std::string::npos)
      ++found;
  }
  return found;
}

bool has_folder_of(pid_t testbed) {
  for (const fs::path& where : {fs::path("/dev/shm"), fs::temp_directory_path()}) {
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(where, failed)) {
      const std::string start = "freshet-testbed-" + std::to_string(testbed) + "-";
      if (entry.path().filename().string().starts_with(start)) return true;
    }
  }
  return false;
}

}  // namespace

TEST_CASE("floods, rings and walks cost exactly what they do in the simulator") {
  const Folder folder;
  const std::string scenario = folder.scenario(kStatic);
  REQUIRE(run_freshet({"sim", scenario, "--out", folder.path("sim")}).exit_code == 0);
  const auto ran = run_freshet(
      {"testbed", scenario, "--out", folder.path("bed"), "--overlay", folder.path("sim")});
  CAPTURE(ran.err);
  REQUIRE(ran.exit_code == 0);
  CHECK(folder.costs("bed") == folder.costs("sim"));
  const auto summary = folder.summary("bed");
  const double closed_form = 2 * summary.at("links").get<double>() - 12 + 1;
  CHECK(summary.at("strategies")[0].at("messages").at("mean") == closed_form);
  for (const char* file : {"nodes.csv", "manifest.json", "report.html"})
    CHECK_FALSE(read_file(folder.dir.path() / "bed" / file).empty());
  CHECK(read_file(folder.dir.path() / "bed" / "report.html").find("Beside the simulator")
        != std::string::npos);
}

TEST_CASE("a daemon that passes nothing on is found out") {
  const Folder folder;
  const std::string scenario = folder.scenario(kStatic);
  REQUIRE(run_freshet({"sim", scenario, "--out", folder.path("sim")}).exit_code == 0);
  REQUIRE(run_freshet({"testbed", scenario, "--out", folder.path("bed"), "--faulty", "3"}).exit_code
          == 0);
  CHECK(folder.costs("bed") != folder.costs("sim"));
}

TEST_CASE("half of the daemons are killed, and those that are left find each other") {
  const Folder folder;
  const std::string scenario = folder.scenario(R"(
[topology]
nodes = 12
degree = 4
[links]
latency = "100ms"
[content]
objects = 10
replication = 0.3
[workload]
queries = 20
[churn]
crash = 0.5
at = "2s"
duration = "40s"
)");
  // A busy machine repeats the run with its 42 seconds stretched.
  const auto ran = run_program(
      {freshet_binary(), "testbed", scenario, "--out", folder.path("bed"), "--dilation", "1"},
      "/dev/null",
      std::chrono::minutes(6));
  CAPTURE(ran.err);
  REQUIRE(ran.exit_code == 0);
  const auto strategy = folder.summary("bed").at("strategies")[0];
  CHECK(strategy.at("queries") == 20);
  const auto recovery = strategy.at("after_crash").at("recovery");
  CHECK(recovery.back().at("coverage").get<double>() > 0.9);
}

TEST_CASE("what real daemons are not made to do is said") {
  const Folder folder;
  const auto ran = run_freshet({"testbed", folder.scenario("[links]\nbandwidth = \"1MB/s\"\n")});
  CHECK(ran.exit_code == kUsage);
  CHECK(ran.err.find("does not limit bandwidth") != std::string::npos);
}

TEST_CASE("Ctrl-C ends every daemon and leaves no folder; so does a kill, of the daemons") {
  const Folder folder;
  const std::string scenario =
      folder.scenario("[topology]\nnodes = 8\n[workload]\nqueries = 100000\n");
  for (const int signal : {SIGINT, SIGKILL}) {
    Process testbed({freshet_binary(), "testbed", scenario}, folder.dir.path() / "out");
    REQUIRE(eventually([&] { return daemons_of(testbed.pid()) == 8; }));
    testbed.send(signal);
    const auto code = testbed.wait(std::chrono::seconds(20));
    CHECK(code == (signal == SIGINT ? kInterrupted : 128 + SIGKILL));
    CHECK(eventually([&] { return daemons_of(testbed.pid()) == 0; }));
    CHECK(has_folder_of(testbed.pid()) == (signal == SIGKILL));
  }
  // The next testbed removes what the killed one left.
  CHECK(run_freshet({"testbed", folder.scenario(kStatic), "--nodes", "2"}).exit_code
        != kInterrupted);
}

// ---- network namespaces

namespace {

/// Of `freshet testbed SCENARIO --netns=KIND --out OUT`; nullopt where no namespace can be made,
/// and that is said.
std::optional<CliResult> run_in_namespaces(const Folder& folder,
                                           const std::string& text,
                                           const std::string& kind,
                                           const std::string& out) {
  auto ran =
      run_freshet({"testbed", folder.scenario(text), "--netns=" + kind, "--out", folder.path(out)});
  const bool is_refused = ran.exit_code == kIo
                          && (ran.err.find("only root") != std::string::npos
                              || ran.err.find("lets no network namespace") != std::string::npos);
  if (!is_refused) return ran;
  MESSAGE("skipped: " << ran.err);
  return std::nullopt;
}

std::string interfaces() {
  std::string all;
  for (const auto& entry : fs::directory_iterator("/sys/class/net"))
    all += entry.path().filename().string() + "\n";
  return all;
}

}  // namespace

TEST_CASE("in network namespaces, on a switch or on wires of their own, floods cost the same") {
  const Folder folder;
  const std::string text = R"(
[topology]
nodes = 6
degree = 3
[links]
latency = "40ms"
[content]
objects = 20
replication = 0.3
[workload]
queries = 3
strategy = ["flood", "walk"]
)";
  const std::string before = interfaces();
  REQUIRE(run_freshet({"sim", folder.scenario(text), "--out", folder.path("sim")}).exit_code == 0);
  for (const std::string kind : {"bridge", "links"}) {
    const auto ran = run_in_namespaces(folder, text, kind, kind);
    if (!ran) return;
    CAPTURE(ran->err);
    REQUIRE(ran->exit_code == 0);
    CHECK(folder.costs(kind) == folder.costs("sim"));
  }
  CHECK(interfaces() == before);
}

TEST_CASE("a wire has the rate that the scenario says") {
  const Folder folder;
  double p95[2] = {};
  for (const bool is_limited : {false, true}) {
    const std::string text = std::string(R"(
[topology]
kind = "line"
nodes = 4
[links]
latency = "20ms"
)") + (is_limited ? "bandwidth = \"2KB/s\"\n" : "")
                             + R"([content]
objects = 20
replication = 0.3
[workload]
queries = 40
interval = "20ms"
)";
    const auto ran = run_in_namespaces(folder, text, "bridge", "bed");
    if (!ran) return;
    CAPTURE(ran->err);
    REQUIRE(ran->exit_code == 0);
    const auto strategy = folder.summary("bed").at("strategies")[0];
    p95[is_limited ? 1 : 0] = strategy.at("first_hit_ms").at("p95").get<double>();
  }
  CHECK(p95[0] < 200);
  CHECK(p95[1] > 500);
}

TEST_CASE("wires that are cut keep the sides of a partition apart") {
  const Folder folder;
  const std::string text = R"(
[topology]
nodes = 8
degree = 3
discover = false
[links]
latency = "20ms"
[workload]
queries = 8
[partition]
share = 0.5
at = "1s"
[churn]
duration = "4s"
)";
  for (const std::string kind : {"bridge", "links"}) {
    const auto ran = run_in_namespaces(folder, text, kind, kind);
    if (!ran) return;
    CAPTURE(ran->err);
    REQUIRE(ran->exit_code == 0);
    std::istringstream csv(read_file(folder.dir.path() / kind / "queries.csv"));
    std::string line;
    std::getline(csv, line);
    for (int query = 0; std::getline(csv, line); ++query) {
      std::size_t at = 0;
      for (int column = 0; column < 8; ++column) at = line.find(',', at) + 1;
      const int reached = std::stoi(line.substr(at));
      CAPTURE(line);
      if (query < 2) CHECK(reached == 7);
      if (query > 2) CHECK(reached <= 3);
    }
  }
}

TEST_CASE("what namespaces need and is not there is named") {
  const Folder folder;
  const auto ran = run_program(
      {"env", "PATH=/nowhere", freshet_binary(), "testbed", folder.scenario(kStatic), "--netns"});
  CHECK(ran.exit_code == kIo);
  const char* const missing = geteuid() == 0 ? "no 'ip' here" : "only root";
  CHECK(ran.err.find(missing) != std::string::npos);
  CHECK(run_freshet({"testbed", folder.scenario(kStatic), "--netns=tunnel"}).exit_code == kUsage);
  const auto finds =
      run_freshet({"testbed",
                   folder.scenario("[topology]\nkind = \"line\"\nnodes = 4\ndiscover = true\n"),
                   "--netns=links"});
  CHECK(finds.exit_code == kUsage);
  CHECK(finds.err.find("--netns=bridge") != std::string::npos);
}

TEST_CASE("Ctrl-C or a kill takes the namespaces along") {
  const Folder folder;
  const std::string before = interfaces();
  const std::string scenario =
      folder.scenario("[topology]\nnodes = 6\n[workload]\nqueries = 100000\n");
  for (const int signal : {SIGINT, SIGKILL}) {
    Process testbed({freshet_binary(), "testbed", scenario, "--netns"}, folder.dir.path() / "out");
    const bool is_up =
        eventually([&] { return daemons_of(testbed.pid()) == 6 || !testbed.running(); });
    REQUIRE(is_up);
    if (!testbed.running()) {
      MESSAGE("skipped: " << testbed.err());
      return;
    }
    testbed.send(signal);
    CHECK(testbed.wait(std::chrono::seconds(20))
          == (signal == SIGINT ? kInterrupted : 128 + SIGKILL));
    CHECK(eventually([&] { return daemons_of(testbed.pid()) == 0; }));
    CHECK(interfaces() == before);
  }
}

}  // namespace freshet::testing
