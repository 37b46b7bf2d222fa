// What lies between nodes: latency, order, loss, bandwidth, partitions, clogged links, crashes.
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "node/sim/latency.h"
#include "node/sim/link_end.h"
#include "node/sim/uplink.h"
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

constexpr LatencyConfig kUniform{.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};

double milliseconds(Duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// ---- latency

TEST_CASE("a constant latency is that, and needs no order kept") {
  LatencySampler sampler({.low = 30ms}, Rng::from_seed(1));
  CHECK(sampler.keeps_order());
  for (int i = 0; i < 10; ++i) CHECK(sampler.next() == 30ms);
}

TEST_CASE("a uniform latency lies in its range, with its mean and spread") {
  LatencySampler sampler(kUniform, Rng::from_seed(1));
  constexpr int kDraws = 200'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Duration drawn = sampler.next();
    REQUIRE(drawn >= 10ms);
    REQUIRE(drawn <= 100ms);
    sum += milliseconds(drawn);
    squares += milliseconds(drawn) * milliseconds(drawn);
  }
  const double mean = sum / kDraws;
  CHECK(std::abs(mean - 55) < 0.3);
  CHECK(std::abs(std::sqrt(squares / kDraws - mean * mean) - 90 / std::sqrt(12.0)) < 0.3);
}

TEST_CASE("a lognormal latency has its median, and its logarithm its spread") {
  LatencySampler sampler({.kind = LatencyConfig::Kind::lognormal, .low = 40ms, .sigma = 0.5},
                         Rng::from_seed(1));
  constexpr std::size_t kDraws = 200'000;
  std::vector<double> logarithms;
  for (std::size_t i = 0; i < kDraws; ++i)
    logarithms.push_back(std::log(milliseconds(sampler.next())));
  double sum = 0;
  double squares = 0;
  for (const double each : logarithms) {
    sum += each;
    squares += each * each;
  }
  const double mean = sum / kDraws;
  CHECK(std::abs(mean - std::log(40.0)) < 0.01);
  CHECK(std::abs(std::sqrt(squares / kDraws - mean * mean) - 0.5) < 0.01);
  std::nth_element(logarithms.begin(), logarithms.begin() + kDraws / 2, logarithms.end());
  CHECK(std::abs(std::exp(logarithms[kDraws / 2]) - 40) < 0.5);
}

TEST_CASE("the stream is xoshiro256++'s, and each fork's is its own") {
  Stream one(Rng::from_seed(1).fork("a"));
  Stream again(Rng::from_seed(1).fork("a"));
  Stream other(Rng::from_seed(1).fork("b"));
  int same = 0;
  for (int i = 0; i < 100; ++i) {
    const auto drawn = one.next();
    CHECK(drawn == again.next());
    same += drawn == other.next() ? 1 : 0;
  }
  CHECK(same == 0);
}

// ---- order

TEST_CASE("what goes over one link arrives in order, also after hours of silence") {
  LinkEnd end(LinkId{1}, 5, LinkId{2});
  LatencySampler sampler({.kind = LatencyConfig::Kind::lognormal, .low = 50ms, .sigma = 2},
                         Rng::from_seed(2));
  Rng rng = Rng::from_seed(3);
  TimePoint now{};
  TimePoint last{};
  for (int i = 0; i < 20'000; ++i) {
    now += i % 1000 == 0 ? Duration(std::chrono::hours(17))
                         : Duration(static_cast<std::int64_t>(rng.below(20'000'000)));
    const TimePoint drawn = now + sampler.next();
    const TimePoint arrival = end.in_order(drawn, now);
    REQUIRE(arrival >= last);
    REQUIRE(arrival >= drawn);
    REQUIRE(arrival < std::max(drawn, last) + 1us);  // and not later than that
    last = arrival;
  }
  CHECK(end.peer() == 5);
  CHECK(end.peer_id() == LinkId{2});
  CHECK_FALSE(end.is_clogged());
}

// Remembers in which order queries came to which node.
class Diary final : public Content {
 public:
  std::vector<wire::HitFile> find(NodeIndex node,
                                  const wire::Query& query,
                                  std::uint32_t /*limit*/) const override {
    came[node].push_back(std::stoi(query.terms.front()));
    return {};
  }
  std::vector<std::uint32_t> word_hashes(NodeIndex /*node*/) const override { return {}; }
  mutable std::map<NodeIndex, std::vector<int>> came;
};

TEST_CASE("queries that one node sends a millisecond apart reach its neighbour in order") {
  const Topology topology = line(2);
  const Diary diary;
  SimulationConfig config = with_seed(1);
  config.network.latency = kUniform;
  Simulation simulation(topology, config, diary);
  must(simulation.settle());
  for (int i = 0; i < 200; ++i) {
    REQUIRE(simulation.host().ask({.origin = 0, .query = ask_for(std::to_string(i)), .ttl = 1}));
    run_for(simulation.host(), 1ms);
  }
  run_for(simulation.host(), 1s);
  REQUIRE(diary.came[1].size() == 200);
  CHECK(std::is_sorted(diary.came[1].begin(), diary.came[1].end()));
}

TEST_CASE("a Bye does not overtake, and neither does the end of the link") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Topology topology = line(2);
    const Diary diary;
    SimulationConfig config = with_seed(seed);
    config.network.latency = kUniform;
    Simulation simulation(topology, config, diary);
    must(simulation.settle());
    REQUIRE(simulation.host().ask({.origin = 0, .query = ask_for("1"), .ttl = 1}));
    simulation.host().give(0, core::Input(core::overlay::Input(core::overlay::ShutDown{})));
    run_for(simulation.host(), 1s);
    CHECK(diary.came[1].size() == 1);
    CHECK(simulation.host().node_counters().overlay.byes_in == 1);
    CHECK(simulation.host().node(1)->overlay().links().all().empty());
  }
}

// ---- loss

TEST_CASE("a share of the frames vanishes, is paid for, and nothing waits for it") {
  const NoContent nothing;
  const Topology topology = star(2001);
  SimulationConfig config = with_seed(1);
  config.network.loss = 0.2;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  CHECK(simulation.host().counters().vanished == 0);  // not while the mesh formed
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
  CHECK(result.query_frames == 2000);
  const double share = 1 - static_cast<double>(result.reached) / 2000;
  CHECK(std::abs(share - 0.2) < 0.04);
  CHECK(simulation.host().counters().vanished == 2000 - result.reached);
  run_for(simulation.host(), 60s);
  CHECK(simulation.host().counters().closed == 0);
  CHECK(simulation.host().frames_alive() == 0);
}

// ---- bandwidth

TEST_CASE("a node with limited bandwidth sends its copies one after another") {
  const NoContent nothing;
  const Topology topology = star(11);
  SimulationConfig config = with_seed(1);
  config.network.latency.low = 10ms;
  config.network.bandwidth_bytes_per_s = 10'000;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  run_for(simulation.host(), 10s);  // pings are over
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 1));
  REQUIRE(result.reached == 10);
  const double frame_bytes = static_cast<double>(result.bytes) / 10;
  CHECK(milliseconds(*result.last_reached) == doctest::Approx(10 + frame_bytes).epsilon(0.01));
}

TEST_CASE("a link's room is half returned when half was sent, and whole when all was") {
  Uplink uplink;
  uplink.add_link(LinkId{0});
  constexpr std::uint32_t kTenth = Uplink::kRoom / 10;
  for (int i = 0; i < 10; ++i) {
    const bool was_idle = uplink.push({.frame = 1, .link = LinkId{0}, .bytes = kTenth});
    CHECK(was_idle == (i == 0));
  }
  std::vector<std::uint32_t> told;
  while (!uplink.empty()) {
    if (const auto room = uplink.pop()) told.push_back(*room);
  }
  REQUIRE(told.size() == 2);
  CHECK(told[0] >= Uplink::kRoom / 2);
  CHECK(told[1] == Uplink::kRoom);
}

TEST_CASE("a slow node's core keeps what finds no room, and drops queries when that is too much") {
  const NoContent nothing;
  const Topology topology = line(3);
  SimulationConfig config = with_seed(1);
  config.network.bandwidth_bytes_per_s = 20'000;
  config.node.overlay.max_outbox_bytes = 10'000;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  Host& host = simulation.host();
  std::vector<std::uint16_t> tracks;
  for (int i = 0; i < 3000; ++i) {
    const auto track = host.ask({.origin = 0, .query = ask_for("boat"), .ttl = 2});
    REQUIRE(track.has_value());
    tracks.push_back(*track);
  }
  CHECK(host.node_counters().overlay.drops_query > 0);
  run_for(host, 30s);
  CHECK(host.counters().closed == 0);  // pongs went before queries
  std::uint64_t reached = 0;
  for (const auto track : tracks) reached += host.take_result(track).reached;
  const std::uint64_t dropped = host.node_counters().overlay.drops_query;
  CHECK(reached == 2 * (3000 - dropped));
  CHECK(host.frames_alive() == 0);
}

TEST_CASE("what a node had still to send is lost when it crashes, and nothing waits for it") {
  const NoContent nothing;
  const Topology topology = line(2);
  SimulationConfig config = with_seed(1);
  config.network.bandwidth_bytes_per_s = 1'000;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  Host& host = simulation.host();
  run_for(host, 5s);
  std::vector<std::uint16_t> tracks;
  for (int i = 0; i < 100; ++i)
    tracks.push_back(host.ask({.origin = 0, .query = ask_for("boat")}).value());
  run_for(host, 1s);
  host.crash(0);
  host.restart(0);
  for (const auto track : tracks) {
    run_for(host, 0s);
    if (host.is_done(track)) continue;
    run_for(host, 100ms);
    CHECK(host.is_done(track));
  }
  CHECK(host.counters().lost > 50);
  CHECK(host.frames_alive() == 0);
}

// ---- partition

TEST_CASE("a partition is silent: nothing crosses until it heals, and then everything does") {
  const NoContent nothing;
  const Topology topology = complete(40);
  SimulationConfig config = with_seed(5);
  config.network.partition = {.share = 0.25, .at = 1s, .heal = 11s};
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  Host& host = simulation.host();
  const TimePoint begin = host.now();
  CHECK(must(simulation.query(0, ask_for("boat"), 7)).reached == 39);
  host.run_until(begin + 2s);
  const QueryResult cut = must(simulation.query(0, ask_for("boat"), 7));
  CHECK((cut.reached == 9 || cut.reached == 29));
  CHECK(host.counters().cut > 0);
  CHECK(host.counters().closed == 0);  // ten seconds are not enough to miss anyone
  host.run_until(begin + 11s);
  CHECK(must(simulation.query(0, ask_for("boat"), 7)).reached == 39);
}

TEST_CASE("a partition that lasts is noticed as silence, and mended when nodes may dial") {
  const NoContent nothing;
  const Topology topology = random_regular(40, 6, Rng::from_seed(1));
  SimulationConfig config = with_seed(5);
  config.discover = true;
  config.node.overlay.listen_port = kDefaultPort;
  config.network.partition = {.share = 0.5, .at = 30s, .heal = 90s};
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  run_for(simulation.host(), 80s);
  CHECK(simulation.host().counters().closed > 0);
  CHECK(must(simulation.query(0, ask_for("boat"), 15)).reached == 19);
  run_for(simulation.host(), 180s);
  CHECK(must(simulation.query(0, ask_for("boat"), 15)).reached == 39);
}

// ---- clogged links

TEST_CASE("a clogged link takes nothing more and is given up after silence, by both ends") {
  const NoContent nothing;
  const Topology topology = line(2);
  SimulationConfig config = with_seed(1);
  config.network.clogged = 1;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  run_for(simulation.host(), 1s);
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
  CHECK(result.query_frames == 0);
  CHECK(result.reached == 0);
  CHECK(simulation.host().counters().closed == 0);
  run_for(simulation.host(), 30s);
  CHECK(simulation.host().counters().closed == 2);
  CHECK(simulation.host().node(0)->overlay().links().all().empty());
}

TEST_CASE("the share of links that clog is exact, and the seed's") {
  const Rng rng = Rng::from_seed(1);
  const Network network({.clogged = 0.1}, 10, rng);
  const auto clogged = network.clogged_of(1000);
  CHECK(clogged.size() == 100);
  CHECK(std::is_sorted(clogged.begin(), clogged.end()));
  CHECK(std::adjacent_find(clogged.begin(), clogged.end()) == clogged.end());
  CHECK(network.clogged_of(1000) == clogged);
  CHECK(Network({.clogged = 0.1}, 10, Rng::from_seed(2)).clogged_of(1000) != clogged);
}

// ---- crashes

TEST_CASE("a crash in the middle of a flood is silent, and the query ends all the same") {
  const NoContent nothing;
  const Topology topology = random_regular(200, 6, Rng::from_seed(2));
  SimulationConfig config = with_seed(1);
  config.network.latency = kUniform;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  Host& host = simulation.host();
  const auto track = host.ask({.origin = 0, .query = ask_for("boat")}).value();
  run_for(host, 60ms);
  for (NodeIndex node = 100; node < 200; ++node) host.crash(node);
  CHECK(host.alive() == 100);
  CHECK(host.counters().closed == 0);
  while (!host.is_done(track)) REQUIRE(host.step(TimePoint::max()));
  const QueryResult result = host.take_result(track);
  CHECK(result.alive == 200);
  CHECK(result.reached < 150);
  CHECK(host.counters().lost > 0);
}

TEST_CASE("who crashed and came back gets a query as if it were new, and counts once") {
  const NoContent nothing;
  const Topology topology = line(2);
  Simulation simulation(topology, with_seed(1), nothing);
  must(simulation.settle());
  Host& host = simulation.host();
  const auto track = host.ask({.origin = 0, .query = ask_for("boat")}).value();
  run_for(host, 1s);
  host.crash(1);
  host.restart(1);
  const QueryResult result = host.take_result(track);
  CHECK(result.reached == 1);
  CHECK(host.alive() == 2);
}

}  // namespace
}  // namespace freshet::sim::testing
