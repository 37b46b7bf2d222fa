#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <string>

#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include "node/io/net/first_bytes.h"
#include "tests/unit/io/loop.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::io;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::io::test;  // NOLINT(google-build-using-namespace): a test
using asio::ip::tcp;

namespace {

// The beginning of a TLS record with a ClientHello of 64 KiB.
constexpr std::string_view kBegunHello("\x16\x03\x01\x40\x00\x01\x01\x00\x00", 9);

ListenerLimits impatient() {
  ListenerLimits limits;
  limits.first_bytes = std::chrono::milliseconds(100);
  limits.link.handshake = std::chrono::milliseconds(100);
  return limits;
}

// A client that speaks something of its own.
struct Stranger {
  explicit Stranger(Pair& pair) : socket(pair.io) {
    socket.connect({asio::ip::address_v4::loopback(), pair.address().port});
    socket.non_blocking(true);
  }
  void say(std::string_view text) {
    asio::error_code ignored;  // the listener may have closed already
    socket.write_some(asio::buffer(text.data(), text.size()), ignored);
  }
  /// Whether the listener closed, by now.
  bool closed() {
    std::array<char, 4096> bytes{};
    asio::error_code failed;
    socket.read_some(asio::buffer(bytes), failed);
    return failed && failed != asio::error::would_block;
  }
  tcp::socket socket;
};

}  // namespace

TEST_CASE("first bytes tell what a connection is, and the first wrong one is enough") {
  const std::string bittorrent(
      "\x13"
      "BitTorrent protocol");
  CHECK(classify({}) == Opening::undecided);
  CHECK(classify(bytes_of("\x16")) == Opening::undecided);
  CHECK(classify(bytes_of("\x16\x03")) == Opening::tls);
  CHECK(classify(bytes_of("\x16\x02")) == Opening::unknown);
  CHECK(classify(bytes_of(bittorrent.substr(0, 19))) == Opening::undecided);
  CHECK(classify(bytes_of(bittorrent)) == Opening::bittorrent);
  CHECK(classify(bytes_of(bittorrent.substr(0, 19) + "L")) == Opening::unknown);
  CHECK(classify(bytes_of("GE")) == Opening::undecided);
  CHECK(classify(bytes_of("GET / HTTP/1.1")) == Opening::http);
  CHECK(classify(bytes_of("SSH-2.0")) == Opening::unknown);
}

TEST_CASE("what is not TLS is closed and counted by its kind") {
  Pair pair;
  Stranger http(pair);
  Stranger torrent(pair);
  Stranger other(pair);
  http.say("GET / HTTP/1.1\r\n");
  torrent.say(
      "\x13"
      "BitTorrent protocol");
  other.say("SSH-2.0-x");
  const ListenerCounters& counted = pair.listener->counters();
  CHECK(run_until(pair.io, [&] {
    return counted.refused_http + counted.refused_plain_bt + counted.refused_unknown == 3;
  }));
  CHECK(counted.refused_http == 1);
  CHECK(counted.refused_plain_bt == 1);
  CHECK(counted.refused_unknown == 1);
  CHECK(http.closed());
  CHECK(torrent.closed());
  CHECK(other.closed());
}

TEST_CASE("a client that says nothing, or stops in the middle of a handshake, is closed") {
  Pair pair(impatient());
  Stranger silent(pair);
  Stranger one_byte(pair);
  one_byte.say("\x16");
  Stranger half(pair);
  half.say(kBegunHello);
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().refused_silent == 3; }));
  CHECK(silent.closed());
  CHECK(one_byte.closed());
  CHECK(half.closed());
}

TEST_CASE("random bytes behind the first two of TLS never become a link") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  Pair pair(impatient());
  constexpr std::size_t kClients = 40;
  std::vector<std::unique_ptr<Stranger>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    std::string noise = "\x16\x03";
    const std::size_t length = random() % 40'000;
    for (std::size_t j = 0; j < length; ++j) noise.push_back(static_cast<char>(random()));
    clients.push_back(std::make_unique<Stranger>(pair));
    clients.back()->say(noise);
  }
  const ListenerCounters& counted = pair.listener->counters();
  CHECK(run_until(pair.io,
                  [&] { return counted.refused_silent + counted.handshakes_failed == kClients; }));
  CHECK(counted.links_up == 0);
}

TEST_CASE("a handshake that goes on and on is cut off at its byte limit") {
  Pair pair;
  Stranger endless(pair);
  std::string record(kBegunHello);
  record.resize(5 + 0x4000, 'x');
  endless.say(record);
  record.replace(5, 4, "xxxx");  // the hello goes on in the next record
  endless.say(record);
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().handshakes_failed == 1; }));
}

TEST_CASE("beyond the limit of handshakes under way connections are closed, and counted") {
  ListenerLimits limits;
  limits.max_handshakes = 3;
  Pair pair(limits);
  std::vector<std::unique_ptr<Stranger>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<Stranger>(pair));
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().accepted == 5; }));
  CHECK(pair.listener->counters().refused_busy == 2);
  clients.clear();  // they go, and make room
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().refused_silent == 3; }));
  pair.connect();
}

TEST_CASE("a port in use is an error that says what to do") {
  Pair pair;
  const auto second = Listener::bind(pair.io, pair.shared, pair.server_tls, pair.address(), {});
  REQUIRE_FALSE(second.ok());
  CHECK(second.error().code == ErrorCode::io);
  CHECK(second.error().message.find("in use") != std::string::npos);
  CHECK(second.error().message.find("--listen") != std::string::npos);
}

TEST_CASE("an address that this machine does not have is an error") {
  Pair pair;
  const auto other =
      Listener::bind(pair.io, pair.shared, pair.server_tls, Endpoint::v4({203, 0, 113, 77}, 0), {});
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().code == ErrorCode::io);
}

TEST_CASE("a listener on [::] takes IPv4 too, and says which port it got") {
  Pair pair;
  auto bound = Listener::bind(pair.io, pair.shared, pair.server_tls, Endpoint{}, {});
  if (!bound) {
    MESSAGE("no IPv6 here: " << bound.error().message);
    return;
  }
  const std::uint16_t port = (*bound)->local().front().port;
  CHECK(port != 0);
  std::shared_ptr<TlsLink> link;
  Recorder recorder;
  (*bound)->start([&](std::shared_ptr<TlsLink> up) {
    link = std::move(up);
    link->set_handler(recorder);
  });
  pair.dialer.dial({Endpoint::v4({127, 0, 0, 1}, port)},
                   Protocol::overlay,
                   std::nullopt,
                   [&](const Result<std::shared_ptr<TlsLink>>& result) {
                     REQUIRE(result.ok());
                     pair.client = *result;
                     pair.client->set_handler(pair.at_client);
                   });
  CHECK(run_until(pair.io, [&] { return link && pair.client; }));
  CHECK(link->remote().is_v4());
  CHECK(link->remote().is_loopback());
  link->abandon();
}

TEST_CASE("a listener that goes leaves handshakes that call nobody") {
  Pair pair;
  Stranger half(pair);
  half.say(kBegunHello);
  CHECK(run_until(pair.io, [&] { return pair.listener->counters().accepted == 1; }));
  for (int i = 0; i < 4; ++i) run_ready(pair.io);
  pair.listener.reset();
  CHECK(run_until(pair.io, [&] { return half.closed(); }));
}
