// Clients that do not keep to the protocol are answered where that helps, and closed; the others
// notice nothing.
#include <doctest/doctest.h>

#include "tests/unit/api/control_fixture.h"

namespace freshet::api {
namespace {

bool is_invalid(const std::optional<Reply>& reply) {
  return reply && std::holds_alternative<Error>(*reply)
         && std::get<Error>(*reply).code == ErrorCode::invalid;
}

Bytes framed(ByteView message) {
  Bytes bytes(kLengthBytes);
  store_le(static_cast<std::uint32_t>(message.size()), bytes.data());
  bytes.insert(bytes.end(), message.begin(), message.end());
  return bytes;
}

}  // namespace

TEST_CASE("a length beyond the limit is answered with an error and ends the connection") {
  Daemon daemon;
  RawClient client(daemon.state_dir);
  client.send(Bytes{0xFF, 0xFF, 0xFF, 0xFF});
  CHECK(is_invalid(client.reply()));
  CHECK(client.closed());
  CHECK(daemon.counters().malformed == 1);
  CHECK(daemon.client().call(PingRequest{}, kLong).ok());
}

TEST_CASE("a well-framed message that is no request is answered, and the connection goes on") {
  Daemon daemon;
  RawClient client(daemon.state_dir);
  client.send(framed(Bytes{0xFF, 0xFF}));
  CHECK(is_invalid(client.reply()));
  client.send(framed({}));
  CHECK(is_invalid(client.reply()));
  client.send(encode_request(PingRequest{}));
  const auto pong = client.reply();
  REQUIRE(pong);
  CHECK(std::holds_alternative<DaemonInfo>(*pong));
  CHECK(daemon.counters().malformed == 2);
}

TEST_CASE("a request that arrives byte by byte is a request") {
  Daemon daemon;
  RawClient client(daemon.state_dir);
  for (const Byte byte : encode_request(PingRequest{})) client.send(Bytes{byte});
  const auto pong = client.reply();
  REQUIRE(pong);
  CHECK(std::holds_alternative<DaemonInfo>(*pong));
}

TEST_CASE("the largest request is read, whatever it says") {
  Daemon daemon;
  RawClient client(daemon.state_dir);
  client.send(framed(Bytes(kMaxRequestBytes, 0)));
  CHECK(is_invalid(client.reply()));
}

TEST_CASE("a client that speaks while its request runs is closed, and the service is told") {
  Daemon daemon;
  std::promise<void> asked;
  std::promise<void> gone;
  daemon.service.on_status = [&](const StatusRequest&, const Responder<StatusRequest>& reply) {
    reply.on_gone([&gone, reply] { gone.set_value(); });
    asked.set_value();
  };
  RawClient client(daemon.state_dir);
  client.send(encode_request(StatusRequest{}));
  asked.get_future().wait();
  client.send(Bytes{1});
  CHECK(is_invalid(client.reply()));
  CHECK(client.closed());
  CHECK(gone.get_future().wait_for(kLong) == std::future_status::ready);
}

TEST_CASE("a client that asks and never reads is closed before its answers pile up") {
  Daemon daemon(
      {.state_dir = "", .request_timeout = kLong, .max_connections = 4, .max_queued_events = 10});
  daemon.service.on_status = [](const StatusRequest&, const Responder<StatusRequest>& reply) {
    StatusInfo info;
    info.name = std::string(100'000, 'n');
    reply.done(info);
  };
  RawClient client(daemon.state_dir);
  std::uint64_t asked = 0;
  for (; asked < 1'000 && client.send(encode_request(StatusRequest{})); ++asked) {
    ControlCounters now = daemon.counters();
    while (now.requests <= asked && now.malformed == 0 && now.timed_out == 0)
      now = daemon.counters();
  }
  CHECK(daemon.counters().requests < 100);
  CHECK(daemon.counters().malformed == 1);
}

TEST_CASE("a client that says nothing, or half of something, is closed in time") {
  Daemon daemon({.state_dir = "",
                 .request_timeout = std::chrono::milliseconds(20),
                 .max_connections = 4,
                 .max_queued_events = 10});
  RawClient silent(daemon.state_dir);
  RawClient half(daemon.state_dir);
  half.send(Bytes{9, 0, 0, 0, 1});
  RawClient finished(daemon.state_dir);
  finished.send(encode_request(PingRequest{}));
  CHECK(silent.closed());
  CHECK(half.closed());
  CHECK(finished.closed());
  CHECK(daemon.counters().timed_out == 3);
}

TEST_CASE("more connections than the limit are refused, and taken again when one has gone") {
  Daemon daemon(
      {.state_dir = "", .request_timeout = kLong, .max_connections = 1, .max_queued_events = 10});
  auto first = std::make_unique<ControlClient>(daemon.client());
  REQUIRE(first->call(PingRequest{}, kLong).ok());
  const auto refused = daemon.client().call(PingRequest{}, kLong);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::io);
  CHECK(daemon.counters().refused == 1);
  first.reset();
  while (!daemon.client().call(PingRequest{}, kLong).ok()) {  // until the server has noticed
  }
}

}  // namespace freshet::api
