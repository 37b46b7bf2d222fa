#include "node/io/testbed/shaper.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <doctest/doctest.h>

namespace freshet::io::testbed {
namespace {

using std::chrono::milliseconds;

/// A clock that the test moves: real time is so far away, or so long past, that the timer fires at
/// once or never.
class Outside final : public ShaperOutside {
 public:
  TimePoint clock_now{};
  std::vector<std::pair<std::uint32_t, TimePoint>> got;  ///< links, as of when
  std::vector<std::uint32_t> gone_links;
  std::size_t refused = 0;
  std::optional<NodeKey> alias;

  [[nodiscard]] TimePoint now() const override { return clock_now; }
  [[nodiscard]] TimePoint clock() const override { return clock_now; }
  [[nodiscard]] std::chrono::steady_clock::time_point real(TimePoint time) const override {
    const auto far = std::chrono::hours(time <= clock_now ? -1 : 1);
    return std::chrono::steady_clock::now() + far;
  }
  LinkId introduced(LinkId link, const std::optional<NodeKey>& as) override {
    alias = as;
    return LinkId{link.value + 100};
  }
  void received(LinkId link, ByteView /*frame*/, TimePoint at) override {
    got.emplace_back(link.value, at);
  }
  void gone(LinkId link, TimePoint /*at*/) override { gone_links.push_back(link.value); }
  void refuse(LinkId /*link*/) override { ++refused; }
};

struct Rig {
  explicit Rig(Setup setup = made()) : shaper(io, setup, ledger, outside) {}
  static Setup made() {
    Setup setup;
    setup.node = 1;
    setup.delay = {.kind = Delay::Kind::constant, .low = milliseconds(50)};
    return setup;
  }
  Bytes greeting(Byte alias = 7) {
    Bytes bytes(Shaper::kGreetingBytes, alias);
    store_le(std::uint32_t{2}, bytes.data());
    return bytes;
  }
  Bytes frame(TimePoint sent, std::uint32_t body = 0) {
    const TimePoint before = std::exchange(outside.clock_now, sent);
    const auto stamped =
        shaper.stamp({.guid = {}, .type = wire::FrameType::query, .ttl = 3, .body_bytes = body});
    outside.clock_now = before;
    Bytes bytes(stamped.begin(), stamped.end());
    bytes.resize(bytes.size() + body);
    return bytes;
  }

  asio::io_context io;
  Ledger ledger;
  Outside outside;
  Shaper shaper;
};

}  // namespace

TEST_CASE("a frame is delivered as of when it was sent and its latency, cut anywhere on its way") {
  Rig rig;
  Bytes stream = rig.greeting();
  const Bytes frame = rig.frame(TimePoint{milliseconds(10)}, 5);
  stream.insert(stream.end(), frame.begin(), frame.end());
  rig.outside.clock_now = TimePoint{milliseconds(10)};
  LinkId link{1};
  for (std::size_t i = 0; i < stream.size(); ++i) {
    rig.shaper.take(link, ByteView(stream).subspan(i, 1));
    if (i + 1 == Shaper::kGreetingBytes) link = LinkId{101};
  }
  CHECK(rig.outside.alias.has_value());
  CHECK(rig.outside.got.empty());
  rig.outside.clock_now = TimePoint{milliseconds(62)};
  rig.shaper.take(LinkId{2}, rig.greeting());
  rig.shaper.take(LinkId{102}, rig.frame(TimePoint{}));
  rig.io.poll();
  const std::vector<std::pair<std::uint32_t, TimePoint>> in_order = {
      {102, TimePoint{milliseconds(50)}}, {101, TimePoint{milliseconds(60)}}};
  CHECK(rig.outside.got == in_order);
  CHECK(rig.shaper.counters().late == 0);
  CHECK(rig.shaper.take_worst_late() == milliseconds(12));
  CHECK(rig.shaper.take_worst_late() == Duration{});
}

TEST_CASE("a delivery that is late by more than half its latency is counted") {
  Rig rig;
  rig.shaper.take(LinkId{1}, rig.greeting(0));
  CHECK_FALSE(rig.outside.alias.has_value());
  rig.outside.clock_now = TimePoint{milliseconds(76)};
  rig.shaper.take(LinkId{101}, rig.frame(TimePoint{}));
  rig.io.poll();
  CHECK(rig.shaper.counters().deliveries == 1);
  CHECK(rig.shaper.counters().late == 1);
}

TEST_CASE("a connection that breaks says nothing; one that is closed ends after what it carried") {
  Rig rig;
  rig.shaper.take(LinkId{1}, rig.greeting());
  rig.shaper.take(LinkId{2}, rig.greeting());
  rig.shaper.ended(LinkId{101}, true);
  rig.outside.clock_now = TimePoint{milliseconds(60)};
  rig.shaper.take(LinkId{102}, rig.frame(TimePoint{}));
  rig.shaper.ended(LinkId{102}, false);
  rig.io.poll();
  CHECK(rig.outside.got.size() == 1);
  CHECK(rig.outside.gone_links == std::vector<std::uint32_t>{102});
  CHECK(rig.shaper.closes(LinkId{101}));  // when the core finds out
  rig.io.restart();
  rig.io.poll();
  CHECK(rig.outside.gone_links == std::vector<std::uint32_t>{102, 101});
  CHECK_FALSE(rig.shaper.closes(LinkId{103}));
}

TEST_CASE("a frame of the future, or from before all time, was sent now, or at the beginning") {
  for (const std::int64_t stamp : {INT64_MAX, INT64_MIN}) {
    Rig rig;
    rig.shaper.take(LinkId{1}, rig.greeting());
    rig.outside.clock_now = TimePoint{milliseconds(60)};
    Bytes frame = rig.frame(TimePoint{});
    store_le(stamp, frame.data());
    rig.shaper.take(LinkId{101}, frame);
    rig.outside.clock_now = TimePoint{milliseconds(110)};
    rig.shaper.take(LinkId{2}, rig.greeting());
    rig.shaper.take(LinkId{102}, rig.frame(TimePoint{}));
    rig.io.poll();
    const auto due = TimePoint{milliseconds(stamp > 0 ? 110 : 50)};
    CHECK(std::count(rig.outside.got.begin(), rig.outside.got.end(), std::pair(101U, due)) == 1);
  }
}

TEST_CASE("a body beyond the limit ends the link") {
  Rig rig;
  rig.shaper.take(LinkId{1}, rig.greeting());
  Bytes frame = rig.frame(TimePoint{});
  store_le(wire::kMaxBodyBytes + 1, frame.data() + Shaper::kStampBytes + 19);
  rig.shaper.take(LinkId{101}, frame);
  CHECK(rig.outside.refused == 1);
}

TEST_CASE("frames vanish once the workload has begun, but never those that keep a link") {
  Setup setup = Rig::made();
  setup.loss = 1.0;
  Rig rig(setup);
  rig.shaper.take(LinkId{1}, rig.greeting());
  rig.outside.clock_now = TimePoint{milliseconds(60)};
  rig.shaper.take(LinkId{101}, rig.frame(TimePoint{}));
  rig.io.poll();
  CHECK(rig.outside.got.size() == 1);
  rig.shaper.begin_faults();
  rig.shaper.take(LinkId{101}, rig.frame(TimePoint{}));
  rig.io.restart();
  rig.io.poll();
  CHECK(rig.outside.got.size() == 1);
  std::vector<QueryAccount> accounts;
  rig.ledger.take(accounts, [](const Guid&) { return false; });
  REQUIRE(accounts.size() == 1);
  CHECK(accounts.front().lost == 1);
}

TEST_CASE("a faulty node passes no query on, and asks its own") {
  Setup setup = Rig::made();
  setup.drops_queries = true;
  const Rig rig(setup);
  CHECK(rig.shaper.passes({.guid = {}, .type = wire::FrameType::query, .hops = 0}));
  CHECK_FALSE(rig.shaper.passes({.guid = {}, .type = wire::FrameType::query, .hops = 1}));
  CHECK(rig.shaper.passes({.guid = {}, .type = wire::FrameType::query_hit, .hops = 1}));
}

}  // namespace freshet::io::testbed
