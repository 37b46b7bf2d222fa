// `freshet bench`: every figure is there and was measured, and nothing is left, whatever ends it.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 2;
constexpr int kInterrupted = 130;

/// Daemons below the folder of a benchmark with this process id.
std::size_t daemons_of(pid_t bench) {
  const std::string folder = "freshet-bench-" + std::to_string(bench) + "-";
  std::size_t found = 0;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline", std::ios::binary);
    const std::string line((std::istreambuf_iterator<char>(file)), {});
    if (line.find(folder) != std::string::npos) ++found;
  }
  return found;
}

bool has_folder_of(pid_t bench) {
  const std::string start = "freshet-bench-" + std::to_string(bench) + "-";
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    if (entry.path().filename().string().starts_with(start)) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("every figure was measured, and no daemon or folder is left") {
  const TempDir dir;
  Process bench({freshet_binary(), "bench", "--short", "--json"}, dir.path() / "bench");
  const auto code = bench.wait(std::chrono::minutes(3));
  CAPTURE(bench.err());
  REQUIRE(code == 0);
  const auto report = nlohmann::json::parse(bench.out());
  CHECK(report.at("schema") == 1);
  CHECK(report.at("short") == true);
  for (const char* figure : {"/relay/forwarded_per_cpu_second_window_1000",
                             "/relay/forwarded_per_cpu_second_window_32",
                             "/hop/p99_ms",
                             "/transfer/mb_per_second",
                             "/transfer/sender_cpu_seconds_per_gb",
                             "/transfer/receiver_cpu_seconds_per_gb",
                             "/search/common_word_us",
                             "/search/phrase_us",
                             "/sim/deliveries_per_cpu_second"}) {
    CAPTURE(figure);
    CHECK(report.at(nlohmann::json::json_pointer(figure)).get<double>() > 0);
  }
  CHECK(daemons_of(bench.pid()) == 0);
  CHECK_FALSE(has_folder_of(bench.pid()));
}

TEST_CASE("one measurement may be asked for, and only one that there is") {
  const auto ran = run_freshet({"bench", "--short", "--only", "search"});
  CHECK(ran.exit_code == 0);
  CHECK(ran.out.find("a phrase") != std::string::npos);
  CHECK(ran.out.find("relay") == std::string::npos);
  const auto unknown = run_freshet({"bench", "--only", "weather"});
  CHECK(unknown.exit_code == kUsage);
  CHECK(unknown.err.find("weather") != std::string::npos);
}

TEST_CASE("Ctrl-C ends a benchmark and its daemons; so does a kill, of the daemons") {
  const TempDir dir;
  for (const int signal : {SIGINT, SIGKILL}) {
    Process bench({freshet_binary(), "bench", "--only", "hop"}, dir.path() / "bench");
    REQUIRE(eventually([&] { return daemons_of(bench.pid()) == 4; }));
    bench.send(signal);
    const auto code = bench.wait(std::chrono::seconds(30));
    CHECK(code == (signal == SIGINT ? kInterrupted : 128 + SIGKILL));
    CHECK(eventually([&] { return daemons_of(bench.pid()) == 0; }));
    CHECK(has_folder_of(bench.pid()) == (signal == SIGKILL));
    if (signal == SIGINT) continue;
    // The next one removes what the killed one left.
    CHECK(run_freshet({"bench", "--short", "--only", "search"}).exit_code == 0);
    CHECK_FALSE(has_folder_of(bench.pid()));
  }
}

}  // namespace freshet::testing
