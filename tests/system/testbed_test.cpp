// `freshet testbed`: real daemons cost exactly what the simulator says, a faulty one is found out,
// half of them may be killed, and nothing is left running.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 2;
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
    std::error_code failed;
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string line((std::istreambuf_iterator<char>(file)), {});
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

}  // namespace freshet::testing
