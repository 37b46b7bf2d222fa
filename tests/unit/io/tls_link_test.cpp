#include "tests/unit/io/loop.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::io;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::io::test;  // NOLINT(google-build-using-namespace): a test

namespace {

// Sends `total` bytes of a known sequence, as much as there is room for.
struct Stream {
  static Byte at(std::uint64_t position) { return static_cast<Byte>(position * 131 >> 3U); }

  void pump(TlsLink& link) {
    while (sent < total && link.room() > 0) {
      Bytes chunk(std::min<std::uint64_t>({link.room(), total - sent, 40'000}));
      for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = at(sent + i);
      link.send(ByteView(chunk).first(chunk.size() / 3), ByteView(chunk).subspan(chunk.size() / 3));
      sent += chunk.size();
      most_waiting = std::max(most_waiting, cap - link.room());
    }
  }
  void check(ByteView bytes) {
    for (const Byte byte : bytes) good = good && byte == at(received++);
  }

  std::uint64_t total = 0;
  std::size_t cap = 0;
  std::uint64_t sent = 0;
  std::uint64_t received = 0;
  std::size_t most_waiting = 0;
  bool good = true;
};

struct StreamEnd : LinkHandler {
  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& /*link*/, ByteView bytes) override { incoming->check(bytes); }
  void on_link_writable(TlsLink& link) override {
    ++writables;
    outgoing->pump(link);
  }
  void on_link_closed(TlsLink& /*link*/, LinkEnd /*end*/) override { closed = true; }
  Stream* outgoing = nullptr;
  Stream* incoming = nullptr;
  int writables = 0;
  bool closed = false;
};

}  // namespace

TEST_CASE("both ends of a link learn the other's key and what the link is for") {
  for (const Protocol protocol : {Protocol::overlay, Protocol::transfer}) {
    Pair pair;
    pair.connect(protocol);
    CHECK(pair.client->protocol() == protocol);
    CHECK(pair.server->protocol() == protocol);
    CHECK(pair.client->peer() != pair.server->peer());
    CHECK(pair.client->remote() == pair.address());
    CHECK(pair.server->remote().is_loopback());
    Pair again;
    again.connect();
    CHECK(again.client->peer() == pair.client->peer());  // the key is the identity, and it stays
  }
}

TEST_CASE("what is sent in one turn of the loop arrives in order, in one record") {
  Pair pair;
  pair.connect();
  const std::uint64_t before = pair.client->records_out();
  pair.client->send(bytes_of("head "), bytes_of("body; "));
  pair.client->send(bytes_of("more"));
  CHECK(run_until(pair.io, [&] { return pair.at_server.text() == "head body; more"; }));
  CHECK(pair.client->records_out() == before + 1);
  pair.server->send(bytes_of("answer"));
  CHECK(run_until(pair.io, [&] { return pair.at_client.text() == "answer"; }));
  CHECK(pair.client->bytes_out() == pair.server->bytes_in());
  CHECK(pair.client->bytes_in() == pair.server->bytes_out());
}

TEST_CASE("64 MiB each way at once arrive whole, and never more than the cap waits") {
  Pair pair;
  pair.connect(Protocol::transfer);
  constexpr std::size_t kCap = 100'000;
  Stream to_server{.total = 64U << 20U, .cap = kCap};
  Stream to_client{.total = 64U << 20U, .cap = kCap};
  StreamEnd client;
  StreamEnd server;
  client.outgoing = server.incoming = &to_server;
  server.outgoing = client.incoming = &to_client;
  pair.client->set_buffer_bytes(kCap);
  pair.server->set_buffer_bytes(kCap);
  pair.client->set_handler(client);
  pair.server->set_handler(server);
  to_server.pump(*pair.client);
  to_client.pump(*pair.server);
  CHECK(pair.client->room() == 0);
  CHECK(run_until(pair.io, [&] {
    return to_server.received == to_server.total && to_client.received == to_client.total;
  }));
  CHECK(to_server.good);
  CHECK(to_client.good);
  CHECK(to_server.most_waiting <= kCap);
  CHECK(client.writables > 100);
  pair.client->abandon();
  pair.server->abandon();
}

TEST_CASE("a peer that does not read leaves no room, and reading again makes room") {
  Pair pair;
  pair.connect(Protocol::transfer);
  pair.server->pause_reading();
  const Bytes chunk(std::size_t{64} * 1024, Byte{7});
  std::uint64_t sent = 0;
  for (int quiet = 0; quiet < 100;) {  // whatever the system buffers, it ends
    const bool fits = pair.client->room() >= chunk.size();
    if (fits) {
      pair.client->send(chunk);
      sent += chunk.size();
    }
    quiet = fits ? 0 : quiet + 1;
    run_ready(pair.io);
  }
  CHECK(pair.at_server.received.empty());
  CHECK(pair.client->room() < chunk.size());
  const int told = pair.at_client.writables;
  pair.server->resume_reading();
  CHECK(run_until(pair.io, [&] { return pair.at_server.received.size() == sent; }));
  CHECK(pair.at_client.writables > told);
  CHECK(pair.client->room() == LinkLimits{}.buffer_bytes);
}

TEST_CASE("close sends what waits, and the peer sees an end in good order") {
  Pair pair;
  pair.connect();
  const Bytes much(LinkLimits{}.buffer_bytes, Byte{3});
  pair.client->send(much);
  pair.client->close();
  pair.client->send(bytes_of("after"));  // nothing goes out any more
  CHECK(run_until(pair.io, [&] { return pair.at_server.end && pair.at_client.end; }));
  CHECK(pair.at_server.received.size() == much.size());
  CHECK(pair.at_server.end == LinkEnd::eof);
  CHECK(pair.at_client.end == LinkEnd::closed);
  CHECK(pair.at_client.closes == 1);
}

TEST_CASE("closing while the peer is sending loses nothing of what was sent before") {
  Pair pair;
  pair.connect();
  pair.server->send(Bytes(LinkLimits{}.buffer_bytes, Byte{3}));
  pair.client->send(bytes_of("goodbye"));
  pair.client->close();
  CHECK(run_until(pair.io, [&] { return pair.at_server.end && pair.at_client.end; }));
  CHECK(pair.at_server.text() == "goodbye");
  CHECK(pair.at_server.end == LinkEnd::eof);
}

TEST_CASE("close waits for a peer that does not read no longer than the linger") {
  DialLimits dial;
  dial.link.linger = std::chrono::milliseconds(50);
  Pair pair({}, dial);
  pair.connect(Protocol::transfer);
  pair.server->pause_reading();
  constexpr std::size_t kMuch = std::size_t{32} << 20U;
  pair.client->set_buffer_bytes(kMuch);
  pair.client->send(Bytes(kMuch));
  pair.client->close();
  CHECK(run_until(pair.io, [&] { return pair.at_client.end.has_value(); }));
  CHECK(pair.at_client.end == LinkEnd::closed);
}

TEST_CASE("abort is told to the owner once, never from within, and the peer can tell") {
  Pair pair;
  pair.connect();
  pair.client->abort();
  CHECK(pair.at_client.closes == 0);
  pair.client->abort();
  CHECK(run_until(pair.io, [&] { return pair.at_client.end && pair.at_server.end; }));
  CHECK(pair.at_client.closes == 1);
  CHECK(pair.at_client.end == LinkEnd::closed);
  CHECK(pair.at_server.end == LinkEnd::cut);  // no close_notify
}

TEST_CASE("an abandoned link calls nobody") {
  Pair pair;
  pair.connect();
  pair.client->abandon();
  CHECK(run_until(pair.io, [&] { return pair.at_server.end.has_value(); }));
  CHECK(pair.at_client.closes == 0);
}

TEST_CASE("an abort with unread bytes reaches the peer as a reset") {
  Pair pair;
  pair.connect();
  pair.client->pause_reading();
  pair.server->send(bytes_of("never read"));
  for (int i = 0; i < 10; ++i) run_ready(pair.io);
  pair.client->abort();
  CHECK(run_until(pair.io, [&] { return pair.at_server.end.has_value(); }));
  CHECK(pair.at_server.end == LinkEnd::reset);
}

TEST_CASE("both ends export the same keying material for a context, and another for another") {
  Pair pair;
  pair.connect();
  std::array<Byte, 32> client{};
  std::array<Byte, 32> server{};
  std::array<Byte, 32> other{};
  CHECK(pair.client->export_keying_material("EXPORTER-test", bytes_of("c"), client));
  CHECK(pair.server->export_keying_material("EXPORTER-test", bytes_of("c"), server));
  CHECK(pair.server->export_keying_material("EXPORTER-test", bytes_of("d"), other));
  CHECK(client == server);
  CHECK(client != other);
}
