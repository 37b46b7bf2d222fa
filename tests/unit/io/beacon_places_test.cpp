// Where a node says that it is there.
#include "node/io/net/beacon_places.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet::io {
namespace {

constexpr std::size_t kMost = 16;

Endpoint at(const std::string& text) {
  const auto endpoint = Endpoint::parse(text);
  REQUIRE(endpoint);
  return *endpoint;
}

InterfaceAddress own(const std::string& address, unsigned bits) {
  return {.address = at(address + ":0"), .broadcast = std::nullopt, .prefix_bits = bits};
}

Interface lan(const std::string& name, std::uint32_t index) {
  const std::string number = std::to_string(index);
  return {.name = name,
          .index = index,
          .up = true,
          .multicast = true,
          .addresses = {own("10.0." + number + ".1", 24),
                        own("[fd00:" + number + "::1]", 64),
                        own("[fe80::1%" + number + "]", 64)}};
}

Interface local_place() {
  return {.name = "lo",
          .index = 1,
          .up = true,
          .loopback = true,
          .addresses = {own("127.0.0.1", 8), own("[::1]", 128)}};
}

std::vector<std::string> sources(const std::vector<Interface>& interfaces,
                                 const std::vector<Endpoint>& listening) {
  std::vector<std::string> texts;
  for (const BeaconPlace& place : beacon_places(interfaces, listening, kMost))
    texts.push_back(place.source.address.to_string());
  return texts;
}

using Texts = std::vector<std::string>;
std::vector<Endpoint> everywhere() {
  return {at("0.0.0.0:7346"), at("[::]:7346")};
}

TEST_CASE("each interface and family is a place, IPv6 with its link-local address") {
  CHECK(sources({local_place(), lan("a", 2), lan("b", 3)}, everywhere())
        == Texts{"10.0.2.1:0", "[fe80::1%2]:0", "10.0.3.1:0", "[fe80::1%3]:0"});
}

TEST_CASE("a node that listens on one address says so on that interface alone") {
  const std::vector<Interface> all = {local_place(), lan("a", 2), lan("b", 3)};
  CHECK(sources(all, {at("10.0.3.1:1")}) == Texts{"10.0.3.1:0"});
  CHECK(sources(all, {at("[fd00:3::1]:1")}) == Texts{"[fd00:3::1]:0"});
  CHECK(sources(all, {at("127.0.0.1:1")}) == Texts{"127.0.0.1:0"});
  CHECK(sources(all, {at("[::1]:1")}) == Texts{"[::1]:0"});
  CHECK(sources(all, {at("10.9.9.9:1")}).empty());
}

TEST_CASE("loopback serves when there is nothing else") {
  CHECK(sources({local_place()}, {at("0.0.0.0:1")}) == Texts{"127.0.0.1:0"});
}

TEST_CASE("interfaces that are down and tunnels are no places") {
  auto down = lan("a", 2);
  down.up = false;
  auto tunnel = lan("b", 3);
  tunnel.point_to_point = true;
  CHECK(sources({down, tunnel}, everywhere()).empty());
}

TEST_CASE("there are only so many interfaces") {
  std::vector<Interface> many;
  for (std::uint32_t i = 2; i < 60; ++i) many.push_back(lan("a", i));
  CHECK(beacon_places(many, {at("0.0.0.0:1")}, kMost).size() == kMost);
}

TEST_CASE("neighbours are on a network of the interface") {
  const auto places = beacon_places({lan("a", 2)}, everywhere(), kMost);
  REQUIRE(places.size() == 2);
  CHECK(is_neighbour(places[0], at("10.0.2.200:9")));
  CHECK_FALSE(is_neighbour(places[0], at("10.0.3.200:9")));
  CHECK_FALSE(is_neighbour(places[0], at("[fe80::9%2]:9")));
  CHECK(is_neighbour(places[1], at("[fe80::9%2]:9")));
  CHECK_FALSE(is_neighbour(places[1], at("[fe80::9%3]:9")));
  CHECK(is_neighbour(places[1], at("[fd00:2::9]:9")));
  CHECK_FALSE(is_neighbour(places[1], at("[2001:db8::9]:9")));
}

}  // namespace
}  // namespace freshet::io
