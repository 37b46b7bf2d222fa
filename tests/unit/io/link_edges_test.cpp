// What owners do to their links at odd moments, and what a dial tells of several failures.
#include <optional>  // before asio: see tcp_socket.h
#include <vector>

#include <asio/ip/tcp.hpp>
#include <doctest/doctest.h>

#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

// Closes its link as soon as it is given data.
struct Closer : Recorder {
  void on_link_data(TlsLink& link, ByteView bytes) override {
    Recorder::on_link_data(link, bytes);
    link.send(bytes_of("enough"));
    link.close();
  }
};

TEST_CASE("a handler may answer and close its link while it is given data") {
  Closer closer;
  Pair pair;
  pair.connect();
  pair.server->set_handler(closer);
  const Bytes most(pair.client->room());
  pair.client->send(most);
  REQUIRE(run_until(pair.io, [&] { return closer.end && pair.at_client.end; }));
  CHECK(closer.received.size() <= most.size());
  CHECK(pair.at_client.text() == "enough");
}

TEST_CASE("a link that nobody holds any more still delivers and ends") {
  Pair pair;
  pair.connect();
  pair.client->send(bytes_of("last"));
  pair.client->close();
  pair.client.reset();
  pair.server.reset();
  REQUIRE(run_until(pair.io, [&] { return pair.at_client.end && pair.at_server.end; }));
  CHECK(pair.at_server.text() == "last");
}

TEST_CASE("what is sent on a link that ended goes nowhere, and closing it again is for nothing") {
  Pair pair;
  pair.connect();
  pair.client->abort();
  REQUIRE(run_until(pair.io, [&] { return pair.at_client.end.has_value(); }));
  pair.client->send(bytes_of("late"));
  pair.client->close();
  pair.client->abort();
  REQUIRE(run_until(pair.io, [&] { return pair.at_server.end.has_value(); }));
  CHECK(pair.at_client.closes == 1);
  CHECK(pair.at_server.received.empty());
}

constexpr std::size_t kLarge = std::size_t{1} << 20U;

TEST_CASE("a larger buffer gives more room") {
  Pair pair;
  pair.connect();
  pair.client->set_buffer_bytes(kLarge);
  CHECK(pair.client->room() == kLarge);
}

// A port where nobody listens.
Endpoint closed_port(asio::io_context& io) {
  const asio::ip::tcp::acceptor gone(io, {asio::ip::address_v4::loopback(), 0});
  return Endpoint::v4({127, 0, 0, 1}, gone.local_endpoint().port());
}

Error failure_of(Pair& pair, const std::vector<Endpoint>& addresses) {
  std::optional<Error> failure;
  const NodeKey nobody;
  pair.dialer.dial(addresses, Protocol::overlay, nobody, [&](const auto& result) {
    REQUIRE_FALSE(result.ok());
    failure = result.error();
  });
  REQUIRE(run_until(pair.io, [&] { return failure.has_value(); }));
  return *failure;
}

TEST_CASE("wrong_key is what a dial tells, whatever else fails after it") {
  Pair pair;
  CHECK(failure_of(pair, {pair.address(), closed_port(pair.io)}).code == ErrorCode::wrong_key);
}

TEST_CASE("at most max_addresses are dialled") {
  DialLimits limits;
  limits.max_addresses = 1;
  Pair pair({}, limits);
  CHECK(failure_of(pair, {closed_port(pair.io), pair.address()}).code == ErrorCode::io);
  CHECK(pair.listener->counters().accepted == 0);
}

}  // namespace
}  // namespace freshet::io::test
