// For tests with real sockets on loopback: an io_context that is driven until a condition holds or
// a deadline passes, TLS identities that are the same in every run, and a link handler that
// remembers.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "node/base/bytes.h"
#include "node/io/net/dialer.h"
#include "node/io/net/listener.h"
#include "node/io/net/tls_link.h"

#include "doctest/doctest.h"

namespace freshet::io::test {

inline constexpr std::chrono::seconds kPatience{120};  // a bound, never waited for

/// Runs `io` until `done()`. False when that takes too long or nothing is left to happen.
template <typename Done>
bool run_until(asio::io_context& io, const Done& done) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  io.restart();
  while (!done()) {
    if (io.run_one_until(deadline) == 0) return done();
  }
  return true;
}

/// Runs what is ready now.
inline void run_ready(asio::io_context& io) {
  io.restart();
  io.poll();
}

inline TlsContext identity(Byte number) {
  const std::array<Byte, 32> secret = {number, 7};
  auto made = TlsContext::make(secret);
  REQUIRE(made.ok());
  return std::move(*made);
}

struct Recorder : LinkHandler {
  void on_link_up(TlsLink& /*link*/) override { ++ups; }
  void on_link_data(TlsLink& /*link*/, ByteView bytes) override {
    received.insert(received.end(), bytes.begin(), bytes.end());
  }
  void on_link_writable(TlsLink& /*link*/) override { ++writables; }
  void on_link_closed(TlsLink& /*link*/, LinkEnd how) override {
    ++closes;
    end = how;
  }
  [[nodiscard]] std::string text() const { return std::string(text_of(received)); }

  int ups = 0;
  int writables = 0;
  int closes = 0;
  Bytes received;
  std::optional<LinkEnd> end;
};

/// A listener and a dialler with keys of their own, on one loop. Links go to the Recorders.
struct Pair {
  explicit Pair(const ListenerLimits& listener_limits = {}, DialLimits dial_limits = {})
      : server_tls(identity(1)),
        client_tls(identity(2)),
        shared(io),
        dialer(io, shared, client_tls, dial_limits) {
    auto bound =
        Listener::bind(io, shared, server_tls, Endpoint::v4({127, 0, 0, 1}, 0), listener_limits);
    REQUIRE(bound.ok());
    listener = std::move(*bound);
    listener->start([this](std::shared_ptr<TlsLink> link) {
      server = std::move(link);
      server->set_handler(at_server);
    });
  }
  ~Pair() {
    if (client) client->abandon();
    if (server) server->abandon();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  [[nodiscard]] Endpoint address() const { return listener->local().front(); }
  void dial(Protocol protocol, const std::optional<NodeKey>& expected = std::nullopt) {
    dialer.dial({address()}, protocol, expected, [this](Result<std::shared_ptr<TlsLink>> result) {
      if (result) {
        client = *result;
        client->set_handler(at_client);
      } else {
        failure = result.error();
      }
    });
  }
  /// Both ends up.
  void connect(Protocol protocol = Protocol::overlay) {
    dial(protocol);
    REQUIRE(run_until(io, [&] { return (client && server) || failure; }));
    REQUIRE(client);
  }

  asio::io_context io;
  TlsContext server_tls;
  TlsContext client_tls;
  LinkShared shared;
  Dialer dialer;
  std::unique_ptr<Listener> listener;
  Recorder at_client;
  Recorder at_server;
  std::shared_ptr<TlsLink> client;
  std::shared_ptr<TlsLink> server;
  std::optional<Error> failure;
};

}  // namespace freshet::io::test
