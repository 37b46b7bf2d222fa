#include <memory>  // before asio: see tcp_socket.h

#include <asio/ip/tcp.hpp>

#include "tests/unit/io/loop.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::io;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::io::test;  // NOLINT(google-build-using-namespace): a test

namespace {

using Dialled = Result<std::shared_ptr<TlsLink>>;

NodeKey key_of_server() {
  Pair pair;
  pair.connect();
  return pair.client->peer();
}

// Where nobody listens any more.
Endpoint refusing_address() {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  return Endpoint::v4({127, 0, 0, 1}, acceptor.local_endpoint().port());
}

}  // namespace

TEST_CASE("the expected key is accepted") {
  const NodeKey key = key_of_server();
  Pair pair;
  pair.dial(Protocol::overlay, key);
  CHECK(run_until(pair.io, [&] { return pair.client && pair.server; }));
}

TEST_CASE("any other key than the expected one ends the handshake on both sides") {
  Pair pair;
  pair.dial(Protocol::overlay, NodeKey{});
  CHECK(run_until(
      pair.io, [&] { return pair.failure && pair.listener->counters().handshakes_failed == 1; }));
  CHECK(pair.failure->code == ErrorCode::wrong_key);
  CHECK_FALSE(pair.server);
}

TEST_CASE("of several addresses the one that answers wins") {
  Pair pair;
  pair.dialer.dial({refusing_address(), pair.address()},
                   Protocol::overlay,
                   std::nullopt,
                   [&](const Dialled& result) {
                     REQUIRE(result.ok());
                     pair.client = *result;
                     pair.client->set_handler(pair.at_client);
                   });
  CHECK(run_until(pair.io, [&] { return pair.client != nullptr; }));
}

TEST_CASE("an address where another node answers does not keep the right one from being found") {
  const NodeKey key = key_of_server();
  Pair pair;
  Pair other;
  const TlsContext other_tls = identity(3);
  auto wrong = Listener::bind(pair.io, pair.shared, other_tls, Endpoint::v4({127, 0, 0, 1}, 0), {});
  REQUIRE(wrong.ok());
  (*wrong)->start([](const std::shared_ptr<TlsLink>& link) { link->abandon(); });
  pair.dialer.dial({(*wrong)->local().front(), pair.address()},
                   Protocol::overlay,
                   key,
                   [&](const Dialled& result) {
                     REQUIRE(result.ok());
                     pair.client = *result;
                     pair.client->set_handler(pair.at_client);
                   });
  CHECK(run_until(pair.io, [&] { return pair.client != nullptr; }));
  CHECK(pair.client->peer() == key);
}

TEST_CASE("a dial without addresses fails, later") {
  Pair pair;
  pair.dialer.dial({}, Protocol::overlay, std::nullopt, [&](const Dialled& result) {
    pair.failure = result.error();
  });
  CHECK_FALSE(pair.failure);
  CHECK(run_until(pair.io, [&] { return pair.failure.has_value(); }));
}

TEST_CASE("a refused connection is an error that says so") {
  Pair pair;
  pair.dialer.dial(
      {refusing_address()}, Protocol::overlay, std::nullopt, [&](const Dialled& result) {
        pair.failure = result.error();
      });
  CHECK(run_until(pair.io, [&] { return pair.failure.has_value(); }));
  CHECK(pair.failure->code == ErrorCode::io);
  CHECK(pair.failure->message.find("refused") != std::string::npos);
}

TEST_CASE("a listener that says nothing is given up at the deadline") {
  asio::io_context silent_io;
  asio::ip::tcp::acceptor silent(silent_io, {asio::ip::address_v4::loopback(), 0});
  DialLimits limits;
  limits.connect = std::chrono::milliseconds(100);
  Pair pair({}, limits);
  pair.dialer.dial({Endpoint::v4({127, 0, 0, 1}, silent.local_endpoint().port())},
                   Protocol::overlay,
                   std::nullopt,
                   [&](const Dialled& result) { pair.failure = result.error(); });
  CHECK(run_until(pair.io, [&] { return pair.failure.has_value(); }));
  CHECK(pair.failure->code == ErrorCode::timed_out);
}

TEST_CASE("a cancelled dial calls nobody, at any stage") {
  for (int turns = 0; turns < 12; ++turns) {
    Pair pair;
    int called = 0;
    const DialTicket ticket = pair.dialer.dial(
        {pair.address()}, Protocol::overlay, std::nullopt, [&](const Dialled& result) {
          ++called;
          if (result) (*result)->abandon();
        });
    for (int i = 0; i < turns; ++i) pair.io.run_one_for(std::chrono::milliseconds(20));
    const int before = called;
    pair.dialer.cancel(ticket);
    run_ready(pair.io);
    CHECK(called == before);
  }
}

TEST_CASE("a link that its taker leaves alone is closed") {
  Pair pair;
  bool came = false;
  pair.dialer.dial({pair.address()}, Protocol::overlay, std::nullopt, [&](const Dialled& result) {
    came = result.ok();
  });
  CHECK(run_until(pair.io, [&] { return pair.at_server.closes == 1; }));
  CHECK(came);
}

TEST_CASE("dialler and listener may go at any step of a handshake") {
  for (int steps = 0; steps < 24; ++steps) {
    for (const bool dialer_first : {true, false}) {
      Pair pair;
      auto dialer = std::make_unique<Dialer>(pair.io, pair.shared, pair.client_tls, DialLimits{});
      dialer->dial({pair.address(), pair.address()},
                   Protocol::overlay,
                   std::nullopt,
                   [&](const Dialled& result) {
                     if (result.ok()) (*result)->set_handler(pair.at_client);
                   });
      for (int i = 0; i < steps; ++i) pair.io.run_one_for(std::chrono::milliseconds(1));
      if (dialer_first) dialer.reset();
      pair.listener.reset();
      if (steps % 2 == 0) run_ready(pair.io);
      dialer.reset();
      if (steps % 3 == 0) run_ready(pair.io);
    }
  }
}

TEST_CASE("a name is resolved before it is dialled") {
  Pair pair;
  pair.dialer.dial_name("localhost:" + std::to_string(pair.address().port),
                        Protocol::overlay,
                        [&](const Dialled& result) {
                          REQUIRE(result.ok());
                          pair.client = *result;
                          pair.client->set_handler(pair.at_client);
                        });
  CHECK(run_until(pair.io, [&] { return pair.client != nullptr; }));
}

TEST_CASE("HOST and HOST:PORT are understood, and nothing else") {
  CHECK(parse_host_port("alpha")->port == kDefaultPort);
  CHECK(parse_host_port("alpha:80")->port == 80);
  CHECK(parse_host_port("[::1]:80")->host == "::1");
  CHECK(parse_host_port("fe80::1%2")->host == "fe80::1%2");
  for (const char* malformed :
       {"", ":80", "alpha:", "alpha:0", "alpha:65536", "alpha:8x", "[::1", "[::1]80"}) {
    CHECK_FALSE(parse_host_port(malformed).ok());
  }
}
