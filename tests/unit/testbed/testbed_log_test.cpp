#include "node/bench/testbed_log.h"

#include <doctest/doctest.h>

namespace freshet::bench {
namespace {

using std::chrono::milliseconds;

Guid guid_of(Byte fill) {
  Guid guid;
  guid.bytes.fill(fill);
  return guid;
}

io::testbed::News news(io::testbed::QueryAccount account) {
  io::testbed::News made;
  made.queries.push_back(std::move(account));
  return made;
}

io::testbed::QueryAccount account(Byte guid) {
  io::testbed::QueryAccount made;
  made.guid = guid_of(guid);
  return made;
}

/// Node 0 asks, node 1 gets it and node 2 twice, who has it.
TestbedLog three_nodes() {
  TestbedLog log(3);
  log.asked(4, guid_of(1), 0, 3);
  auto origin = account(1);
  origin.is_origin = true;
  origin.asked_at = TimePoint{milliseconds(1000)};
  origin.messages = origin.query_frames = origin.out_frames = 2;
  origin.bytes = 80;
  origin.hits_in = 1;
  origin.hits = 1;
  origin.first_hit_at = TimePoint{milliseconds(1100)};
  origin.first_hit_hops = 1;
  log.hear(0, news(origin));
  auto relay = account(1);
  relay.frames_in = 1;
  relay.first_at = TimePoint{milliseconds(1050)};
  relay.messages = relay.query_frames = relay.out_frames = 1;
  relay.bytes = 40;
  log.hear(1, news(relay));
  return log;
}

}  // namespace

TEST_CASE("a query rests when all that was sent of it arrived, and its origin is not at it") {
  TestbedLog log = three_nodes();
  CHECK_FALSE(log.is_at_rest(guid_of(1)));
  auto holder = account(1);
  holder.frames_in = 2;
  holder.duplicates = 1;
  holder.first_at = TimePoint{milliseconds(1050)};
  holder.out_frames = 1;
  CHECK(log.hear(2, news(holder)));
  CHECK(log.is_at_rest(guid_of(1)));
  const std::uint64_t moves = log.moves(guid_of(1));
  CHECK(log.hear(2, news(holder)));
  CHECK(log.moves(guid_of(1)) == moves);
  CHECK_FALSE(log.hear(2, news(account(9))));
  const auto row = log.row(guid_of(1), TimePoint{milliseconds(500)});
  REQUIRE(row);
  CHECK(row->query == 4);
  CHECK(row->messages == 3);
  CHECK(row->duplicates == 1);
  CHECK(row->bytes == 120);
  CHECK(row->reached == 2);
  CHECK(row->coverage() == 1);
  CHECK(row->hits == 1);
  CHECK(row->first_hit_ms == 100);
  CHECK(row->last_reached_ms == 50);
  CHECK(row->asked_at_s == 0.5);
  CHECK(log.loads({1, 1, 1})[2].frames_in == 2);
}

TEST_CASE("what vanished on its way is not under way") {
  TestbedLog log = three_nodes();
  auto holder = account(1);
  holder.frames_in = 1;
  holder.lost = 1;
  holder.first_at = TimePoint{milliseconds(1050)};
  holder.out_frames = 1;
  log.hear(2, news(holder));
  CHECK(log.is_at_rest(guid_of(1)));
}

TEST_CASE("a query whose origin was never heard of has no row") {
  TestbedLog log(2);
  log.asked(0, guid_of(1), 0, 2);
  CHECK_FALSE(log.is_at_rest(guid_of(1)));
  CHECK_FALSE(log.row(guid_of(1), TimePoint{}));
}

TEST_CASE("late deliveries count from when the workload began") {
  TestbedLog log(2);
  io::testbed::News said;
  said.late = 3;
  said.worst_late = std::chrono::milliseconds(140);
  log.hear(0, said);
  log.begin();
  CHECK(log.late() == 0);
  CHECK(log.worst_late() == Duration{});
  said.late = 5;
  said.worst_late = std::chrono::milliseconds(12);
  log.hear(0, said);
  said.worst_late = {};
  log.hear(1, said);
  CHECK(log.late() == 7);
  CHECK(log.worst_late() == std::chrono::milliseconds(12));
}

}  // namespace freshet::bench
