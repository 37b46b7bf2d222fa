// `freshet sim` as people and scripts run it: the same bytes for the same seed, what is said of bad
// scenarios, and what is left after Ctrl-C.
#include <algorithm>
#include <csignal>

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
constexpr int kDisk = 7;
constexpr int kInterrupted = 130;

constexpr const char* kSmall = R"(
name = "small"
seeds = [1, 2, 3]
[topology]
nodes = 64
degree = 4
[workload]
queries = 20
strategy = ["flood", "ring"]
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
  [[nodiscard]] std::string file(const std::string& name) const {
    return read_file(dir.path() / name);
  }
};

// One line on stderr, which names what is expected, and nothing on stdout.
void check_error(const CliResult& result, int code, const std::string& part) {
  CAPTURE(result.err);
  CHECK(result.exit_code == code);
  CHECK(result.out.empty());
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  CHECK(result.err.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("the same scenario writes the same bytes twice, and with any number of jobs") {
  const Folder folder;
  const std::string scenario = folder.scenario(kSmall);
  for (const char* out : {"a", "b"})
    CHECK(run_freshet({"sim", scenario, "--out", folder.path(out)}).exit_code == 0);
  CHECK(run_freshet({"sim", scenario, "--out", folder.path("c"), "--jobs", "2"}).exit_code == 0);
  for (const std::string file : {"/summary.json", "/queries.csv", "/nodes.csv"}) {
    CAPTURE(file);
    CHECK(!folder.file("a" + file).empty());
    CHECK(folder.file("a" + file) == folder.file("b" + file));
    CHECK(folder.file("a" + file) == folder.file("c" + file));
  }
  for (const char* file : {"a/manifest.json", "a/report.html"}) CHECK(!folder.file(file).empty());
}

TEST_CASE("queries.csv begins with the contract's columns, and has a row for each query") {
  const Folder folder;
  REQUIRE(run_freshet({"sim", folder.scenario(kSmall), "--out", folder.path("o")}).exit_code == 0);
  const std::string csv = folder.file("o/queries.csv");
  CHECK(csv.rfind("strategy,seed,query,origin,messages,query_frames,duplicates,bytes,reached,hits,"
                  "first_hit_ms",
                  0)
        == 0);
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 1 + 2 * 3 * 20);
}

TEST_CASE("--json prints the summary as one object, the same for the same seed") {
  const Folder folder;
  const std::string scenario = folder.scenario(kSmall);
  const auto once = run_freshet({"sim", scenario, "--seed", "5", "--json"});
  CHECK(once.exit_code == 0);
  const auto summary = nlohmann::json::parse(once.out);
  CHECK(summary.at("schema") == 1);
  CHECK(summary.at("name") == "small");
  CHECK(summary.at("nodes") == 64);
  CHECK(summary.at("links") == 128);
  REQUIRE(summary.at("strategies").size() == 2);
  CHECK(summary.at("strategies")[0].at("strategy") == "flood");
  CHECK(summary.at("strategies")[0].at("queries") == 20);
  CHECK(summary.at("strategies")[0].at("success").at("mean") == 1);
  CHECK(run_freshet({"--json", "sim", scenario, "--seed", "5"}).out == once.out);
  CHECK(run_freshet({"sim", scenario, "--seed", "6", "--json"}).out != once.out);
}

TEST_CASE("--json prints a swarm's summary as one object, and no blank line") {
  const Folder folder;
  const auto run =
      run_freshet({"sim", folder.scenario("[swarm]\nsize = \"256KiB\"\nleechers = 2\n"), "--json"});
  CHECK(run.exit_code == 0);
  CHECK(nlohmann::json::parse(run.out).at("swarms").size() == 1);
  REQUIRE(run.out.size() > 2);
  CHECK(run.out.substr(run.out.size() - 2) == "}\n");
}

TEST_CASE("without --json a table names every strategy") {
  const Folder folder;
  const auto table = run_freshet({"sim", folder.scenario(kSmall)});
  CHECK(table.exit_code == 0);
  CHECK(table.out.find("flood") != std::string::npos);
  CHECK(table.out.find("ring") != std::string::npos);
}

TEST_CASE("a bad scenario ends with 2, and its line and key are named") {
  const Folder folder;
  const auto complain = [&](const std::string& text, const std::string& part) {
    check_error(run_freshet({"sim", folder.scenario(text)}), kUsage, part);
  };
  complain("[topology]\nnods = 5\n", "s.toml:2: [topology] nods");
  complain("[links]\nlatency = \"soon\"\n", "s.toml:2: [links] latency");
  complain("seed = \n", "s.toml:1:");
  complain("[topology]\nnodes = 5\ndegree = 5\n", "s.toml:3: [topology] degree");
  complain("[topology]\nkind = \"file\"\nfile = \"gone.txt\"\n", "gone.txt");
  check_error(run_freshet({"sim", folder.path("none.toml")}), kUsage, "none.toml");
}

TEST_CASE("bad usage ends with 2") {
  const Folder folder;
  const std::string scenario = folder.scenario(kSmall);
  check_error(run_freshet({"sim"}), kUsage, "scenario");
  check_error(run_freshet({"sim", scenario, "--jobs", "0"}), kUsage, "--jobs");
  check_error(run_freshet({"sim", scenario, "--seed", "x"}), kUsage, "--seed");
  check_error(run_freshet({"sim", scenario, "--compare", "a", "b"}), kUsage, "--compare");
  check_error(run_freshet({"sim", "--compare", "a"}), kUsage, "--compare");
}

TEST_CASE("a folder that cannot be made ends with 7, before anything is simulated") {
  const Folder folder;
  const std::string scenario = folder.scenario(kSmall);
  write_file(folder.dir.path() / "taken", "a file");
  check_error(run_freshet({"sim", scenario, "--out", folder.path("taken")}), kDisk, "taken");
  check_error(run_freshet({"sim", scenario, "--out", "/proc/none"}), kDisk, "/proc/none");
}

TEST_CASE("two folders of results are compared") {
  const Folder folder;
  const std::string scenario = folder.scenario(kSmall);
  for (const char* seed : {"1", "2"}) {
    REQUIRE(run_freshet({"sim", scenario, "--seed", seed, "--out", folder.path(seed)}).exit_code
            == 0);
  }
  const auto table = run_freshet({"sim", "--compare", folder.path("1"), folder.path("2")});
  CHECK(table.exit_code == 0);
  CHECK(table.out.find("flood") != std::string::npos);
  const auto json = run_freshet({"sim", "--compare", folder.path("1"), folder.path("2"), "--json"});
  CHECK(json.exit_code == 0);
  CHECK(nlohmann::json::parse(json.out).is_object());
  const auto gone = run_freshet({"sim", "--compare", folder.path("1"), folder.path("gone")});
  CHECK(gone.exit_code != 0);
  CHECK(gone.out.empty());
}

TEST_CASE("Ctrl-C leaves valid results of the queries that were over, and ends with 130") {
  const Folder folder;
  const std::string scenario =
      folder.scenario("[topology]\nnodes = 60\ndegree = 4\n[workload]\nqueries = 1000000\n");
  Process sim({freshet_binary(), "sim", scenario, "--out", folder.path("o")},
              folder.dir.path() / "sim");
  // Its folder is there before it begins, and its handler soon after that.
  REQUIRE(eventually([&] { return fs::is_directory(folder.path("o")); }));
  CHECK(!sim.wait(std::chrono::milliseconds(kSanitized ? 10'000 : 1500)));
  sim.send(SIGINT);
  CHECK(sim.wait(std::chrono::seconds(60)) == kInterrupted);
  const std::string csv = folder.file("o/queries.csv");
  const auto rows = std::count(csv.begin(), csv.end(), '\n') - 1;
  CHECK(rows > 0);
  CHECK(rows < 1000000);
  const auto summary = nlohmann::json::parse(folder.file("o/summary.json"));
  CHECK(summary.at("strategies")[0].at("queries") == rows);
  CHECK(sim.err().find("interrupted") != std::string::npos);
}

}  // namespace freshet::testing
