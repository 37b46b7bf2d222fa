// Scenario files: every key, its default, and what a person is told who got one wrong.
#include "node/bench/scenario.h"

#include <fstream>

#include <doctest/doctest.h>

#include "node/bench/values.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/bench/scenario_text.h"

namespace freshet::bench {
namespace {

using core::overlay::StrategyId;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("an empty scenario is the contract's defaults, named after its file") {
  const Scenario scenario = parsed("");
  CHECK(scenario.name == "some");
  CHECK(scenario.seeds == std::vector<std::uint64_t>{1});
  CHECK(scenario.topology.kind == TopologyKind::random_regular);
  CHECK(scenario.topology.nodes == 256);
  CHECK(scenario.topology.degree == 5);
  CHECK(!scenario.topology.discover);
  CHECK(scenario.links.latency.kind == LatencySpec::Kind::uniform);
  CHECK(scenario.links.latency.low == milliseconds(10));
  CHECK(scenario.links.latency.high == milliseconds(100));
  CHECK(scenario.links.loss == 0);
  CHECK(scenario.content.objects == 1000);
  CHECK(scenario.content.replication == 0.01);
  CHECK(scenario.content.popularity_zipf == 1);
  CHECK(scenario.workload.queries == 100);
  CHECK(scenario.workload.ttl == 7);
  CHECK(scenario.workload.strategies == std::vector{StrategyId::flood});
  CHECK(!scenario.workload.origin);
  CHECK(scenario.workload.results == 1);
  CHECK(scenario.churn.at == seconds(30));
  CHECK(!scenario.has_churn());
  CHECK(!scenario.is_timed());
}

TEST_CASE("every key of a scenario is read") {
  const Scenario scenario = parsed(R"(
name = "everything"
seeds = [3, 1, 2]
[topology]
kind = "watts-strogatz"
nodes = 1000
degree = 6
rewire = 0.25
discover = false
[links]
latency = "lognormal:50ms:0.5"
loss = 0.01
bandwidth = "1MB/s"
weak = 0.2
weak_bandwidth = "64KiB/s"
clogged = 0.1
[content]
objects = 50
replication = 0.1
placement = "square-root"
popularity = "zipf:0.8"
holders = "zipf:1.2"
free_riders = 0.25
[workload]
queries = 10
ttl = 255
strategy = ["tree", "auto"]
origin = 999
results = 5
interval = "2s"
[churn]
crash = [0, 0.1, 0.5]
at = "15s"
session = "5m"
absence = "1m"
duration = "10m"
graceful = true
[partition]
share = 0.3
at = "1s"
heal = "11s"
)");
  CHECK(scenario.name == "everything");
  CHECK(scenario.seeds == std::vector<std::uint64_t>{3, 1, 2});
  CHECK(scenario.topology.kind == TopologyKind::watts_strogatz);
  CHECK(scenario.topology.rewire == 0.25);
  CHECK(!scenario.topology.discover);
  CHECK(scenario.links.latency.kind == LatencySpec::Kind::lognormal);
  CHECK(scenario.links.latency.low == milliseconds(50));
  CHECK(scenario.links.latency.sigma == 0.5);
  CHECK(scenario.links.bandwidth_bytes_per_s == 1'000'000);
  CHECK(scenario.links.weak == 0.2);
  CHECK(scenario.links.weak_bandwidth_bytes_per_s == 65'536);
  CHECK(scenario.links.clogged == 0.1);
  CHECK(scenario.content.placement == Placement::square_root);
  CHECK(scenario.content.popularity_zipf == 0.8);
  CHECK(scenario.content.holders_zipf == 1.2);
  CHECK(scenario.content.free_riders == 0.25);
  CHECK(scenario.workload.ttl == 255);
  CHECK(scenario.workload.strategies == std::vector{StrategyId::tree, StrategyId::automatic});
  CHECK(scenario.workload.origin == 999);
  CHECK(scenario.workload.results == 5);
  CHECK(scenario.interval() == seconds(2));
  CHECK(scenario.duration() == seconds(20));
  CHECK(scenario.churn.crash == std::vector<double>{0, 0.1, 0.5});
  CHECK(scenario.churn.session == minutes(5));
  CHECK(scenario.churn.absence == minutes(1));
  CHECK(scenario.churn.graceful);
  CHECK(scenario.partition.share == 0.3);
  CHECK(scenario.partition.heal == seconds(11));
}

TEST_CASE("one crash, one strategy and one seed need no list") {
  const Scenario scenario = parsed(
      "seed = 9\n[workload]\nstrategy = \"ring\"\n[churn]\ncrash = 0.5\nduration = \"100s\"");
  CHECK(scenario.seeds == std::vector<std::uint64_t>{9});
  CHECK(scenario.workload.strategies == std::vector{StrategyId::ring});
  CHECK(scenario.churn.crash == std::vector<double>{0.5});
  CHECK(scenario.has_churn());
  CHECK(scenario.interval() == seconds(1));
}

TEST_CASE("nodes mend their overlay where nodes crash or come and go, unless told not to") {
  CHECK(parsed("[churn]\ncrash = 0.1").topology.discover);
  CHECK(parsed("[churn]\nsession = \"1m\"").topology.discover);
  CHECK(!parsed("[partition]\nshare = 0.1").topology.discover);
  CHECK(!parsed("[topology]\ndiscover = false\n[churn]\ncrash = 0.1").topology.discover);
}

TEST_CASE("what is unknown is named with its line, and what is known") {
  check_complaint("\nnam = \"x\"", "s.toml:2: nam: there is no such key", "known are name, seed");
  check_complaint("\n\n[toplogy]\nnodes = 5", "s.toml:3: [toplogy]", "topology, links");
  check_complaint(
      "[topology]\nkind = \"ring\"\nnods = 5", "s.toml:3: [topology] nods", "kind, nodes, degree");
  check_complaint("[links.deeper]\nx = 1", "s.toml:1: [links] deeper", "latency");
}

TEST_CASE("a bad value is named with its line, and what may be there") {
  check_complaint("\nseed = -1", "s.toml:2: seed = -1", "whole number from 0");
  check_complaint("seed = 1\nseeds = [1]", "s.toml:2: seeds", "one of them");
  check_complaint("seeds = []", "s.toml:1: seeds", "list");
  check_complaint("seeds = [1, 2, 1]", "s.toml:1: seeds = 1", "twice");
  check_complaint("name = \"\"", "s.toml:1: name", "text");
  check_complaint("topology = 5", "s.toml:1: topology = 5", "[topology]");
  check_complaint("[topology]\nkind = \"torus\"", "s.toml:2: [topology] kind = \"torus\"", "grid");
  check_complaint("[topology]\nnodes = 0", "s.toml:2: [topology] nodes = 0", "from 1");
  check_complaint("[topology]\nnodes = \"many\"", "s.toml:2: [topology] nodes", "whole number");
  check_complaint("[topology]\ndiscover = 1", "s.toml:2: [topology] discover", "true or false");
  check_complaint("[links]\nlatency = \"10\"", "s.toml:2: [links] latency", "10ms..100ms");
  check_complaint("[links]\nlatency = \"9ms..1ms\"", "s.toml:2: [links] latency", "range");
  check_complaint("[links]\nlatency = 10", "s.toml:2: [links] latency = 10", "constant");
  check_complaint("[links]\nloss = 1.5", "s.toml:2: [links] loss = 1.5", "0 to 1");
  check_complaint("[links]\nloss = nan", "s.toml:2: [links] loss", "0 to 1");
  check_complaint("[links]\nbandwidth = \"fast\"", "s.toml:2: [links] bandwidth", "1MB/s");
  check_complaint("[links]\nweak = 2", "s.toml:2: [links] weak = 2", "0 to 1");
  check_complaint("[links]\nweak = 0.2", "s.toml:2: [links] weak", "needs a weak_bandwidth");
  check_complaint("[links]\nweak_bandwidth = \"1KiB/s\"",
                  "s.toml:2: [links] weak_bandwidth",
                  "only where weak");
  check_complaint("[links]\nbandwidth = \"1KiB/s\"\nweak_bandwidth = \"1KiB/s\"\nweak = 0.2",
                  "s.toml:4: [links] weak",
                  "less than bandwidth");
  check_complaint("[content]\nobjects = 0", "s.toml:2: [content] objects", "from 1");
  check_complaint("[content]\npopularity = \"zipf\"", "s.toml:2: [content] popularity", "zipf:S");
  check_complaint("[content]\nfree_riders = 1", "s.toml:2: [content] free_riders", "less than 1");
  check_complaint("[workload]\nqueries = 0", "s.toml:2: [workload] queries", "from 1");
  check_complaint("[workload]\nttl = 256", "s.toml:2: [workload] ttl", "255");
  check_complaint("[workload]\nstrategy = \"magic\"", "s.toml:2: [workload] strategy", "routed");
  check_complaint("[workload]\nstrategy = [\"flood\", 3]", "s.toml:2: [workload] strategy", "3");
  check_complaint("[workload]\norigin = 256", "s.toml:2: [workload] origin", "0 to 255");
  check_complaint("[workload]\ninterval = \"0s\"", "s.toml:2: [workload] interval", "time");
  check_complaint("[churn]\ncrash = 1.0", "s.toml:2: [churn] crash", "less than 1");
  check_complaint("[churn]\nsession = \"forever\"", "s.toml:2: [churn] session", "30s");
  check_complaint("[churn]\nat = 2001-01-01", "s.toml:2: [churn] at = a date", "time");
}

TEST_CASE("keys that do not go together are refused") {
  check_complaint("[topology]\nnodes = 8\ndegree = 8", "s.toml:3: [topology] degree", "less than");
  check_complaint("[topology]\nnodes = 4", "s.toml:1: [topology] degree = 5", "nodes (4)");
  check_complaint("[topology]\nnodes = 255", "s.toml:1: [topology] degree", "even");
  check_complaint("[topology]\nkind = \"ring\"\nnodes = 2", "s.toml:3: [topology] nodes", "3");
  check_complaint(
      "[topology]\nkind = \"complete\"\nnodes = 1000000", "s.toml:3: [topology]", "links");
  check_complaint("[topology]\nkind = \"file\"", "s.toml:1: [topology] file is missing", "");
  check_complaint("[topology]\nfile = \"x.txt\"", "s.toml:2: [topology] file", "kind = \"file\"");
  check_complaint("[topology]\nkind = \"file\"\nfile = \"none.txt\"",
                  "s.toml:3: [topology] file does not exist",
                  "none.txt");
  check_complaint("[churn]\ncrash = 0.5\nat = \"5m\"", "s.toml:3: [churn] at = 5m", "2m");
  check_complaint("[partition]\nat = \"5s\"", "s.toml:1: [partition] share", "missing");
  check_complaint("[partition]\nshare = 0.2\nat = \"9s\"\nheal = \"9s\"",
                  "s.toml:4: [partition] heal",
                  "later than at (9s)");
}

TEST_CASE("what is no TOML is said with its line") {
  check_complaint("name = \"a\"\nseed = = 2", "s.toml:2: is not TOML", "");
  check_complaint("seed = 1\nseed = 2", "s.toml:2: is not TOML", "");
  check_complaint("name = \"\xFF\"", "s.toml:1: is not TOML", "");
}

TEST_CASE("letters of any script may stand in quotes and comments") {
  CHECK(parsed("\xEF\xBB\xBFname = \"Čeština\" # ř").name == "Čeština");
  check_complaint("náme = 1", "s.toml:1: ", "");
  check_complaint("seed = 1é", "s.toml:1: is not TOML", "");
  check_complaint("seed = 1\nname = \"\b\"", "s.toml:2: is no scenario", "control character");
}

TEST_CASE("depth that no scenario has is refused, not followed") {
  std::string dots = "a";
  for (int i = 0; i < 100'000; ++i) dots += ".a";
  check_complaint(dots + " = 1", "s.toml:1: is no scenario: there is a dot too many", "");
  check_complaint("a = " + std::string(10'000, '['), "s.toml:1: is not TOML", "");
  check_complaint(std::string(2'000'000, '#'), "s.toml:1: is larger than 1 MiB", "");
}

TEST_CASE("the first thing that is wrong in the file is said first") {
  check_complaint("[churn]\ncrash = 7\n[topology]\nkind = 4", "s.toml:2: ", "crash");
}

TEST_CASE("a topology's file is beside its scenario") {
  const testing::TempDir dir;
  const auto path = dir.path() / "graph.toml";
  std::ofstream(dir.path() / "edges.txt") << "0 1\n";
  std::ofstream(path) << "[topology]\nkind = \"file\"\nfile = \"edges.txt\"\n";
  const auto scenario = load_scenario(path.string());
  REQUIRE(scenario.ok());
  CHECK(scenario->name == "graph");
  CHECK(scenario->topology.file == (dir.path() / "edges.txt").string());
  CHECK(contains(scenario->text, "edges.txt"));
}

TEST_CASE("a scenario that cannot be read is invalid") {
  const testing::TempDir dir;
  for (const auto& path : {dir.path() / "none.toml", dir.path()}) {
    const auto scenario = load_scenario(path.string());
    REQUIRE(!scenario.ok());
    CHECK(scenario.error().code == ErrorCode::invalid);
    CHECK(contains(scenario.error().message, path.string()));
  }
}

TEST_CASE("times have units") {
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("1.5s") == milliseconds(1500));
  CHECK(parse_duration("2 m") == minutes(2));
  CHECK(parse_duration("0s") == Duration{});
  for (const char* text : {"", "5", "s", "-1s", "nan s", "inf s", "1e300s", "5 parsecs", "1ss"}) {
    CAPTURE(text);
    CHECK(!parse_duration(text));
  }
  CHECK(to_string(seconds(90)) == "90s");
  CHECK(to_string(minutes(120)) == "2h");
  CHECK(to_string(Duration{}) == "0s");
  CHECK(to_string(Duration{1}) == "1ns");
}

TEST_CASE("rates are in bytes a second") {
  CHECK(parse_bandwidth("1MB/s") == 1'000'000);
  CHECK(parse_bandwidth("8 kbit/s") == 1000);
  CHECK(parse_bandwidth("1.5KiB/s") == 1536);
  CHECK(parse_bandwidth("none") == 0);
  for (const char* text : {"", "1", "1MB", "0B/s", "-1MB/s", "1e30GB/s"}) {
    CAPTURE(text);
    CHECK(!parse_bandwidth(text));
  }
}

}  // namespace freshet::bench
