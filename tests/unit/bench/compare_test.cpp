// Comparing two result folders: what differs and whether it means anything, and folders that are
// damaged.
#include "node/bench/compare.h"

#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "node/bench/compare_csv.h"
#include "node/bench/compare_tests.h"
#include "node/bench/stats.h"
#include "node/bench/write_results.h"
#include "tests/unit/bench/results_folder.h"
#include "tests/unit/bench/synthetic_results.h"

namespace freshet::bench {
namespace {

using core::StrategyId;

using testing::read_file;
using testing::ResultsFolder;
using testing::synthetic;
using testing::SyntheticPlan;
using testing::two_queries;

const SyntheticPlan kTwo{.strategies = {StrategyId::flood, StrategyId::tree}};

void put(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

nlohmann::json compared(const std::string& a, const std::string& b) {
  const Result<std::string> text = compare_folders(a, b, true);
  REQUIRE(text);
  return nlohmann::json::parse(*text);
}

const nlohmann::json& metric_of(const nlohmann::json& all,
                                std::size_t cell,
                                const std::string& name) {
  for (const nlohmann::json& metric : all["strategies"][cell]["metrics"]) {
    if (metric["metric"] == name) return metric;
  }
  FAIL("no metric " << name);
  return all;
}

TEST_CASE("A folder does not differ from itself") {
  const ResultsFolder folder;
  REQUIRE(write_results(synthetic(), folder / "a"));
  const nlohmann::json all = compared(folder / "a", folder / "a");
  REQUIRE(all["strategies"].size() == 6);
  for (const nlohmann::json& cell : all["strategies"]) {
    CHECK(cell["paired"] == true);
    CHECK(cell["same"] == true);
    for (const nlohmann::json& metric : cell["metrics"]) {
      CHECK(metric["change_percent"] == 0);
      CHECK(metric["significant"] == false);
      if (!metric["p"].is_null()) CHECK(metric["p"] == 1);
    }
  }
}

TEST_CASE("What does not differ is named in a line, and has no table") {
  const ResultsFolder folder;
  RunSet set = synthetic(kTwo);
  REQUIRE(write_results(set, folder / "a"));
  const std::string none = *compare_folders(folder / "a", folder / "a", false);
  CHECK(none.find("\n\nno difference: flood\nno difference: tree\n") != std::string::npos);
  CHECK(none.find("metric") == std::string::npos);
  ++set.runs[0].queries[0].messages;
  --set.runs[0].queries[1].messages;  // the mean is the same
  REQUIRE(write_results(set, folder / "b"));
  const std::string one = *compare_folders(folder / "a", folder / "b", false);
  CHECK(one.find("flood     success") != std::string::npos);
  CHECK(one.find("no difference: tree\n") != std::string::npos);
  CHECK(one.find("no difference: flood") == std::string::npos);
}

TEST_CASE("The same queries are compared one by one, and a small steady difference is found") {
  const ResultsFolder folder;
  RunSet set = synthetic(kTwo);
  REQUIRE(write_results(set, folder / "a"));
  for (Run& run : set.runs) {
    for (QueryRow& row : run.queries) row.messages += 1 + row.query % 2;
  }
  REQUIRE(write_results(set, folder / "b"));
  const nlohmann::json all = compared(folder / "a", folder / "b");
  const nlohmann::json& messages = metric_of(all, 0, "messages");
  CHECK(messages["test"] == "paired t");
  CHECK(messages["significant"] == true);
  CHECK(messages["b"].get<double>() - messages["a"].get<double>() == doctest::Approx(1.5));
  CHECK(metric_of(all, 0, "bytes")["significant"] == false);
}

TEST_CASE("Successes of the same queries are compared by McNemar's test") {
  const ResultsFolder folder;
  RunSet set = synthetic(kTwo);
  REQUIRE(write_results(set, folder / "a"));
  std::uint64_t lost = 0;
  for (QueryRow& row : set.runs[0].queries) {
    if (row.hits > 0 && lost < 8) {
      row.hits = 0;
      row.first_hit_ms.reset();
      ++lost;
    }
  }
  REQUIRE(write_results(set, folder / "b"));
  const nlohmann::json all = compared(folder / "a", folder / "b");
  CHECK(metric_of(all, 0, "success")["p"] == doctest::Approx(mcnemar_p(8, 0)));
  CHECK(metric_of(all, 1, "success")["p"] == 1);
}

TEST_CASE("Other seeds are compared by the seeds' means") {
  const ResultsFolder folder;
  SyntheticPlan other = kTwo;
  other.seeds = {4, 5, 6};
  REQUIRE(write_results(synthetic(kTwo), folder / "a"));
  REQUIRE(write_results(synthetic(other), folder / "b"));
  const nlohmann::json all = compared(folder / "a", folder / "b");
  CHECK(all["strategies"][0]["paired"] == false);
  CHECK(metric_of(all, 0, "messages")["test"] == "Welch over seeds");
  CHECK(metric_of(all, 0, "success")["test"] == "two proportions");
}

TEST_CASE("With one seed and other queries they are compared as they are") {
  const ResultsFolder folder;
  SyntheticPlan one = kTwo;
  one.seeds = {1};
  REQUIRE(write_results(synthetic(one), folder / "a"));
  one.seeds = {2};
  REQUIRE(write_results(synthetic(one), folder / "b"));
  const nlohmann::json all = compared(folder / "a", folder / "b");
  CHECK(metric_of(all, 0, "messages")["test"] == "Welch over queries");
}

TEST_CASE("One query is not tested") {
  const ResultsFolder folder;
  RunSet set = two_queries();
  set.runs[0].queries.pop_back();
  REQUIRE(write_results(set, folder / "a"));
  const nlohmann::json all = compared(folder / "a", folder / "a");
  CHECK(metric_of(all, 0, "messages")["p"].is_null());
  CHECK(metric_of(all, 0, "messages")["test"].is_null());
}

TEST_CASE("What is in one folder only is said") {
  const ResultsFolder folder;
  REQUIRE(write_results(synthetic(kTwo), folder / "a"));
  REQUIRE(
      write_results(synthetic({.strategies = {StrategyId::tree, StrategyId::walk}}), folder / "b"));
  const std::string text = *compare_folders(folder / "a", folder / "b", false);
  CHECK(text.find("only in A: flood\n") != std::string::npos);
  CHECK(text.find("only in B: walk\n") != std::string::npos);
  const nlohmann::json all = compared(folder / "a", folder / "b");
  CHECK(all["only_in_a"][0]["strategy"] == "flood");
  CHECK(all["strategies"].size() == 1);
}

TEST_CASE("Variants are compared each with its own") {
  const ResultsFolder folder;
  REQUIRE(write_results(synthetic({.crashes = {0.1, 0.5}}), folder / "a"));
  REQUIRE(write_results(synthetic({.crashes = {0.1, 0.6}}), folder / "b"));
  const nlohmann::json all = compared(folder / "a", folder / "b");
  CHECK(all["strategies"].size() == 6);
  CHECK(all["strategies"][0]["variant"] == "crash 10 %");
  CHECK(all["only_in_b"].size() == 6);
  CHECK(metric_of(all, 0, "load_max")["a"].get<double>() > 0);
}

TEST_CASE("The table names both folders, marks what is significant and says how it was tested") {
  const ResultsFolder folder;
  RunSet set = synthetic(kTwo);
  REQUIRE(write_results(set, folder / "a"));
  for (QueryRow& row : set.runs[0].queries) row.bytes *= 2;
  REQUIRE(write_results(set, folder / "b"));
  const std::string text = *compare_folders(folder / "a", folder / "b", false);
  CHECK(text.find("A  " + folder / "a") == 0);
  CHECK(text.find("***\n") != std::string::npos);
  CHECK(text.find("one by one") != std::string::npos);
}

TEST_CASE("Columns of the contract alone are enough") {
  const ResultsFolder folder;
  std::filesystem::create_directory(folder / "a");
  put(folder / "a/summary.json", R"({"schema":1,"name":"by hand","nodes":11})");
  put(folder / "a/queries.csv",
      "strategy,seed,query,origin,messages,query_frames,duplicates,bytes,reached,hits,"
      "first_hit_ms\r\nflood,1,0,3,30,30,20,1500.25,5,2,81.5\r\nflood,1,1,3,10,10,2,99,10,0,\r\n");
  const nlohmann::json all = compared(folder / "a", folder / "a");
  CHECK(metric_of(all, 0, "coverage")["a"] == doctest::Approx(0.75));
  CHECK(metric_of(all, 0, "first_hit_ms")["a"] == 81.5);
}

ErrorCode error_of(const std::string& a, const std::string& b, const std::string& mentions) {
  const Result<std::string> result = compare_folders(a, b, false);
  REQUIRE_FALSE(result);
  CAPTURE(result.error().message);
  CHECK(result.error().message.find(mentions) != std::string::npos);
  return result.error().code;
}

TEST_CASE("A folder or a file that is not there is not found") {
  const ResultsFolder folder;
  REQUIRE(write_results(two_queries(), folder / "a"));
  CHECK(error_of(folder / "a", folder / "none", folder / "none") == ErrorCode::not_found);
  CHECK(error_of(folder / "none", folder / "a", folder / "none") == ErrorCode::not_found);
  REQUIRE(write_results(two_queries(), folder / "b"));
  std::filesystem::remove(folder / "b/queries.csv");
  CHECK(error_of(folder / "a", folder / "b", "queries.csv") == ErrorCode::not_found);
  std::filesystem::remove(folder / "b/summary.json");
  CHECK(error_of(folder / "a", folder / "b", "summary.json") == ErrorCode::not_found);
}

TEST_CASE("A damaged file is invalid, and the message names file and line") {
  const ResultsFolder folder;
  REQUIRE(write_results(two_queries(), folder / "a"));
  const std::string queries = read_file(folder / "a/queries.csv");
  const auto damaged = [&](const std::string& file, const std::string& text) {
    REQUIRE(write_results(two_queries(), folder / "b"));
    put(folder / "b/" + file, text);
  };
  damaged("summary.json", "{\"schema\":1,");
  CHECK(error_of(folder / "a", folder / "b", "b/summary.json") == ErrorCode::invalid);
  damaged("summary.json", "[]");
  CHECK(error_of(folder / "a", folder / "b", "JSON object") == ErrorCode::invalid);
  damaged("summary.json", R"({"schema":2,"name":"x","nodes":3})");
  CHECK(error_of(folder / "a", folder / "b", "schema 1") == ErrorCode::invalid);
  damaged("summary.json", R"({"schema":1,"name":7,"nodes":3})");
  CHECK(error_of(folder / "a", folder / "b", "name") == ErrorCode::invalid);
  damaged("queries.csv", "");
  CHECK(error_of(folder / "a", folder / "b", "is empty") == ErrorCode::invalid);
  damaged("queries.csv", "strategy,seed\n");
  CHECK(error_of(folder / "a", folder / "b", "queries.csv:1") == ErrorCode::invalid);
  damaged("queries.csv", queries.substr(0, queries.size() - 12));
  CHECK(error_of(folder / "a", folder / "b", "queries.csv:3") == ErrorCode::invalid);
  damaged("queries.csv", queries + "flood,7,2,9,-10,10,5,500,5,0,,11,70,,1.5,\n");
  CHECK(error_of(folder / "a", folder / "b", "'-10' is no messages") == ErrorCode::invalid);
  damaged("queries.csv", queries + "flood,7,x,9,10,10,5,500,5,0,,11,70,,1.5,\n");
  CHECK(error_of(folder / "a", folder / "b", "queries.csv:4: 'x' is no query")
        == ErrorCode::invalid);
  damaged("queries.csv", queries + "flood,7,2,9,10,10,5,nan,5,0,,11,70,,1.5,\n");
  CHECK(error_of(folder / "a", folder / "b", "'nan' is no bytes") == ErrorCode::invalid);
}

TEST_CASE("Fields of CSV are read with their quotes") {
  using Fields = std::vector<std::string>;
  CHECK(csv_fields("a,,b") == Fields{"a", "", "b"});
  CHECK(csv_fields("\"a,b\",\"c \"\"d\"\"\"") == Fields{"a,b", "c \"d\""});
  CHECK(csv_fields("") == Fields{""});
  CHECK(csv_fields("a,b\r") == Fields{"a", "b"});
  CHECK_FALSE(csv_fields("\"open"));
  CHECK_FALSE(csv_fields("\"a\"b"));
}

}  // namespace
}  // namespace freshet::bench
