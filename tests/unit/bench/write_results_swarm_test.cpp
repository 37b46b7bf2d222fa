// What swarms come to in a folder.
#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "node/bench/swarm/write.h"
#include "tests/unit/bench/results_folder.h"

namespace freshet::bench {
namespace {

SwarmSet small() {
  SwarmSet set;
  set.scenario_name = "small";
  set.seeds = {1};
  set.size_bytes = 1000;
  SwarmRun& run = set.runs.emplace_back();
  run.seed = 1;
  run.bound_s = 4;
  run.copies = 1.5;
  run.peers = {
      {.peer = {.what = PeerClass::seed, .up = 5}, .took_s = std::nullopt, .bytes_out = 1500},
      {.peer = {}, .took_s = 6, .bytes_in = 1000, .bytes_kept = 1000, .bytes_out = 500},
      {.peer = {.what = PeerClass::free_rider}, .took_s = 9, .bytes_in = 1000, .bytes_kept = 900}};
  return set;
}

}  // namespace

TEST_CASE("a swarm's summary has its bound, its copies and each class") {
  const auto json = nlohmann::json::parse(swarm_json(small()));
  const auto& swarm = json["swarms"][0];
  CHECK(swarm["bound_s"]["mean"] == 4);
  CHECK(swarm["last_s"]["mean"] == 9);
  CHECK(swarm["copies"]["mean"] == 1.5);
  CHECK(swarm["classes"][0]["class"] == "honest");
  CHECK(swarm["classes"][0]["ratio"] == 0.5);
  CHECK(swarm["classes"][1]["took_s"]["p50"] == 9);
  CHECK(swarm["classes"][1]["cdf"] == nlohmann::json::parse("[[9.0, 1.0]]"));
}

TEST_CASE("a swarm is written as four files") {
  const testing::ResultsFolder folder;
  REQUIRE(write_swarms(small(), folder / "out").ok());
  CHECK(testing::read_file(folder / "out/peers.csv")
            .find("\n,1,2,free-rider,0,0,0.000,9.000000,1000,900,0\n")
        != std::string::npos);
  CHECK(testing::read_file(folder / "out/report.html").find("Completion: free-rider")
        != std::string::npos);
  CHECK(nlohmann::json::parse(testing::read_file(folder / "out/manifest.json"))["runs"].size()
        == 1);
}

}  // namespace freshet::bench
