// The simulator's own parts: queue, frames, topologies, checkers.
#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "node/core/overlay/inline_vector.h"
#include "node/sim/arrival.h"
#include "node/sim/checkers.h"
#include "node/sim/event_queue.h"
#include "node/sim/plain_queue.h"
#include "node/sim/shared_frame.h"
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

struct Tick {
  std::uint32_t offset = 0;
  std::uint32_t id = 0;
};

Duration random_delay(Rng& rng) {
  switch (rng.below(6)) {
    case 0:
      return Duration{0};
    case 1:
      return Duration{static_cast<std::int64_t>(rng.below(1000))};
    case 2:
      return Duration{static_cast<std::int64_t>(rng.below(100'000'000))};
    case 3:
      return 50ms;
    case 4:
      return std::chrono::seconds(rng.below(30));
    default:
      return std::chrono::seconds(rng.below(2000));
  }
}

TEST_CASE("the queue gives events in order of time and insertion, like a plain heap") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Rng rng = Rng::from_seed(seed);
    EventQueue<Tick> queue;
    PlainQueue<Tick> plain;
    TimePoint now{};
    std::uint32_t next = 0;
    for (int step = 0; step < 5000; ++step) {
      for (std::uint64_t i = rng.below(step < 3000 ? 3 : 2); i > 0; --i) {
        const TimePoint at = now + random_delay(rng);
        queue.push(at, {.id = next});
        plain.push(at, {.id = next++});
      }
      const TimePoint limit = rng.below(4) == 0 ? now + random_delay(rng) : TimePoint::max();
      const bool due = plain.is_due(limit);
      REQUIRE(queue.is_due(limit) == due);
      if (!due) continue;
      const auto got = queue.pop();
      const auto expected = plain.pop();
      REQUIRE(got.event.id == expected.event.id);
      REQUIRE(got.at == expected.at);
      now = got.at;
    }
    CHECK(queue.size() == plain.size());
  }
}

TEST_CASE("a bucket of thousands of events is in order, equals as they came") {
  Rng rng = Rng::from_seed(1);
  EventQueue<Tick> queue;
  PlainQueue<Tick> plain;
  for (std::uint32_t id = 0; id < 20'000; ++id) {
    const TimePoint at{Duration{static_cast<std::int64_t>(5'000'000 + rng.below(40'000))}};
    queue.push(at, {.id = id});
    plain.push(at, {.id = id});
  }
  while (plain.is_due(TimePoint::max())) {
    REQUIRE(queue.is_due(TimePoint::max()));
    REQUIRE(queue.pop().event.id == plain.pop().event.id);
  }
  CHECK(queue.empty());
}

TEST_CASE("looking for events before a time does not disturb those that come in between") {
  EventQueue<Tick> queue;
  queue.push(TimePoint{} + 100s, {.id = 1});
  CHECK_FALSE(queue.is_due(TimePoint{} + 50s));
  queue.push(TimePoint{} + 60s, {.id = 2});
  CHECK_FALSE(queue.is_due(TimePoint{} + 60s - 1ns));
  REQUIRE(queue.is_due(TimePoint{} + 60s));
  CHECK(queue.pop().event.id == 2);
}

TEST_CASE("what arrived at a node is one link and the fewest hops, until it crashes") {
  Arrival arrival;
  CHECK(arrival.never_came());
  CHECK_FALSE(arrival.is_known());
  CHECK(arrival.fewest_hops() == 0xFF);
  arrival = Arrival::on(LinkId{Arrival::kMaxLinks - 1}, 5);
  arrival.came_again_after(7);
  CHECK(arrival.fewest_hops() == 5);
  arrival.came_again_after(3);
  CHECK(arrival.fewest_hops() == 3);
  CHECK(arrival.link() == LinkId{Arrival::kMaxLinks - 1});
  CHECK(arrival.is_known());
  arrival = Arrival::forgotten();
  CHECK_FALSE(arrival.is_known());
  CHECK_FALSE(arrival.never_came());
  CHECK_FALSE(arrival.link().has_value());
  CHECK(Arrival::at_origin().is_known());
  CHECK_FALSE(Arrival::at_origin().link().has_value());
}

TEST_CASE("a vector in place keeps what it has when it outgrows its place, and when some go") {
  core::overlay::InlineVector<std::unique_ptr<int>, 2> numbers;
  for (int i = 0; i < 9; ++i) numbers.push_back(std::make_unique<int>(i));
  numbers.erase_at(8);
  numbers.erase_at(0);
  numbers.erase_at(3);
  std::vector<int> left;
  for (const auto& number : numbers) left.push_back(*number);
  CHECK(left == std::vector<int>{1, 2, 3, 5, 6, 7});
  numbers.clear();
  CHECK(numbers.empty());
  CHECK(*numbers.push_back(std::make_unique<int>(4)) == 4);
}

TEST_CASE("a shared frame is the wire's bytes, with each hop's own header") {
  FramePool pool;
  const Bytes body{1, 2, 3, 4, 5};
  const wire::FrameHeader header{.guid = Rng::from_seed(1).guid(),
                                 .type = wire::FrameType::query,
                                 .ttl = 7,
                                 .hops = 0,
                                 .body_bytes = 5};
  SharedFrame* frame = pool.make(header, body);
  frame->references = 2;
  for (const std::uint8_t hops : {std::uint8_t{0}, std::uint8_t{3}}) {
    const ByteView bytes = frame->stamped(hops);
    REQUIRE(bytes.size() == wire::kFrameHeaderBytes + body.size());
    const wire::FrameHeader read = wire::decode_header(bytes.data());
    CHECK(read.guid == header.guid);
    CHECK(read.type == header.type);
    CHECK(read.ttl == 7 - hops);
    CHECK(read.hops == hops);
    CHECK(read.body_bytes == 5);
    CHECK(std::equal(body.begin(), body.end(), bytes.begin() + wire::kFrameHeaderBytes));
  }
  pool.release(frame);
  CHECK(pool.live() == 1);
  pool.release(frame);
  CHECK(pool.live() == 0);
}

TEST_CASE("frames of every size fit, and their memory is used again") {
  FramePool pool;
  for (const std::size_t size : {std::size_t{0},
                                 std::size_t{1},
                                 std::size_t{29},
                                 std::size_t{30},
                                 std::size_t{41},
                                 std::size_t{1000},
                                 std::size_t{65536}}) {
    const Bytes body(size, 7);
    SharedFrame* frame = pool.make({.guid = {}, .type = wire::FrameType::query}, body);
    frame->references = 1;
    const ByteView bytes = frame->stamped(0);
    CHECK(bytes.size() == wire::kFrameHeaderBytes + size);
    CHECK(std::count(bytes.begin() + wire::kFrameHeaderBytes, bytes.end(), 7)
          == static_cast<std::ptrdiff_t>(size));
    pool.release(frame);
    SharedFrame* again = pool.make({.guid = {}, .type = wire::FrameType::query}, body);
    CHECK(again == frame);
    pool.recycle(again);
  }
}

TEST_CASE("a body that a node passes on is shared, not copied") {
  const NoContent nothing;
  const Topology topology = complete(16);
  Simulation simulation(topology, with_seed(1), nothing);
  must(simulation.settle());
  run_for(simulation.host(), 1s);
  REQUIRE(simulation.host().frames_alive() == 0);
  const auto track = simulation.host().ask({.origin = 0, .query = ask_for("boat")});
  REQUIRE(track.has_value());
  std::size_t most = 0;
  while (!simulation.host().is_done(*track)) {
    most = std::max(most, simulation.host().frames_alive());
    REQUIRE(simulation.host().step(TimePoint::max()));
  }
  CHECK(most == 1);
  CHECK(simulation.host().frames_alive() == 0);
}

TEST_CASE("generated topologies are what they say") {
  CHECK(line(10).edges.size() == 9);
  CHECK(ring(10).edges.size() == 10);
  CHECK(grid(3, 4).edges.size() == 17);
  CHECK(complete(10).edges.size() == 45);
  CHECK(star(10).degrees()[0] == 9);
  for (const NodeIndex degree : {2U, 3U, 8U, 19U}) {
    CAPTURE(degree);
    const Topology topology = random_regular(20, degree, Rng::from_seed(degree));
    for (const NodeIndex each : topology.degrees()) CHECK(each == degree);
    CHECK(component_of(topology, 0).nodes == 20);
    const std::set<Topology::Edge> distinct(topology.edges.begin(), topology.edges.end());
    CHECK(distinct.size() == topology.edges.size());
    for (const auto& [a, b] : topology.edges) CHECK(a < b);
  }
}

TEST_CASE("a random graph is its seed's") {
  const auto edges = [](std::uint64_t seed) {
    return random_regular(100, 4, Rng::from_seed(seed)).edges;
  };
  CHECK(edges(1) == edges(1));
  CHECK(edges(1) != edges(2));
}

TEST_CASE("an edge list keeps labels and drops comments, loops and doubles") {
  const auto read = from_edge_list("# comment\n10\t20\r\n20 10\n\n30 30\n 5 10\n10 20\n");
  REQUIRE(read.ok());
  CHECK(read->labels == std::vector<std::uint64_t>{5, 10, 20, 30});
  CHECK(read->nodes == 4);
  CHECK(read->edges == std::vector<Topology::Edge>{{0, 1}, {1, 2}});
  CHECK(component_of(*read, 0).nodes == 3);
  CHECK(component_of(*read, 3).nodes == 1);
}

TEST_CASE("an edge list that is none says in which line") {
  for (const char* text : {"1 2\nthree 4\n", "1 2\n3\n", "1 2\n3 4 5\n", "1 2\n-3 4\n"}) {
    const auto read = from_edge_list(text);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().message.find("line 2") != std::string::npos);
  }
}

TEST_CASE("addresses and nodes map to each other") {
  for (const NodeIndex node : {0U, 1U, 255U, 65536U, 1'000'000U}) {
    CHECK(node_at(endpoint_of(node)) == node);
    CHECK(endpoint_of(node).is_dialable());
  }
  CHECK_FALSE(node_at(Endpoint::v4({192, 0, 2, 1}, kDefaultPort)).has_value());
  CHECK_FALSE(node_at(Endpoint::v4({10, 0, 0, 1}, 1)).has_value());
}

// ---- the checkers can fail

struct Breach {
  Breach() : frame(pool.make({.guid = {}, .type = wire::FrameType::query}, {})) {
    incoming = {.frame = frame, .link = LinkId{1}, .ttl = 5, .hops = 2};
  }
  [[nodiscard]] Outgoing onward(const wire::FrameHeader& header,
                                std::span<const LinkId> links) const {
    return {.node = 9, .at = TimePoint{}, .header = header, .links = links, .is_onward = true};
  }
  FramePool pool;
  SharedFrame* frame;
  Incoming incoming;
  Checkers checkers{42, "do it again"};
};

TEST_CASE("the checkers let a rightful relay pass") {
  Breach breach;
  const std::vector<LinkId> links{LinkId{2}, LinkId{3}};
  const wire::FrameHeader header{.guid = {}, .ttl = 4, .hops = 3};
  breach.checkers.check_sent(breach.onward(header, links), breach.incoming);
  CHECK_FALSE(breach.checkers.failure().has_value());
}

TEST_CASE("the checkers catch a frame that goes back, with seed and reproduction") {
  Breach breach;
  const std::vector<LinkId> links{LinkId{2}, LinkId{1}};
  const wire::FrameHeader header{.guid = {}, .ttl = 4, .hops = 3};
  breach.checkers.check_sent(breach.onward(header, links), breach.incoming);
  REQUIRE(breach.checkers.failure().has_value());
  CHECK(breach.checkers.failure()->find("node 9") != std::string::npos);
  CHECK(breach.checkers.failure()->find("seed 42") != std::string::npos);
  CHECK(breach.checkers.failure()->find("do it again") != std::string::npos);
}

TEST_CASE("the checkers catch a TTL that is not used up, and hops that are not counted") {
  for (const auto& [ttl, hops] : {std::pair{5, 3}, std::pair{4, 2}, std::pair{3, 4}}) {
    Breach breach;
    const std::vector<LinkId> links{LinkId{2}};
    const wire::FrameHeader header{
        .guid = {}, .ttl = static_cast<std::uint8_t>(ttl), .hops = static_cast<std::uint8_t>(hops)};
    breach.checkers.check_sent(breach.onward(header, links), breach.incoming);
    CHECK(breach.checkers.failure().has_value());
  }
}

TEST_CASE("the checkers catch a hit that takes another way") {
  for (const bool has_route : {true, false}) {
    Breach breach;
    const std::vector<LinkId> links{LinkId{2}};
    const wire::FrameHeader header{
        .guid = {}, .type = wire::FrameType::query_hit, .ttl = 4, .hops = 3};
    breach.checkers.check_hit(breach.onward(header, links),
                              has_route ? std::optional(LinkId{3}) : std::nullopt);
    CHECK(breach.checkers.failure().has_value());
  }
}

TEST_CASE("the checkers catch a table that grows without bound") {
  Breach breach;
  breach.checkers.check_table(1, TimePoint{}, 10, 10);
  CHECK_FALSE(breach.checkers.failure().has_value());
  breach.checkers.check_table(1, TimePoint{}, 11, 10);
  CHECK(breach.checkers.failure().has_value());
}

}  // namespace
}  // namespace freshet::sim::testing
