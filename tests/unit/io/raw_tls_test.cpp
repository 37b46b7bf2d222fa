// Clients that speak TLS, but not as a node does.
#include "tests/unit/io/raw_tls.h"

#include <array>
#include <atomic>
#include <string>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

// The client of TLS 1.3 is done before the server has judged it: it reads until that is known.
void read_to_the_end(SSL* ssl, int /*descriptor*/) {
  std::array<char, 16> heard{};
  while (SSL_read(ssl, heard.data(), static_cast<int>(heard.size())) > 0) {
  }
}

void check_refused(const RawTlsOptions& options) {
  Pair pair;
  {
    const RawTls client(pair.address(), options, read_to_the_end);
    CHECK(run_until(pair.io, [&] { return pair.listener->counters().handshakes_failed == 1; }));
  }
  CHECK_FALSE(pair.server);
}

TEST_CASE("a client without a protocol in common is refused") {
  check_refused({.certificate = Certificate::ed25519, .alpn = "h2"});
  check_refused({.certificate = Certificate::ed25519, .alpn = "freshet/2"});
}

TEST_CASE("a client that names no protocol is refused") {
  check_refused({.certificate = Certificate::ed25519, .alpn = ""});
}

TEST_CASE("a certificate of another kind of key is refused") {
  check_refused({.certificate = Certificate::p256});
}

TEST_CASE("a stream that ends without a goodbye is no good end") {
  Pair pair;
  const RawTls client(
      pair.address(), {}, [](SSL* ssl, int /*descriptor*/) { SSL_write(ssl, "cut", 3); });
  REQUIRE(run_until(pair.io, [&] { return pair.at_server.end.has_value(); }));
  CHECK(pair.at_server.text() == "cut");
  CHECK(*pair.at_server.end != LinkEnd::eof);
}

TEST_CASE("garbage after the handshake ends the link as no TLS") {
  Pair pair;
  const RawTls client(pair.address(), {}, [](SSL* ssl, int descriptor) {
    SSL_write(ssl, "good", 4);
    const std::array<unsigned char, 9> record = {0x17, 3, 3, 0, 4, 'f', 'a', 'k', 'e'};
    (void)send(descriptor, record.data(), record.size(), MSG_NOSIGNAL);
    read_to_the_end(ssl, descriptor);
  });
  REQUIRE(run_until(pair.io, [&] { return pair.at_server.end.has_value(); }));
  CHECK(pair.at_server.text() == "good");
  CHECK(*pair.at_server.end == LinkEnd::protocol);
}

constexpr std::uint64_t kKernelHoldsLess = std::uint64_t{64} << 20U;

TEST_CASE("a peer that reads nothing holds the sender to its room, and close still ends") {
  Pair pair({.link = {.linger = std::chrono::milliseconds(50)}});
  std::atomic<bool> over = false;
  const RawTls client(
      pair.address(), {}, [&](SSL* /*ssl*/, int /*descriptor*/) { over.wait(false); });
  REQUIRE(run_until(pair.io, [&] { return pair.server != nullptr; }));
  TlsLink& link = *pair.server;
  std::uint64_t sent = 0;
  const auto fill = [&] {
    const Bytes most(link.room());
    link.send(most, {});
    sent += most.size();
    pair.io.restart();
    pair.io.poll();
    return most.empty();
  };
  while (!fill()) REQUIRE(sent < kKernelHoldsLess);
  CHECK(link.room() == 0);
  link.close();
  CHECK(run_until(pair.io, [&] { return pair.at_server.end.has_value(); }));
  CHECK(*pair.at_server.end == LinkEnd::closed);
  over = true;
  over.notify_all();
}

}  // namespace
}  // namespace freshet::io::test
