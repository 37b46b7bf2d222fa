// A node that strangers abuse while it stands between two honest ones, with real daemons: a search
// from one of these finds what the other has, what the strangers did is dropped and counted by its
// name, and the node lives. The same attacks at a scale are simulated (tests/sim/hostile_test.cpp).
#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/paths.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/raw_peer.h"

namespace freshet::testing {
namespace {

using wire::FrameType;

constexpr const char* kName = "the boat.txt";

/// holder - middle - asker; strangers come to the middle.
struct Abused {
  explicit Abused(const std::vector<std::string>& flags = {"--no-discovery"})
      : middle(dir.path() / "middle", {.flags = flags}) {
    REQUIRE(holder.has_hashed(1));
    REQUIRE(middle.has_peers(2));
    id = middle.status().at("id").get<std::string>();
  }
  std::string filled_share() const {
    write_file(dir.path() / "share" / kName, "a boat");
    return (dir.path() / "share").string();
  }
  /// Until the first hit, or for all of two seconds (ten where everything is slow).
  [[nodiscard]] std::unique_ptr<Process> begin_search(bool for_one = true) const {
    std::vector<std::string> args = {"search", "boat", "--strategy", "flood", "--json"};
    const std::vector<std::string> until =
        for_one ? std::vector<std::string>{"--timeout", "40", "--limit", "1"}
                : std::vector<std::string>{"--timeout", kSanitized ? "10" : "2"};
    args.insert(args.end(), until.begin(), until.end());
    return asker.start_cli(args, "search");
  }
  static bool has_found(Process& search) {
    const bool ended = search.wait(kLongEnough) == 0;
    return ended && search.out().find(kName) != std::string::npos;
  }
  [[nodiscard]] bool finds() const { return has_found(*begin_search()); }
  /// Whether somebody new still gets a link.
  [[nodiscard]] bool takes_newcomers() const {
    return eventually([&] {
      try {
        return TlsPeer(middle.address()).greet("newcomer");
      } catch (const std::runtime_error&) {
        return false;  // too busy for the moment
      }
    });
  }
  bool counts(const Daemon& at, const std::string& counter, std::uint64_t least = 1) const {
    CAPTURE(counter);
    return eventually([&] { return at.counter(counter) >= least; }, kAnswerLimit);
  }

  TempDir dir;
  Daemon middle;
  Daemon holder{dir.path() / "holder", {.paths = {filled_share()}, .peers = {middle.address()}}};
  Daemon asker{dir.path() / "asker", {.peers = {middle.address()}}};
  std::string id;
};

struct Stranger : TlsPeer {
  explicit Stranger(const Abused& abused) : TlsPeer(abused.middle.address()) { REQUIRE(greet()); }
};

Bytes query_for(const std::string& word) {
  wire::Query query;
  query.terms = {word};
  return wire::encode(query);
}

void add_frame(Bytes& to, const wire::FrameHeader& header, ByteView body) {
  Bytes encoded(wire::kFrameHeaderBytes);
  wire::encode_header(header, encoded.data());
  to.insert(to.end(), encoded.begin(), encoded.end());
  to.insert(to.end(), body.begin(), body.end());
}

/// `count` frames in one piece, each with a GUID of its own from `first` on.
Bytes many(
    FrameType type, std::uint64_t first, std::size_t count, std::uint8_t ttl, ByteView body) {
  Bytes bytes;
  for (std::uint64_t i = first; i < first + count; ++i)
    add_frame(bytes, frame_header(type, i, ttl, 0, body.size()), body);
  return bytes;
}

}  // namespace

TEST_CASE("a neighbour that rewrites TTLs") {
  const Abused abused;
  Stranger stranger(abused);
  const auto search = abused.begin_search();
  const auto query = stranger.receive(FrameType::query);
  REQUIRE(query.has_value());
  wire::FrameHeader longer = query->header;
  longer.ttl = 255;
  for (int i = 0; i < 4; ++i) stranger.send_frame(longer, query->body);
  CHECK(Abused::has_found(*search));
  CHECK(abused.counts(abused.middle, "frames_bad_ttl", 4));
  for (int i = 0; i < 20; ++i) stranger.send_frame(longer, query->body);
  CHECK(stranger.is_closed_within());
  CHECK(abused.counts(abused.middle, "bans"));
  CHECK(abused.finds());
}

TEST_CASE("a neighbour that asks something else under a GUID that it heard") {
  const Abused abused;
  Stranger stranger(abused);
  const auto search = abused.begin_search();
  const auto query = stranger.receive(FrameType::query);
  REQUIRE(query.has_value());
  const Bytes other = query_for("nonsense");
  wire::FrameHeader header = query->header;
  header.ttl = 7;
  header.hops = 0;
  header.body_bytes = static_cast<std::uint32_t>(other.size());
  for (int i = 0; i < 100; ++i) stranger.send_frame(header, other);
  CHECK(abused.counts(abused.middle, "query_duplicates", 100));
  CHECK(Abused::has_found(*search));
  CHECK(abused.finds());
}

TEST_CASE("a neighbour that floods queries") {
  const Abused abused;
  Stranger flooder(abused);
  Stranger quiet(abused);
  std::atomic<bool> is_enough = false;
  std::thread flood([&] {
    const Bytes body = query_for("flood");
    for (std::uint64_t first = 0; !is_enough; first += 500) {
      flooder.send(many(FrameType::query, first, 500, 3, body));
      quiet.send_frame(frame_header(FrameType::query, ~first, 3, 0, body.size()), body);
    }
  });
  // Under a sanitizer queries are not taken fast enough to fill the memory.
  const char* counter = kSanitized ? "query_first" : "query_over_share";
  const bool dropped = abused.counts(abused.middle, counter, kSanitized ? 10'000 : 1000);
  const bool found = abused.finds();
  is_enough = true;
  flood.join();
  CHECK(dropped);
  CHECK(found);
}

TEST_CASE("a neighbour that names nodes which are not there") {
  const Abused abused({"--no-beacon"});
  Stranger stranger(abused);
  for (std::uint32_t i = 0; i < 300; ++i) {
    wire::Pong pong;
    for (std::uint32_t k = 0; k < wire::kMaxPongNodes; ++k) {
      NodeKey key;
      store_le(std::uint64_t{i} << 8U | k, key.bytes.data());
      const auto port = static_cast<std::uint16_t>(20'000 + (16 * i + k) % 10'000);
      pong.nodes.push_back({.key = key, .address = Endpoint::v4({127, 66, 6, 6}, port)});
    }
    const Bytes body = wire::encode(pong);
    stranger.send_frame(frame_header(FrameType::pong, i, 1, 0, body.size()), body);
  }
  CHECK(abused.counts(abused.middle, "frames_over_rate"));
  CHECK(abused.middle.counter("hosts_known") <= abused.middle.counter("hosts_known_limit"));
  CHECK(abused.finds());
  CHECK(abused.takes_newcomers());
}

TEST_CASE("a neighbour that answers with forged hits, more than anyone can check") {
  const Abused abused;
  Stranger stranger(abused);
  wire::HitRecord record;
  record.node = *NodeKey::from_hex(abused.id);
  record.addresses = {Endpoint::v4({127, 0, 0, 1}, 9)};
  record.files.push_back({.content = std::nullopt, .name = "the boat.exe", .size_bytes = 1});
  const Bytes body = wire::encode_query_hit(wire::encode_record(record), Bytes(64));
  const auto search = abused.begin_search(false);
  const auto query = stranger.receive(FrameType::query);
  REQUIRE(query.has_value());
  wire::FrameHeader header = query->header;
  header.type = FrameType::query_hit;
  header.ttl = wire::kMaxTtl;
  header.hops = 0;
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  Bytes forged;
  for (int i = 0; i < 500; ++i) add_frame(forged, header, body);
  for (int i = 0; i < 30; ++i) stranger.send(forged);
  CHECK(Abused::has_found(*search));
  CHECK(search->out().find("boat.exe") == std::string::npos);
  CHECK(abused.counts(abused.asker, "hit_records_forged"));
  CHECK(abused.counts(abused.middle, "hits_over_rate"));
  CHECK(abused.finds());
}

TEST_CASE("a neighbour that pushes without end") {
  const Abused abused;
  Stranger stranger(abused);
  wire::Push push;
  push.target = *NodeKey::from_hex(abused.id);
  push.origin.bytes.fill(9);
  push.addresses = {Endpoint::v4({127, 66, 6, 6}, 9)};
  stranger.send(many(FrameType::push, 1, 60, 7, wire::encode(push)));
  CHECK(abused.counts(abused.middle, "pushes_limited", 40));
  CHECK(abused.middle.counter("pushes_for_us") <= 20);
  stranger.send(many(FrameType::push, 100, 2000, 7, wire::encode(push)));
  CHECK(abused.counts(abused.middle, "frames_over_rate"));
  CHECK(abused.counts(abused.middle, "bans"));
  CHECK(abused.finds());
}

TEST_CASE("a neighbour that never reads") {
  const Abused abused;
  const Stranger slow(abused);
  Stranger talker(abused);
  wire::Query query;
  for (int i = 0; i < 16; ++i) query.terms.emplace_back(200, static_cast<char>('a' + i));
  const Bytes body = wire::encode(query);
  for (std::uint64_t first = 0; first < 8000; first += 100)
    talker.send(many(FrameType::query, first, 100, 3, body));
  CHECK(abused.counts(abused.middle, "drops_query"));
  CHECK(abused.finds());
  CHECK(abused.takes_newcomers());
}

TEST_CASE("connections that stay half open") {
  const Abused abused;
  std::vector<std::unique_ptr<TcpPeer>> mute;
  for (int i = 0; i < 200; ++i) mute.push_back(std::make_unique<TcpPeer>(abused.middle.address()));
  CHECK(abused.counts(abused.middle, "connections_refused_busy", 50));
  CHECK(abused.finds());
  CHECK(abused.takes_newcomers());
  CHECK(abused.counts(abused.middle, "connections_refused_silent", 100));
}

TEST_CASE("TLS handshakes that stall") {
  const Abused abused;
  std::vector<std::unique_ptr<TcpPeer>> stalled;
  const Bytes begun = {0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03};
  for (int i = 0; i < 100; ++i) {
    stalled.push_back(std::make_unique<TcpPeer>(abused.middle.address()));
    stalled.back()->send(begun);
  }
  CHECK(abused.finds());
  CHECK(abused.takes_newcomers());
  CHECK(abused.counts(abused.middle, "connections_refused_silent", 100));
  CHECK(abused.finds());
}

TEST_CASE("links that never greet keep no place from a node that does") {
  const Abused abused({"--no-beacon"});
  // More than a node has places for, and less than it takes at all.
  constexpr int kMute = 12;
  const wire::Hello asks{.agent = "stranger",
                         .name = "newcomer",
                         .listen_port = 0,
                         .member = wire::kTakesPart,
                         .wish = wire::Wish::link};
  REQUIRE(abused.middle.counter("link_places") < kMute);
  std::vector<std::unique_ptr<TlsPeer>> mute;
  // Once more where some of them ran out of time meanwhile.
  CHECK(eventually([&] {
    const std::uint64_t silent = abused.middle.counter("links_silent");
    mute.clear();
    for (int i = 0; i < kMute; ++i)
      mute.push_back(std::make_unique<TlsPeer>(abused.middle.address()));
    CHECK(TlsPeer(abused.middle.address()).greet(asks));
    return abused.middle.counter("links_silent") == silent;
  }));
  CHECK(abused.middle.counter("links_unwanted") == 0);
  CHECK(abused.finds());
}

TEST_CASE("connections for a relay that want nothing, nonsense, or what nobody offered") {
  constexpr const char* kRelay = "freshet-relay/1";
  const Abused abused;
  {
    TlsPeer nonsense(abused.middle.address(), kRelay);
    nonsense.send_frame(frame_header(FrameType::ping, 1, 1, 0, 0), {});
    CHECK(abused.counts(abused.middle, "relay_newcomers_unknown"));
    TlsPeer stray(abused.middle.address(), kRelay);
    stray.send_frame(frame_header(FrameType::relay_take, 1, 1, 0, 0), {});
    CHECK(abused.counts(abused.middle, "relay_stray"));
  }
  std::vector<std::unique_ptr<TlsPeer>> mute;
  CHECK(eventually([&] {  // some may be closed for their silence before the last one came
    for (int i = 0; i < 40; ++i)
      mute.push_back(std::make_unique<TlsPeer>(abused.middle.address(), kRelay));
    return abused.middle.counter("relay_newcomers_refused") >= 1;
  }));
  CHECK(abused.finds());
  CHECK(abused.counts(abused.middle, "relay_newcomers_silent", 30));
}

TEST_CASE("more links that never greet than a node takes") {
  const Abused abused;
  std::vector<std::unique_ptr<TlsPeer>> mute;
  for (int i = 0; i < 80; ++i) mute.push_back(std::make_unique<TlsPeer>(abused.middle.address()));
  CHECK(abused.finds());
  CHECK(abused.takes_newcomers());
  // More than a node takes at all: the oldest give way, the others run out of time.
  CHECK(eventually([&] {
    return abused.middle.counter("links_refused") + abused.middle.counter("links_silent") >= 80;
  }));
  CHECK(abused.finds());
}

namespace {

/// A node that asks and one that holds, and a stranger as the only way from one to the other.
struct Relayed {
  Relayed() {
    REQUIRE(holder.has_hashed(1));
    REQUIRE(to_asker.greet("relay"));
    REQUIRE(to_holder.greet("relay"));
  }
  std::string filled_share() const {
    write_file(dir.path() / "share" / kName, "a boat");
    return (dir.path() / "share").string();
  }
  /// Takes a frame of that type from one side and gives it to the other, its body as `alter` says.
  template <typename Alter>
  static bool pass(FrameType type, TlsPeer& from, TlsPeer& to, const Alter& alter) {
    const auto frame = from.receive(type);
    if (!frame) return false;
    const Bytes body = alter(frame->body);
    wire::FrameHeader header = frame->header;
    --header.ttl;
    ++header.hops;
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    return to.send_frame(header, body);
  }
  using Alter = Bytes (*)(const Bytes&);
  /// Whether a search finds the file when its query and the hit are altered so; no hit comes where
  /// that is nullptr.
  bool finds(Alter query, Alter hit) {
    const auto search = asker.start_cli(
        {"search", "boat", "--strategy", "flood", "--json", "--timeout", kSanitized ? "5" : "2"},
        "search" + std::to_string(++searches));
    CHECK(pass(FrameType::query, to_asker, to_holder, query));
    if (hit != nullptr) CHECK(pass(FrameType::query_hit, to_holder, to_asker, hit));
    search->wait(kLongEnough);
    return search->out().find(kName) != std::string::npos;
  }

  TempDir dir;
  Daemon holder{dir.path() / "holder", {.paths = {filled_share()}}};
  Daemon asker{dir.path() / "asker", {}};
  TlsPeer to_asker{asker.address()};
  TlsPeer to_holder{holder.address()};
  int searches = 0;
};

Bytes untouched(const Bytes& body) {
  return body;
}
Bytes with_other_file(const Bytes& body) {
  const auto hit = wire::decode_query_hit(body);
  REQUIRE(hit.has_value());
  wire::HitRecord record = hit->record;
  record.files.at(0).size_bytes += 1;
  return wire::encode_query_hit(wire::encode_record(record), hit->signature);
}
Bytes cut_short(const Bytes& body) {
  return {body.begin(), body.end() - static_cast<std::ptrdiff_t>(body.size() / 3)};
}

}  // namespace

TEST_CASE("a neighbour that tampers with what it relays") {
  Relayed relayed;
  const auto counts = [](const Daemon& at, const std::string& counter) {
    CAPTURE(counter);
    return eventually([&] { return at.counter(counter) >= 1; }, kAnswerLimit);
  };
  CHECK(relayed.finds(untouched, untouched));
  CHECK_FALSE(relayed.finds(untouched, with_other_file));
  CHECK(counts(relayed.asker, "hit_records_forged"));
  CHECK_FALSE(relayed.finds(untouched, cut_short));
  CHECK(counts(relayed.asker, "hit_records_malformed"));
  CHECK_FALSE(relayed.finds(cut_short, nullptr));
  CHECK(counts(relayed.holder, "queries_malformed"));
  CHECK(relayed.finds(untouched, untouched));  // it may be another who broke them: no ban
}

}  // namespace freshet::testing
