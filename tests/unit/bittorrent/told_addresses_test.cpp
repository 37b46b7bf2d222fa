#include "node/core/bittorrent/told_addresses.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet::core::bittorrent {
namespace {

bool tells(const std::string& at, const std::string& client) {
  return may_be_told(*Endpoint::parse(at + ":7346"), *Endpoint::parse(client + ":6881"));
}

}  // namespace

TEST_CASE("private addresses are those of RFC 1918, RFC 4193 and of one link") {
  for (const char* at : {"10.0.0.1",
                         "172.16.0.1",
                         "172.31.255.1",
                         "192.168.7.1",
                         "169.254.3.4",
                         "[fc00::1]",
                         "[fd12:3456::1]",
                         "[fe80::1]"}) {
    INFO(at);
    CHECK(is_private(*Endpoint::parse(std::string(at) + ":1")));
  }
  for (const char* at : {"11.0.0.1",
                         "172.15.0.1",
                         "172.32.0.1",
                         "192.169.0.1",
                         "169.253.0.1",
                         "127.0.0.1",
                         "203.0.113.5",
                         "[2001:db8::1]",
                         "[::1]"}) {
    INFO(at);
    CHECK_FALSE(is_private(*Endpoint::parse(std::string(at) + ":1")));
  }
}

TEST_CASE("an address is told to whom it means something") {
  const std::string stranger = "203.0.113.5";
  for (const char* at : {"10.0.0.1", "[fd12::1]", "[fe80::1]", "127.0.0.1", "[::1]"}) {
    INFO(at);
    CHECK_FALSE(tells(at, stranger));
    CHECK_FALSE(tells(at, "[2001:db8::1]"));
    CHECK(tells(at, "127.0.0.1"));
    CHECK(tells(at, "[::1]"));
  }
  CHECK(tells("10.0.0.1", "192.168.1.2"));
  CHECK(tells("[fd12::1]", "10.0.0.2"));
  CHECK_FALSE(tells("127.0.0.1", "192.168.1.2"));
  CHECK(tells("198.51.100.7", stranger));
  CHECK(tells("198.51.100.7", "192.168.1.2"));
}

}  // namespace freshet::core::bittorrent
