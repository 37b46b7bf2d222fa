// Nodes on one machine find each other over the loopback interface.
#include "node/io/net/discovery.h"

#include <map>

#include <asio/ip/udp.hpp>
#include <doctest/doctest.h>

#include "node/wire/overlay/beacon.h"
#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

using asio::ip::udp;

Endpoint loopback(std::uint16_t port) {
  return Endpoint::v4({127, 0, 0, 1}, port);
}

NodeKey peer_named(Byte number) {
  NodeKey key;
  key.bytes.fill(number);
  return key;
}

std::uint16_t free_udp_port(asio::io_context& io) {
  return udp::socket(io, udp::endpoint(udp::v4(), 0)).local_endpoint().port();
}

// A node that takes down whom it heard of.
struct Hearer {
  Hearer(asio::io_context& io, Byte number, std::uint16_t udp_port, const Endpoint& listening)
      : discovery(io,
                  peer_named(number),
                  static_cast<std::uint16_t>(1000 + number),
                  {listening},
                  [this](const NodeKey& node, const Endpoint& where) { seen[node] = where; }) {
    DiscoveryConfig config;
    config.udp_port = udp_port;
    discovery.set_config(config);
    discovery.start();
  }
  [[nodiscard]] bool knows(Byte number) const { return seen.contains(peer_named(number)); }
  std::map<NodeKey, Endpoint> seen;
  Discovery discovery;
};

TEST_CASE("a beacon tells the address of its sender and the port that it takes connections on") {
  asio::io_context io;
  const auto port = free_udp_port(io);
  const Hearer one(io, 1, port, loopback(1001));
  const Hearer two(io, 2, port, loopback(1002));
  REQUIRE(run_until(io, [&] { return one.knows(2) && two.knows(1); }));
  CHECK(one.seen.at(peer_named(2)) == loopback(1002));
  CHECK(two.seen.at(peer_named(1)) == loopback(1001));
  CHECK_FALSE(one.knows(1));
}

TEST_CASE("every node of one machine hears a beacon, and each answers the newcomer itself") {
  asio::io_context io;
  const auto port = free_udp_port(io);
  const Hearer one(io, 1, port, loopback(1001));
  const Hearer two(io, 2, port, loopback(1002));
  const Hearer three(io, 3, port, loopback(1003));
  REQUIRE(run_until(
      io, [&] { return one.seen.size() == 2 && two.seen.size() == 2 && three.seen.size() == 2; }));
  const Hearer late(io, 4, port, loopback(1004));
  // Long before anybody's next beacon (30 s; run_until is less patient): these are answers.
  REQUIRE(run_until(io, [&] { return late.seen.size() == 3; }));
  CHECK(one.discovery.counters().replies >= 1);
  CHECK(three.discovery.counters().replies >= 1);
}

TEST_CASE("datagrams that are no beacon are counted, and answered by nothing") {
  asio::io_context io;
  const auto port = free_udp_port(io);
  const Hearer one(io, 1, port, loopback(1001));
  REQUIRE(run_until(io, [&] { return one.discovery.counters().sent > 0; }));
  udp::socket stranger(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  const udp::endpoint to(asio::ip::address_v4::loopback(), port);
  const Bytes noise(100, Byte{0xEE});
  const Bytes large(2000, Byte{8});
  stranger.send_to(asio::buffer(noise), to);
  stranger.send_to(asio::buffer(large), to);
  stranger.send_to(asio::buffer(Bytes{}), to);
  CHECK(run_until(io, [&] { return one.discovery.counters().malformed == 3; }));
  CHECK(one.seen.empty());
  CHECK(one.discovery.counters().replies == 0);
}

TEST_CASE("a stranger's beacon is answered once, and an answer never") {
  asio::io_context io;
  const auto port = free_udp_port(io);
  const Hearer one(io, 1, port, loopback(1001));
  REQUIRE(run_until(io, [&] { return one.discovery.counters().sent > 0; }));
  udp::socket stranger(io, udp::endpoint(asio::ip::address_v4::loopback(), 0));
  const udp::endpoint to(asio::ip::address_v4::loopback(), port);
  const auto says = [&](bool reply) {
    stranger.send_to(asio::buffer(wire::encode_beacon(
                         {.node = peer_named(9), .listen_port = 9, .reply = reply})),
                     to);
  };
  says(true);
  REQUIRE(run_until(io, [&] { return one.discovery.counters().heard == 1; }));
  CHECK(one.discovery.counters().replies == 0);
  for (int i = 0; i < 3; ++i) says(false);
  REQUIRE(run_until(io, [&] { return one.discovery.counters().heard == 4; }));
  CHECK(one.discovery.counters().replies == 1);
  CHECK(one.seen.at(peer_named(9)) == loopback(9));
}

TEST_CASE("after stop nothing calls back") {
  asio::io_context io;
  const auto port = free_udp_port(io);
  Hearer one(io, 1, port, loopback(1001));
  REQUIRE(run_until(io, [&] { return one.discovery.counters().sent > 0; }));
  one.discovery.stop();
  const Hearer two(io, 2, port, loopback(1002));
  REQUIRE(run_until(io, [&] { return two.discovery.counters().sent > 0; }));
  io.restart();
  io.poll();
  CHECK(one.seen.empty());
}

TEST_CASE("a node may go as soon as it came") {
  asio::io_context io;
  for (int steps = 0; steps < 20; ++steps) {
    const Hearer gone(io, 1, free_udp_port(io), loopback(1001));
    for (int i = 0; i < steps; ++i) io.run_one_for(std::chrono::milliseconds(1));
  }
  io.restart();
  io.poll();
}

}  // namespace
}  // namespace freshet::io::test
