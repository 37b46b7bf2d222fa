// What connects and is no freshet node: each is refused and counted.
#include <string>
#include <string_view>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <doctest/doctest.h>

#include "node/io/net/listener.h"
#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

using asio::ip::tcp;

constexpr std::chrono::milliseconds kSoon{50};

ListenerLimits impatient() {
  ListenerLimits limits;
  limits.first_bytes = kSoon;
  limits.link.handshake = kSoon;
  return limits;
}

tcp::socket connect(Pair& pair) {
  tcp::socket socket(pair.io);
  socket.connect({asio::ip::address_v4::loopback(), pair.address().port});
  return socket;
}

void say(tcp::socket& socket, std::string_view text) {
  asio::write(socket, asio::buffer(text.data(), text.size()));
}

// Whether the other side closed it.
bool is_closed(tcp::socket& socket) {
  std::array<char, 64> heard{};
  asio::error_code failed;
  while (!failed) socket.read_some(asio::buffer(heard), failed);
  return failed == asio::error::eof || failed == asio::error::connection_reset;
}

struct Refusal {
  std::string says;
  std::uint64_t ListenerCounters::*counter = nullptr;
};

TEST_CASE("what this port does not speak is refused at once and counted") {
  const std::string noise("\x00\xFF\x10\x99", 4);
  const std::vector<Refusal> refusals = {
      {noise, &ListenerCounters::refused_unknown},
      {"GET / HTTP/1.1\r\n\r\n", &ListenerCounters::refused_http},
      {"\x13"
       "BitTorrent protocol........",
       &ListenerCounters::refused_plain_bt},
      {"GNUTELLA CONNECT/0.4\n\n", &ListenerCounters::refused_unknown},
      {std::string("\x16\x03\x01\0\x04junk", 9), &ListenerCounters::handshakes_failed}};
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.says);
    Pair pair;
    auto socket = connect(pair);
    say(socket, refusal.says);
    CHECK(run_until(pair.io, [&] { return pair.listener->counters().*refusal.counter == 1; }));
    CHECK(is_closed(socket));
    CHECK_FALSE(pair.server);
    CHECK(pair.listener->counters().accepted == 1);
  }
}

TEST_CASE("an opening that comes byte by byte is understood") {
  Pair pair;
  auto socket = connect(pair);
  for (const char byte : std::string("GET ")) {
    CHECK(pair.listener->counters().refused_http == 0);
    say(socket, {&byte, 1});
    pair.io.restart();
    pair.io.poll();
  }
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().refused_http == 1; }));
}

TEST_CASE("silence is closed, at the start and after any part of an opening or a handshake") {
  for (const std::string beginning : {"",
                                      "G",
                                      "\x13"
                                      "BitTorrent",
                                      "\x16\x03",
                                      "\x16\x03\x01\x02"}) {
    CAPTURE(beginning);
    Pair pair(impatient());
    auto socket = connect(pair);
    say(socket, beginning);
    CHECK(run_until(pair.io, [&] { return pair.listener->counters().refused_silent == 1; }));
    CHECK(is_closed(socket));
  }
}

TEST_CASE("a client that goes before it says anything is forgotten") {
  ListenerLimits limits;
  limits.max_handshakes = 1;
  Pair pair(limits);
  connect(pair).close();
  REQUIRE(run_until(pair.io, [&] { return pair.listener->counters().accepted == 1; }));
  REQUIRE(run_until(pair.io, [&] { return pair.listener->counters().refused_silent == 1; }));
  pair.connect();  // its place is free again
}

TEST_CASE("only so many shake hands at once, and a place is given back") {
  ListenerLimits limits;
  limits.max_handshakes = 2;
  Pair pair(limits);
  auto first = connect(pair);
  auto second = connect(pair);
  auto third = connect(pair);
  REQUIRE(run_until(pair.io, [&] { return pair.listener->counters().accepted == 3; }));
  CHECK(pair.listener->counters().refused_busy == 1);
  say(first, "no");
  REQUIRE(run_until(pair.io, [&] { return pair.listener->counters().refused_unknown == 1; }));
  pair.connect();
  CHECK(pair.listener->counters().refused_busy == 1);
}

TEST_CASE("links that are up do not count as handshakes") {
  ListenerLimits limits;
  limits.max_handshakes = 1;
  Pair pair(limits);
  pair.connect();
  pair.client = nullptr;
  pair.connect();
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().links_up == 2; }));
}

TEST_CASE("a port in use is an error that says what to do") {
  Pair pair;
  const auto second = Listener::bind(pair.io, pair.shared, pair.server_tls, pair.address(), {});
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().message.find("port in use") == 0);
  CHECK(second.error().message.find(pair.address().to_string()) != std::string::npos);
  CHECK(second.error().message.find("--listen") != std::string::npos);
}

TEST_CASE("an address of another machine is an error that names it") {
  Pair pair;
  const auto where = Endpoint::v4({203, 0, 113, 9}, 1234);
  const auto refused = Listener::bind(pair.io, pair.shared, pair.server_tls, where, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("203.0.113.9:1234") != std::string::npos);
}

TEST_CASE("port 0 becomes a port of the system's choice") {
  Pair pair;
  CHECK(pair.address().port != 0);
  CHECK(pair.listener->local().size() == 1);
}

TEST_CASE("a stopped listener takes nobody") {
  Pair pair;
  const Endpoint at = pair.address();
  pair.listener->stop();
  pair.io.restart();
  pair.io.poll();
  tcp::socket socket(pair.io);
  asio::error_code failed;
  socket.connect({asio::ip::address_v4::loopback(), at.port}, failed);
  CHECK(failed == asio::error::connection_refused);
}

}  // namespace
}  // namespace freshet::io::test
