#include "node/base/endpoint.h"

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("endpoints survive a round trip through text") {
  for (const std::string text :
       {"192.0.2.1:7346", "[2001:db8::1]:80", "[fe80::1%3]:7346", "127.0.0.1:0"}) {
    const auto endpoint = Endpoint::parse(text);
    REQUIRE(endpoint.has_value());
    CHECK(endpoint->to_string() == text);
  }
}

TEST_CASE("what is not an address and a port is refused") {
  for (const std::string text : {"",
                                 "192.0.2.1",
                                 "host:1",
                                 "1.2.3.4:70000",
                                 "[::1",
                                 "[::1]",
                                 "1.2.3:4",
                                 "[fe80::1%x]:1",
                                 ":1"}) {
    CAPTURE(text);
    CHECK_FALSE(Endpoint::parse(text).has_value());
  }
}

TEST_CASE("addresses that cannot be dialled are told apart") {
  CHECK(Endpoint::parse("192.0.2.1:1")->is_dialable());
  CHECK(Endpoint::parse("[::1]:1")->is_dialable());
  for (const std::string text :
       {"0.0.0.0:1", "224.0.0.1:1", "255.255.255.255:1", "192.0.2.1:0", "[::]:1", "[ff02::1]:1"}) {
    CAPTURE(text);
    CHECK_FALSE(Endpoint::parse(text)->is_dialable());
  }
}

}  // namespace freshet
