#include "node/core/bittorrent/tracker.h"

#include <doctest/doctest.h>

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

Announce from(Byte peer, std::uint64_t left, Announce::Event event = Announce::Event::none) {
  Announce announce;
  announce.peer_id.fill(peer);
  announce.port = static_cast<std::uint16_t>(6000 + peer);
  announce.left = left;
  announce.event = event;
  return announce;
}

const Endpoint kHost = *Endpoint::parse("10.0.0.2:1");

}  // namespace

TEST_CASE("a peer hears of those before it, and is forgotten when it stops or stays away") {
  Counters counters;
  Tracker tracker({}, counters, Rng(Rng::Key{}));
  TimePoint now;
  CHECK(tracker.announce(from(1, 5), kHost, now).peers.empty());
  const auto second = tracker.announce(from(2, 0), kHost, now);
  REQUIRE(second.peers.size() == 1);
  CHECK(second.peers.front().at.to_string() == "10.0.0.2:6001");
  CHECK(second.incomplete == 1);
  CHECK(tracker.announce(from(1, 5), kHost, now).complete == 1);
  CHECK(tracker.size() == 2);
  tracker.announce(from(1, 5, Announce::Event::stopped), kHost, now);
  CHECK(tracker.size() == 1);
  tracker.age(now + TrackerConfig{}.patience + std::chrono::seconds(1));
  CHECK(tracker.size() == 0);
}

TEST_CASE("one address fills no swarm, and no swarm grows without end") {
  Counters counters;
  Tracker tracker({.max_peers = 20}, counters, Rng(Rng::Key{}));
  const TimePoint now;
  for (Byte peer = 1; peer <= 30; ++peer) tracker.announce(from(peer, 5), kHost, now);
  CHECK(tracker.size() == TrackerConfig{}.max_peers_per_address);
  for (Byte peer = 1; peer <= 30; ++peer) {
    Endpoint other = kHost;
    other.address[15] = static_cast<Byte>(peer + 10);
    tracker.announce(from(static_cast<Byte>(peer + 100), 5), other, now);
  }
  CHECK(tracker.size() == 20);
  CHECK(counters.tracker_peers_dropped > 0);
}

TEST_CASE("a stranger is not told of peers in the network here, and those hear of all") {
  Counters counters;
  Tracker tracker({}, counters, Rng(Rng::Key{}));
  const TimePoint now;
  const Endpoint stranger = *Endpoint::parse("203.0.113.5:1");
  const Endpoint another = *Endpoint::parse("198.51.100.7:1");
  tracker.announce(from(1, 5), kHost, now);
  tracker.announce(from(2, 5), another, now);
  const auto told = tracker.announce(from(3, 5), stranger, now);
  REQUIRE(told.peers.size() == 1);
  CHECK(told.peers.front().at.to_string() == "198.51.100.7:6002");
  CHECK(told.incomplete == 2);
  CHECK(tracker.announce(from(4, 5), *Endpoint::parse("192.168.1.9:1"), now).peers.size() == 3);
  CHECK(tracker.peers({}, stranger, 50).size() == 2);
  CHECK(tracker.peers({}, kHost, 50).size() == 4);
}
