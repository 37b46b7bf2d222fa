#include "node/cli/address.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet::cli {

TEST_CASE("a peer is a host, or an address, with or without a port") {
  for (const char* text : {"host",
                           "host:1",
                           "a.b-c.example:65535",
                           "192.0.2.1",
                           "192.0.2.1:7346",
                           "[::1]",
                           "[::1]:7346",
                           "::1",
                           "2001:db8::1",
                           "[fe80::1%3]:7346",
                           "[fe80::1%eth0]:7346",
                           "fe80::1%wlan0",
                           "my_pc"}) {
    CAPTURE(text);
    CHECK(is_peer_address(text));
  }
}

TEST_CASE("what is no peer's address is refused") {
  for (const char* text : {"",
                           ":",
                           ":7346",
                           "host:",
                           "host:0",
                           "host:65536",
                           "host:x",
                           "host:1:2",
                           "[::1",
                           "[::1]x",
                           "[::1]:",
                           "[host]:1",
                           "a b",
                           "-x",
                           "http://host",
                           "host:-1",
                           "[fe80::1%]:1",
                           "h\nost"}) {
    CAPTURE(text);
    CHECK_FALSE(is_peer_address(text));
  }
  CHECK_FALSE(is_peer_address(std::string(254, 'a')));
}

TEST_CASE("a listen address is in numbers and has a port, which may be 0") {
  CHECK(is_listen_address("0.0.0.0:7346"));
  CHECK(is_listen_address("127.0.0.1:0"));
  CHECK(is_listen_address("[::]:7346"));
  CHECK_FALSE(is_listen_address("nowhere"));
  CHECK_FALSE(is_listen_address("localhost:7346"));
  CHECK_FALSE(is_listen_address("7346"));
  CHECK_FALSE(is_listen_address("127.0.0.1"));
  CHECK_FALSE(is_listen_address("127.0.0.1:99999"));
}

}  // namespace freshet::cli
