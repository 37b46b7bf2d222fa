// Strangers that keep to no rule: what they send is counted and answered as the design says, and
// the daemon's memory stays flat.
#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/wire/overlay/bodies.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/raw_peer.h"

namespace freshet::testing {
namespace {

using wire::FrameType;

constexpr std::chrono::seconds kSilenceLimit{5};
constexpr std::chrono::seconds kSoon{kSanitized ? 30 : 2};
constexpr std::uint64_t kRounds = kSanitized ? 5 : 40;
constexpr auto kUnknown = static_cast<FrameType>(0x77);
constexpr std::size_t kMiB = std::size_t{1024} * 1024;

struct Victim {
  explicit Victim(const std::string& name = "victim") : daemon(dir.path() / name, {}) {}
  [[nodiscard]] bool counts(const std::string& counter, std::uint64_t at_least) const {
    return eventually([&] { return daemon.counter(counter) >= at_least; }, kAnswerLimit);
  }
  TempDir dir;
  Daemon daemon;
};

Bytes random_bytes(std::size_t size, std::uint64_t seed) {
  Rng rng = Rng::from_seed(seed);
  Bytes bytes(size);
  for (auto& byte : bytes) byte = static_cast<Byte>(rng.below(256));
  return bytes;
}

Bytes query_body(const std::string& term) {
  wire::Query query;
  query.terms = {term};
  return wire::encode(query);
}

/// A frame of the kinds that a link answers: proof that it still lives.
bool answers_ping(TlsPeer& peer) {
  return peer.send_frame(frame_header(FrameType::ping, 99, 1, 0, 0), {})
         && peer.receive(FrameType::pong).has_value();
}

}  // namespace

TEST_CASE("a client that speaks neither TLS nor anything known is closed at once") {
  const Victim victim;
  TcpPeer peer(victim.daemon.address());
  peer.send(bytes_of("\x7F nonsense"));
  CHECK(peer.is_closed_within(kSoon));
}

TEST_CASE("a client that connects and says nothing is closed after five seconds") {
  const Victim victim;
  const auto began = std::chrono::steady_clock::now();
  TcpPeer peer(victim.daemon.address());
  CHECK(peer.is_closed_within(kSilenceLimit + kSoon));
  CHECK(std::chrono::steady_clock::now() - began >= kSilenceLimit - std::chrono::seconds(1));
}

TEST_CASE("a client that begins TLS and stops is closed after five seconds") {
  const Victim victim;
  TcpPeer peer(victim.daemon.address());
  const Bytes begun = {0x16, 0x03, 0x01};
  peer.send(begun);
  CHECK(peer.is_closed_within(kSilenceLimit + kSoon));
}

TEST_CASE("a TLS client that never says Hello is closed, and counted as silent") {
  const Victim victim;
  TlsPeer peer(victim.daemon.address());
  CHECK(peer.is_closed_within(kSilenceLimit + kSoon));
  CHECK(victim.counts("links_silent", 1));
}

TEST_CASE("a frame before Hello closes the link") {
  const Victim victim;
  TlsPeer peer(victim.daemon.address());
  const Bytes body = query_body("early");
  peer.send_frame(frame_header(FrameType::query, 1, 7, 0, body.size()), body);
  CHECK(peer.is_closed_within());
  CHECK(victim.counts("frames_unexpected", 1));
}

TEST_CASE("random bytes inside TLS close the link and leave the daemon working") {
  const Victim victim;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    TlsPeer peer(victim.daemon.address());
    if (seed % 2 == 0) CHECK(peer.greet());
    peer.send(random_bytes(kMiB / 16, seed));
    CHECK(peer.is_closed_within());
  }
  TlsPeer peer(victim.daemon.address());
  CHECK(peer.greet());
  CHECK(answers_ping(peer));
}

TEST_CASE("a frame that is cut off by the end of the link does no harm") {
  const Victim victim;
  {
    TlsPeer peer(victim.daemon.address());
    REQUIRE(peer.greet());
    peer.send_frame(frame_header(FrameType::query, 1, 7, 0, 100), random_bytes(50, 1));
  }
  CHECK(victim.daemon.has_peers(0));
  TlsPeer peer(victim.daemon.address());
  CHECK(peer.greet());
}

TEST_CASE("a query of 10 MB is never waited for: the link closes at its header") {
  const Victim victim;
  TlsPeer peer(victim.daemon.address());
  REQUIRE(peer.greet());
  peer.send_frame(frame_header(FrameType::query, 1, 7, 0, 10 * kMiB), {});
  CHECK(peer.is_closed_within());
  CHECK(victim.counts("frames_oversized", 1));

  TlsPeer stubborn(victim.daemon.address());
  REQUIRE(stubborn.greet());
  stubborn.send_frame(frame_header(FrameType::query, 2, 7, 0, 10 * kMiB), Bytes(10 * kMiB));
  CHECK(stubborn.is_closed_within());
}

TEST_CASE("TTL 255 and hops 255 are counted, and a peer that keeps at it gets Bye 403") {
  const Victim victim;
  TlsPeer peer(victim.daemon.address());
  REQUIRE(peer.greet());
  const Bytes body = query_body("offence");
  peer.send_frame(frame_header(FrameType::query, 1, 255, 0, body.size()), body);
  peer.send_frame(frame_header(FrameType::query, 2, 7, 255, body.size()), body);
  CHECK(victim.counts("frames_bad_ttl", 2));
  CHECK(answers_ping(peer));
  for (std::uint64_t i = 3; i < 20; ++i)
    peer.send_frame(frame_header(FrameType::query, i, 255, 255, body.size()), body);
  const auto bye = peer.receive(FrameType::bye);
  REQUIRE(bye.has_value());
  const auto said = wire::decode_bye(bye->body);
  REQUIRE(said.has_value());
  CHECK(said->code == wire::ByeCode::offence);
  CHECK(peer.is_closed_within());
  CHECK(victim.counts("links_offended", 1));
}

TEST_CASE("a query with TTL 255 does not travel further than the clamp allows") {
  Victim victim;
  const Daemon neighbour(victim.dir.path() / "neighbour", {.peers = {victim.daemon.address()}});
  REQUIRE(neighbour.has_peers(1));
  TlsPeer sender(victim.daemon.address());
  TlsPeer listener(neighbour.address());
  REQUIRE(sender.greet());
  REQUIRE(listener.greet());
  const Bytes body = query_body("clamped");
  sender.send_frame(frame_header(FrameType::query, 1, 255, 3, body.size()), body);
  const auto seen = listener.receive(FrameType::query);
  REQUIRE(seen.has_value());
  CHECK(seen->header.hops == 5);
  CHECK(seen->header.ttl + seen->header.hops <= wire::kMaxTtl);
}

TEST_CASE("frames of an unknown type are counted and not forwarded") {
  Victim victim;
  TlsPeer sender(victim.daemon.address());
  TlsPeer listener(victim.daemon.address());
  REQUIRE(sender.greet("sender"));
  REQUIRE(listener.greet("listener"));
  sender.send_frame(frame_header(kUnknown, 1, 7, 0, 4), random_bytes(4, 1));
  CHECK(victim.counts("frames_unknown_type", 1));
  const Bytes body = query_body("after");
  sender.send_frame(frame_header(FrameType::query, 2, 7, 0, body.size()), body);
  while (const auto frame = listener.receive()) {  // what was sent first would come first
    CHECK(frame->header.type != kUnknown);
    if (frame->header.type == FrameType::query) break;
  }
}

TEST_CASE("a hit for a GUID that nobody asked with is dropped and counted") {
  Victim victim;
  TlsPeer peer(victim.daemon.address());
  REQUIRE(peer.greet());
  const Bytes body = random_bytes(200, 1);
  peer.send_frame(frame_header(FrameType::query_hit, 4711, 7, 0, body.size()), body);
  CHECK(victim.counts("hits_unknown_guid", 1));
  CHECK(answers_ping(peer));
}

TEST_CASE("a query whose body is nonsense is counted") {
  Victim victim;
  TlsPeer peer(victim.daemon.address());
  REQUIRE(peer.greet());
  const Bytes body(40, 0xFF);
  peer.send_frame(frame_header(FrameType::query, 1, 1, 0, body.size()), body);
  CHECK(victim.counts("queries_malformed", 1));
}

TEST_CASE("memory stays flat under garbage, floods of new GUIDs and links that come and go") {
  Victim victim;
  const auto mistreat = [&](std::uint64_t round) {
    for (std::uint64_t i = 0; i < 20; ++i) {
      TlsPeer peer(victim.daemon.address());
      peer.send(random_bytes(1024, round * 100 + i));
    }
    TlsPeer flooder(victim.daemon.address());
    REQUIRE(flooder.greet());
    const Bytes body = query_body("flood");
    for (std::uint64_t i = 0; i < 2000; ++i) {
      flooder.send_frame(frame_header(FrameType::query, round << 32U | i, 7, 0, body.size()), body);
    }
    CHECK(answers_ping(flooder));
  };
  // Memory is bounded by tables that fill first: remembered GUIDs, buffers, the allocator's own.
  for (std::uint64_t round = 0; round < kRounds; ++round) mistreat(round);
  const auto before = victim.daemon.process().resident_bytes();
  for (std::uint64_t round = kRounds; round < 2 * kRounds; ++round) mistreat(round);
  const auto after = victim.daemon.process().resident_bytes();
  MESSAGE("resident: " << before / 1024 << " KiB, then " << after / 1024 << " KiB");
  const std::size_t allowance = kSanitized ? 64 * kMiB : 8 * kMiB;
  CHECK(after < before + allowance);
}

TEST_CASE("a stranger that pushes, and one that pings, without end are banned; others are served") {
  const Victim victim;
  for (const FrameType type : {FrameType::push, FrameType::ping}) {
    TlsPeer peer(victim.daemon.address());
    REQUIRE(peer.greet());
    for (int i = 0; i < 4000; ++i) {
      if (!peer.send_frame(frame_header(type, 99, 1, 0, 0), {})) break;
    }
    CHECK(peer.is_closed_within(kAnswerLimit));
  }
  CHECK(victim.counts("bans", 2));
  CHECK(victim.counts("frames_over_rate", 1));
  TlsPeer honest(victim.daemon.address());
  REQUIRE(honest.greet());
  CHECK(answers_ping(honest));
}

}  // namespace freshet::testing
