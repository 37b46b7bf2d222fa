// [sweep], and runs on their way between processes.
#include <doctest/doctest.h>

#include "node/bench/run_codec.h"
#include "node/bench/runner.h"
#include "node/bench/scenario.h"
#include "tests/unit/bench/scenario_text.h"

namespace freshet::bench {
TEST_CASE("a sweep has a scenario for every combination, the last key varying fastest") {
  const auto parsed = parse_scenario(R"(
[topology]
degree = 4
[sweep]
topology.nodes = [8, 16]
workload.ttl = [3, 5]
)",
                                     "s.toml");
  REQUIRE(parsed);
  REQUIRE(parsed->sweep.size() == 4);
  CHECK(parsed->sweep[1].name == "nodes 8, ttl 5");
  CHECK(parsed->sweep[1].scenario->topology.nodes == 8);
  CHECK(parsed->sweep[1].scenario->topology.degree == 4);
  CHECK(parsed->sweep[1].scenario->workload.ttl == 5);
  CHECK(parsed->sweep[2].name == "nodes 16, ttl 3");
  const auto variants = variants_of(*parsed);
  REQUIRE(variants.size() == 4);
  CHECK(variants[3].variant.name == "nodes 16, ttl 5");
  CHECK(variants[3].scenario->workload.ttl == 5);
}

TEST_CASE("crashes vary within a sweep") {
  const auto parsed =
      parse_scenario("[churn]\ncrash = [0.1, 0.2]\n[sweep]\nworkload.ttl = [3, 5]\n", "s.toml");
  REQUIRE(parsed);
  const auto variants = variants_of(*parsed);
  REQUIRE(variants.size() == 4);
  CHECK(variants[2].variant.name == "ttl 5, crash 10 %");
  CHECK(variants[2].variant.crash == 0.1);
}

TEST_CASE("what is wrong in a sweep is said with its line") {
  CHECK(complaint("[sweep]\nttl = [1, 2]\n").find("s.toml:2: [sweep] ttl") == 0);
  CHECK(complaint("[sweep]\nworkload.ttl = 4\n").find("it is a list") != std::string::npos);
  CHECK(complaint("[sweep]\nworkload.tttl = [4]\n").find("no such key") != std::string::npos);
  CHECK(complaint("[sweep]\nworkload.ttl = [4, 999]\n").find("ttl") != std::string::npos);
  CHECK(complaint("sweep = 3\n").find("[sweep]") != std::string::npos);
  CHECK(complaint("[sweep]\nworkload.strategy = [\"flood\"]\n").find("give [workload] strategy")
        != std::string::npos);
}

TEST_CASE("runs come back as they were sent, and what is cut short is refused") {
  RunOutcome outcome;
  outcome.run.seed = 7;
  outcome.run.variant = {.name = "ttl 5", .crash = 0.25};
  outcome.run.queries.resize(2);
  outcome.run.queries[1].messages = 9;
  outcome.run.queries[1].first_hit_ms = 2.5;
  outcome.run.hops = {{.first = 1, .duplicates = 2}};
  outcome.run.loads = {{.degree = 3, .frames_in = 4, .hits_in = 5}};
  outcome.run.traffic = {{.type = "query", .frames = 6, .bytes = 7}};
  outcome.deliveries = 8;
  const std::string bytes = encode_outcomes(
      {{.number = 3, .outcome = outcome},
       {.number = 5, .outcome = Error{ErrorCode::verification, "a rule was broken"}}});
  const auto back = decode_outcomes(bytes);
  REQUIRE(back);
  REQUIRE(back->size() == 2);
  CHECK((*back)[0].number == 3);
  const RunOutcome& run = *(*back)[0].outcome;
  CHECK(run.run.variant == outcome.run.variant);
  CHECK(run.run.queries[1].messages == 9);
  CHECK(run.run.queries[1].first_hit_ms == 2.5);
  CHECK(run.run.loads[0].hits_in == 5);
  CHECK(run.run.traffic[0].type == "query");
  CHECK(run.deliveries == 8);
  CHECK((*back)[1].outcome.error().message == "a rule was broken");
  for (std::size_t size = 0; size + 1 < bytes.size(); size += 7) {
    const auto cut = decode_outcomes(std::string_view(bytes).substr(0, size));
    CHECK((!cut || cut->size() < 2));
  }
}

}  // namespace freshet::bench
