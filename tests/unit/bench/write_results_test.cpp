// Results as files: their formats to the letter, their replacement, and what happens when a folder
// refuses.
#include "node/bench/write_results.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "node/bench/manifest.h"
#include "node/bench/write_results_csv.h"
#include "tests/unit/bench/results_folder.h"
#include "tests/unit/bench/synthetic_results.h"

namespace freshet::bench {
namespace {

using Json = nlohmann::ordered_json;
using testing::read_file;
using testing::ResultsFolder;
using testing::synthetic;
using testing::two_queries;

std::vector<std::string> keys_of(const Json& json) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  return keys;
}

TEST_CASE("queries.csv is as the contract says, and first_hit_ms is empty without a hit") {
  std::ostringstream out;
  write_queries_csv(two_queries(), out);
  CHECK(out.str()
        == "strategy,seed,query,origin,messages,query_frames,duplicates,bytes,reached,hits,"
           "first_hit_ms,alive,last_reached_ms,first_hit_hops,asked_at_s,variant\n"
           "flood,7,0,3,30,30,20,1500.25,10,2,81.5,11,140,2,0,\n"
           "flood,7,1,9,10,10,5,500,5,0,,11,70,,1.5,\n");
}

TEST_CASE("nodes.csv names nodes by their labels") {
  RunSet set = two_queries();
  set.runs[0].loads.resize(2);
  set.labels = {17, 4};
  set.runs[0].variant.name = "crash 10 %, twice";
  std::ostringstream out;
  write_nodes_csv(set, out);
  CHECK(out.str()
        == "strategy,seed,node,degree,frames_in,hits_in,variant\n"
           "flood,7,17,3,0,0,\"crash 10 %, twice\"\n"
           "flood,7,4,4,1,0,\"crash 10 %, twice\"\n");
}

TEST_CASE("summary.json begins with what the contract names") {
  const Json json = Json::parse(summary_json(two_queries()));
  CHECK(keys_of(json)
        == std::vector<std::string>{"schema", "name", "nodes", "links", "strategies"});
  CHECK(json["schema"] == 1);
  CHECK(json["nodes"] == 11);
  CHECK(json["links"] == 20);
  const Json& flood = json["strategies"][0];
  CHECK(flood["strategy"] == "flood");
  CHECK(flood["queries"] == 2);
  for (const char* key : {"messages", "duplicates", "bytes", "reached", "coverage", "hits"}) {
    CAPTURE(key);
    CHECK(keys_of(flood[key]) == std::vector<std::string>{"mean", "ci95"});
    CHECK(flood[key]["ci95"].is_number());
  }
  CHECK(flood["messages"]["mean"] == 20.0);
  CHECK(flood["success"]["mean"] == 0.5);
  CHECK(flood["success"]["ci95"].is_number());
  CHECK(keys_of(flood["first_hit_ms"]) == std::vector<std::string>{"p50", "p95", "p99"});
  CHECK(keys_of(flood["load"]) == std::vector<std::string>{"max", "mean", "gini"});
  CHECK(flood["ci95_over"] == "queries");
}

TEST_CASE("summary.json has curves by hop, load by degree and bytes by type") {
  const Json json = Json::parse(summary_json(two_queries()));
  const Json& flood = json["strategies"][0];
  REQUIRE(flood["hops"].size() == 2);
  CHECK(flood["hops"][1]["hop"] == 2);
  CHECK(flood["hops"][1]["duplicate_ratio"] == doctest::Approx(25.0 / 32));
  CHECK(flood["hops"][1]["coverage"] == doctest::Approx(0.75));
  CHECK(flood["hops"][1]["coverage_per_message"] == doctest::Approx(0.35 / 16));
  CHECK(flood["load_by_degree"][0]["nodes"] == 6);
  CHECK(flood["by_type"]["query"]["bytes"] == 1000.0);
}

TEST_CASE("What is unknown is null: an interval of one query, the first hit of none") {
  RunSet set = two_queries();
  set.runs[0].queries.erase(set.runs[0].queries.begin());
  const Json json = Json::parse(summary_json(set));
  CHECK(json["strategies"][0]["messages"]["ci95"].is_null());
  CHECK(json["strategies"][0]["first_hit_ms"]["p50"].is_null());
}

TEST_CASE("A sweep has its first variant in strategies and all of them in variants") {
  const Json json = Json::parse(summary_json(synthetic({.crashes = {0.1, 0.5}})));
  REQUIRE(json["variants"].size() == 2);
  CHECK(json["variants"][1]["variant"] == "crash 50 %");
  CHECK(json["variants"][1]["crash"] == 0.5);
  CHECK(json["variants"][1]["strategies"].size() == 6);
  CHECK(json["strategies"] == json["variants"][0]["strategies"]);
  const Json& after = json["variants"][1]["strategies"][0]["after_crash"];
  CHECK(after["queries"] == 225);
  CHECK(after["recovery"].size() > 5);
  CHECK(after["coverage"]["mean"] < json["strategies"][0]["after_crash"]["coverage"]["mean"]);
}

TEST_CASE("manifest.json has what it takes to repeat the runs, and what they cost") {
  const Json json = Json::parse(manifest_json(synthetic(), this_host()));
  CHECK(json["schema"] == 1);
  CHECK(json["seeds"] == Json::array({1, 2, 3}));
  CHECK(json["version"].get<std::string>() == version());
  CHECK(json["scenario"].get<std::string>().find("random-regular") != std::string::npos);
  CHECK(json["command"] == "freshet sim synthetic.toml");
  CHECK_FALSE(json["host"]["system"].get<std::string>().empty());
  CHECK(json["timing"]["wall_seconds"] == 1.5);
  CHECK(keys_of(json["engine"])
        == std::vector<std::string>{"deliveries", "cpu_seconds", "peak_rss_bytes"});
  CHECK(json["engine"]["deliveries"] == 12'345'678);
  CHECK(json["runs"].size() == 18);
  CHECK(json["runs"][0]["digest"].get<std::string>().size() == 16);
}

TEST_CASE("Real daemons have no engine in their manifest") {
  RunSet set = two_queries();
  set.runner = "testbed";
  CHECK_FALSE(Json::parse(manifest_json(set, {})).contains("engine"));
}

TEST_CASE("A name of any bytes makes valid JSON") {
  RunSet set = two_queries();
  set.scenario_name = "a\xFF\"b";
  CHECK(Json::accept(summary_json(set)));
  CHECK(Json::accept(manifest_json(set, {})));
}

TEST_CASE("Writing makes five files and nothing else, in a folder of any depth") {
  const ResultsFolder folder;
  const std::string dir = folder / "deep/er";
  REQUIRE(write_results(synthetic(), dir));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  CHECK(names
        == std::vector<std::string>{
            "manifest.json", "nodes.csv", "queries.csv", "report.html", "summary.json"});
}

TEST_CASE("The same results are the same bytes, and replace what was there") {
  const ResultsFolder folder;
  RunSet set = synthetic({.crashes = {0.2, 0.4}});
  REQUIRE(write_results(two_queries(), folder / "a"));
  REQUIRE(write_results(set, folder / "a"));
  set.wall_seconds = 99;
  set.cpu_seconds = 77;
  REQUIRE(write_results(set, folder / "b"));
  for (const char* name : {"summary.json", "queries.csv", "nodes.csv"}) {
    CAPTURE(name);
    CHECK(read_file(folder / "a/" + name) == read_file(folder / "b/" + name));
  }
  CHECK(read_file(folder / "a/manifest.json") != read_file(folder / "b/manifest.json"));
  set.wall_seconds = 1.5;
  set.cpu_seconds = 2.5;
  REQUIRE(write_results(set, folder / "b"));
  CHECK(read_file(folder / "a/report.html") == read_file(folder / "b/report.html"));
  CHECK(read_file(folder / "a/manifest.json") == read_file(folder / "b/manifest.json"));
}

TEST_CASE("A folder that cannot be made is an error that names it") {
  const ResultsFolder folder;
  std::ofstream(folder / "file") << "in the way";
  const Status status = write_results(two_queries(), folder / "file");
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::io);
  CHECK(status.error().message.find(folder / "file") != std::string::npos);
  CHECK(status.error().message.find("--out") != std::string::npos);
  CHECK_FALSE(write_results(two_queries(), folder / "file/below"));
}

TEST_CASE("A file that cannot be replaced is an error, and no temporary file stays") {
  const ResultsFolder folder;
  std::filesystem::create_directories(folder / "out/queries.csv/occupied");
  const Status status = write_results(two_queries(), folder / "out");
  REQUIRE_FALSE(status);
  CHECK(status.error().code == ErrorCode::io);
  CHECK(status.error().message.find("queries.csv") != std::string::npos);
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
    entries += entry.is_directory() ? 0 : 1;
  }
  CHECK(entries == 0);
}

TEST_CASE("The table for a terminal has a line for each strategy and variant") {
  const std::string text = summary_table(synthetic({.crashes = {0.1, 0.5}}));
  CHECK(std::count(text.begin(), text.end(), '\n') == 14);
  CHECK(text.find("crash 50 %") != std::string::npos);
  CHECK(text.find("over seeds") != std::string::npos);
  CHECK(summary_table(two_queries()).find("variant") == std::string::npos);
}

TEST_CASE("An interrupted run is marked") {
  RunSet set = two_queries();
  set.interrupted = true;
  set.runs[0].complete = false;
  CHECK(summary_table(set).find("2 (stopped)") != std::string::npos);
  CHECK(Json::parse(summary_json(set))["strategies"][0]["complete"] == false);
  CHECK(Json::parse(manifest_json(set, {}))["interrupted"] == true);
}

}  // namespace
}  // namespace freshet::bench
