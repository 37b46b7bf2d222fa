// A listener and connections that come in pieces, go early, or come late.
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

tcp::socket connect(Pair& pair) {
  tcp::socket socket(pair.io);
  socket.connect({asio::ip::address_v4::loopback(), pair.address().port});
  return socket;
}

void say(tcp::socket& socket, std::string_view text) {
  asio::write(socket, asio::buffer(text.data(), text.size()));
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

TEST_CASE("a client that goes before it says anything is forgotten") {
  ListenerLimits limits;
  limits.max_handshakes = 1;
  Pair pair(limits);
  connect(pair).close();
  REQUIRE(run_until(pair.io, [&] { return pair.listener->counters().accepted == 1; }));
  REQUIRE(run_until(pair.io, [&] { return pair.listener->counters().refused_silent == 1; }));
  pair.connect();  // its place is free again
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
