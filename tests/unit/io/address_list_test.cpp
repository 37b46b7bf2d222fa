// Which addresses go into hits.
#include "node/io/net/address_list.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet::io {
namespace {

Interface with(const std::vector<std::string>& addresses) {
  Interface each{.name = "lan0", .index = 2, .up = true, .multicast = true, .addresses = {}};
  for (const std::string& text : addresses) {
    const auto address = Endpoint::parse(text + ":0");
    REQUIRE(address);
    each.addresses.push_back({.address = *address, .broadcast = std::nullopt});
  }
  return each;
}

std::vector<std::string> usable(const std::vector<std::string>& listening,
                                const std::vector<Interface>& interfaces) {
  std::vector<Endpoint> endpoints;
  endpoints.reserve(listening.size());
  for (const std::string& text : listening) endpoints.push_back(*Endpoint::parse(text));
  std::vector<std::string> texts;
  texts.reserve(kMaxUsableAddresses);
  for (const Endpoint& each : usable_addresses(endpoints, interfaces))
    texts.push_back(each.to_string());
  return texts;
}

using Texts = std::vector<std::string>;
Interface local() {
  return with({"127.0.0.1", "[::1]"});
}

TEST_CASE("IPv4 comes first, and link-local and loopback are left out") {
  const auto lan = with({"[fd00::2]", "192.0.2.2", "[fe80::1%2]", "10.0.0.1"});
  CHECK(usable({"0.0.0.0:7", "[::]:8"}, {local(), lan})
        == Texts{"192.0.2.2:7", "10.0.0.1:7", "[fd00::2]:8"});
}

TEST_CASE("only the family that is listened on counts") {
  const auto lan = with({"[fd00::2]", "192.0.2.2"});
  CHECK(usable({"0.0.0.0:7"}, {lan}) == Texts{"192.0.2.2:7"});
  CHECK(usable({"[fd00::2]:7"}, {lan}) == Texts{"[fd00::2]:7"});
}

TEST_CASE("one given address stands alone") {
  const auto lan = with({"192.0.2.2", "10.0.0.1"});
  CHECK(usable({"10.0.0.1:7"}, {local(), lan}) == Texts{"10.0.0.1:7"});
  CHECK(usable({"127.0.0.1:7"}, {local(), lan}) == Texts{"127.0.0.1:7"});
}

TEST_CASE("loopback is used when there is nothing else") {
  CHECK(usable({"0.0.0.0:7"}, {local(), with({"[fe80::1%2]"})}) == Texts{"127.0.0.1:7"});
}

TEST_CASE("an address of a network without DHCP is used when there is no other IPv4") {
  CHECK(usable({"0.0.0.0:7"}, {local(), with({"169.254.1.2"})}) == Texts{"169.254.1.2:7"});
  CHECK(usable({"0.0.0.0:7"}, {with({"169.254.1.2", "10.0.0.1"})}) == Texts{"10.0.0.1:7"});
}

TEST_CASE("an interface that is down has no usable address") {
  auto down = with({"192.0.2.2"});
  down.up = false;
  CHECK(usable({"0.0.0.0:7"}, {down}).empty());
}

TEST_CASE("an address that was given is usable before its interface is up") {
  auto down = with({"192.0.2.2"});
  down.up = false;
  CHECK(usable({"192.0.2.2:7"}, {local(), down}) == Texts{"192.0.2.2:7"});
  CHECK(usable({"192.0.2.2:7"}, {}) == Texts{"192.0.2.2:7"});
  CHECK(usable({"[fe80::1%2]:7"}, {}).empty());
}

TEST_CASE("there are never more than the limit") {
  std::vector<std::string> many;
  for (int i = 1; i < 30; ++i) many.push_back("10.0.0." + std::to_string(i));
  CHECK(usable({"0.0.0.0:7"}, {with(many)}).size() == kMaxUsableAddresses);
}

TEST_CASE("this machine has a loopback interface, up, with 127.0.0.1/8") {
  for (const Interface& each : read_interfaces()) {
    if (!each.loopback) continue;
    CHECK(each.up);
    CHECK(each.index != 0);
    REQUIRE_FALSE(each.addresses.empty());
    CHECK(each.addresses.front().address == Endpoint::v4({127, 0, 0, 1}, 0));
    CHECK(each.addresses.front().prefix_bits == 8);
    return;
  }
  FAIL("none");
}

}  // namespace
}  // namespace freshet::io
