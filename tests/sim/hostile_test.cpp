// What a hostile tenth of the mesh says, does not say, or says of others: searches go on.
#include "tests/sim/hostile.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "node/core/overlay/guard/attempt_limiter.h"

namespace freshet::sim::testing {
namespace {

core::Counters withstands(const std::string& name,
                          const Setting& setting,
                          const Attack::OnFrame& on_frame,
                          const Attack::OnTick& on_tick) {
  Attack attack(on_frame, on_tick);
  return withstands(name, setting, attack).counters;
}

wire::FrameHeader header_of(FrameType type, const Guid& guid, std::uint8_t ttl, std::uint8_t hops) {
  return {.guid = guid, .type = type, .ttl = ttl, .hops = hops, .body_bytes = 0};
}

TEST_CASE("relays that swallow queries and hits are routed around") {
  withstands(
      "swallowing",
      {},
      [](Attack&, NodeIndex, LinkId, const overlay::Frame& frame) {
        return frame.header.type == FrameType::query || frame.header.type == FrameType::query_hit;
      },
      nullptr);
}

TEST_CASE("relays that let every query end at their neighbours are routed around") {
  withstands(
      "TTL cut to 1",
      {},
      [](Attack& attack, NodeIndex node, LinkId link, const overlay::Frame& frame) {
        if (frame.header.type != FrameType::query) return false;
        if (attack.is_first(node, frame.header.guid)) {
          attack.send_all(
              node, header_of(FrameType::query, frame.header.guid, 1, 1), frame.body, link);
        }
        return true;
      },
      nullptr);
}

TEST_CASE("relays that raise the TTL within the limit cost little") {
  withstands(
      "TTL raised to 15",
      {},
      [](Attack& attack, NodeIndex node, LinkId link, const overlay::Frame& frame) {
        if (frame.header.type != FrameType::query) return false;
        if (attack.is_first(node, frame.header.guid)) {
          attack.send_all(
              node, header_of(FrameType::query, frame.header.guid, 15, 0), frame.body, link);
        }
        return false;
      },
      nullptr);
}

TEST_CASE("relays that raise the TTL beyond the limit are banned") {
  const auto counters = withstands(
      "TTL raised to 255",
      {},
      [](Attack& attack, NodeIndex node, LinkId link, const overlay::Frame& frame) {
        if (frame.header.type != FrameType::query) return false;
        if (attack.is_first(node, frame.header.guid)) {
          attack.send_all(
              node, header_of(FrameType::query, frame.header.guid, 255, 0), frame.body, link);
        }
        return true;
      },
      nullptr);
  CHECK(counters.overlay.bans > 0);
}

TEST_CASE("a GUID under which something else is asked takes few answers away") {
  const Bytes other = wire::encode(ask_for("nonsense"));
  withstands(
      "replayed GUIDs, other words",
      {},
      [&](Attack& attack, NodeIndex node, LinkId, const overlay::Frame& frame) {
        if (frame.header.type != FrameType::query) return false;
        if (attack.is_first(node, frame.header.guid))
          attack.send_all(node, header_of(FrameType::query, frame.header.guid, 7, 0), other);
        return true;
      },
      nullptr);
}

TEST_CASE("old GUIDs said over and over are duplicates, and cost nobody a hit") {
  std::vector<Guid> old;
  const Bytes body = wire::encode(ask_for("nonsense"));
  withstands(
      "old GUIDs",
      {},
      [&](Attack&, NodeIndex, LinkId, const overlay::Frame& frame) {
        if (frame.header.type == FrameType::query && old.size() < 100)
          old.push_back(frame.header.guid);
        return false;
      },
      [&](Attack& attack, NodeIndex node) {
        for (const Guid& guid : old)
          attack.send_all(node, header_of(FrameType::query, guid, 7, 0), body);
      });
}

// A fresh GUID on each link, in so many of a hundred ticks. Of ten percent come ten times as many
// queries as a node can remember for min_route_age.
void flood_with(
    Attack& attack, NodeIndex node, std::uint8_t ttl, std::uint8_t hops, std::uint64_t percent) {
  const Bytes body = wire::encode(ask_for("flood"));
  for (const LinkId link : attack.links_of(node)) {
    if (attack.rng.below(100) >= percent) continue;
    attack.host->inject(
        node, link, header_of(FrameType::query, attack.rng.guid(), ttl, hops), body);
  }
}
// Memory and floods as of a thousand nodes, whatever their number.
const std::size_t kFewGuids = std::max<std::size_t>(250, kNodes / 4);
const std::uint64_t kAsMuch = std::max<std::uint64_t>(1, 1000 / kNodes);

// A study changes them: a higher TTL reaches all, and counts as of this node from 7 on.
const auto kFarTtl = static_cast<std::uint8_t>(from_environment("FRESHET_HOSTILE_FAR_TTL", 4));
const std::uint64_t kFarPercent = from_environment("FRESHET_HOSTILE_FAR_PERCENT", 1);

TEST_CASE("a flood of queries leaves room for those of others") {
  const auto counters = withstands(
      "query flood",
      {.guids_per_generation = kFewGuids},
      nullptr,
      [](Attack& attack, NodeIndex node) { flood_with(attack, node, 7, 0, 10 * kAsMuch); });
  CHECK(counters.overlay.guids_rotated > kNodes);
}

TEST_CASE("a flood of queries that claim to come from afar is held back like one from near by") {
  withstands("query flood, hops 3",
             {.guids_per_generation = kFewGuids},
             nullptr,
             [](Attack& attack, NodeIndex node) { flood_with(attack, node, 7, 3, 10 * kAsMuch); });
}

// Who lies about both looks like a relay, link by link: held back only where a link gives much more
// than its part. This is of one percent, which is all that a node can remember.
TEST_CASE("a flood of queries that do not reach far fills the memory and no more") {
  withstands("query flood, hops 3 and TTL 4",
             {.guids_per_generation = kFewGuids},
             nullptr,
             [](Attack& attack, NodeIndex node) {
               flood_with(attack, node, kFarTtl, 3, kAsMuch * kFarPercent);
             });
}

// Ten times what can be remembered, from every tenth node to all: the queries of honest origins,
// and of their neighbours, keep their places (guard/lasting_guids.h).
TEST_CASE("a flood that lies about its hops and its TTL takes no way back from honest origins") {
  const auto counters = withstands(
      "query flood, hops 3 and TTL 6",
      {.guids_per_generation = kFewGuids},
      nullptr,
      [](Attack& attack, NodeIndex node) { flood_with(attack, node, 6, 3, 10 * kAsMuch); });
  CHECK(counters.overlay.guids_rotated > kNodes);
}

TEST_CASE("a flood of forged hits does not hide the true ones") {
  wire::HitRecord record;
  record.files.push_back({.content = std::nullopt, .name = "other", .size_bytes = 1});
  const Bytes body = wire::encode_query_hit(wire::encode_record(record), Bytes(64));
  const auto counters = withstands(
      "forged hits",
      {},
      [&](Attack& attack, NodeIndex node, LinkId link, const overlay::Frame& frame) {
        if (frame.header.type != FrameType::query) return false;
        if (attack.is_first(node, frame.header.guid)) {
          for (int i = 0; i < 10; ++i) {
            attack.host->inject(
                node, link, header_of(FrameType::query_hit, frame.header.guid, 15, 0), body);
          }
        }
        return false;
      },
      nullptr);
  CHECK(counters.search.hit_records_forged > 0);
}

// A hit as it came, with another name, size or address in its record.
Bytes altered(const wire::QueryHit& hit) {
  wire::HitRecord record = hit.record;
  record.addresses = {Endpoint::v4({203, 0, 113, 9}, 443)};
  for (wire::HitFile& file : record.files) file.size_bytes += 1;
  return wire::encode_query_hit(wire::encode_record(record), hit.signature);
}

TEST_CASE("relays that alter hits on their way fool nobody") {
  const auto counters = withstands(
      "altered hits",
      {},
      [](Attack& attack, NodeIndex node, LinkId link, const overlay::Frame& frame) {
        if (frame.header.type != FrameType::query_hit || frame.header.ttl <= 1) return false;
        const auto hit = wire::decode_query_hit(frame.body);
        if (!hit) return false;
        wire::FrameHeader header = frame.header;
        --header.ttl;
        ++header.hops;
        attack.send_all(node, header, altered(*hit), link);
        return true;
      },
      nullptr);
  CHECK(counters.search.hit_records_forged > 0);
}

// One byte, anywhere: words, limits, signatures, or what makes the body decode.
Bytes tampered(Rng& rng, ByteView body) {
  Bytes bytes(body.begin(), body.end());
  if (!bytes.empty()) bytes[rng.below(bytes.size())] ^= static_cast<Byte>(1 + rng.below(255));
  return bytes;
}

TEST_CASE(
    "relays that tamper with every query and hit fool nobody, and cost no honest node a link") {
  const auto is_relayed = [](const overlay::Frame& frame) {
    return frame.header.type == FrameType::query || frame.header.type == FrameType::query_hit;
  };
  Attack attack(
      [&](Attack& self, NodeIndex node, LinkId link, const overlay::Frame& frame) {
        if (!is_relayed(frame)) return false;
        wire::FrameHeader header = frame.header;
        const bool is_hit = header.type == FrameType::query_hit;
        if (header.ttl <= 1 || (!is_hit && !self.is_first(node, header.guid))) return true;
        --header.ttl;
        ++header.hops;
        self.send_all(node, header, tampered(self.rng, frame.body), link);
        return true;
      },
      nullptr);
  const Outcome outcome = withstands("tampered queries and hits", {}, attack);
  CHECK(outcome.counters.search.queries_malformed > 0);
  CHECK(outcome.counters.search.hit_records_forged > 0);
  // Nobody is blamed for what others broke: nearly every tenth link has a hostile end.
  CHECK(outcome.honest_links >= 0.89 * kDegree);
}

TEST_CASE("hits that nobody asked for end at the first node, and their sender is banned") {
  wire::HitRecord record;
  record.files.push_back({.content = std::nullopt, .name = "other", .size_bytes = 1});
  const Bytes body = wire::encode_query_hit(wire::encode_record(record), {});
  const auto counters = withstands("stray hits", {}, nullptr, [&](Attack& attack, NodeIndex node) {
    if (node > 50) return;
    for (int i = 0; i < 2000; ++i) {
      attack.send_all(node, header_of(FrameType::query_hit, attack.rng.guid(), 15, 0), body);
    }
  });
  CHECK(counters.overlay.bans > 0);
}

TEST_CASE("types that nobody knows are dropped, and their sender is banned") {
  const auto counters =
      withstands("unknown types", {}, nullptr, [](Attack& attack, NodeIndex node) {
        const Bytes body(32);
        for (int i = 0; i < 100; ++i)
          attack.send_all(node, header_of(FrameType{0x7F}, attack.rng.guid(), 7, 0), body);
      });
  CHECK(counters.overlay.bans > 0);
  CHECK(counters.overlay.frames_over_rate > 0);
}

TEST_CASE(
    "bombs of pushes make each node dial a stranger a few times, and end their sender's links") {
  const auto counters = withstands("push bombs", {}, nullptr, [](Attack& attack, NodeIndex node) {
    const auto& links = attack.host->node(node)->overlay().links();
    for (const LinkId link : attack.links_of(node)) {
      wire::Push push;
      push.target = links.peer_of(*links.find(link)).key;
      push.origin.bytes.fill(9);
      push.addresses = {Endpoint::v4({192, 0, 2, 1}, 80)};
      const Bytes body = wire::encode(push);
      for (int i = 0; i < 100; ++i)
        attack.host->inject(node, link, header_of(FrameType::push, attack.rng.guid(), 7, 0), body);
    }
  });
  CHECK(counters.overlay.bans > 0);
  CHECK(counters.overlay.frames_over_rate > 0);
  CHECK(counters.overlay.pushes_for_us > 0);
  // What one target may be dialled at once, and as often again for the seconds that this takes.
  CHECK(counters.overlay.pushes_for_us <= 2 * kNodes * overlay::AttemptLimiter::kPerTarget.burst);
  CHECK(counters.overlay.pushes_limited > counters.overlay.pushes_for_us);
}

TEST_CASE("neighbours that ping without end are answered within a rate, then banned") {
  const auto counters = withstands("pings", {}, nullptr, [](Attack& attack, NodeIndex node) {
    for (int i = 0; i < 100; ++i)
      attack.send_all(node, header_of(FrameType::ping, attack.rng.guid(), 1, 0), {});
  });
  CHECK(counters.overlay.bans > 0);
}

TEST_CASE("pongs full of nodes that are not there do not take the mesh apart") {
  withstands("poisoned pongs", {.discover = true}, nullptr, [](Attack& attack, NodeIndex node) {
    wire::Pong pong;
    for (int i = 0; i < 16; ++i) {
      NodeKey key;
      store_le(attack.rng.next_u64(), key.bytes.data());
      const auto last = static_cast<std::uint8_t>(attack.rng.below(256));
      const auto third = static_cast<std::uint8_t>(attack.rng.below(256));
      pong.nodes.push_back(
          {.key = key, .address = Endpoint::v4({192, 168, third, last}, 7346), .age_s = 0});
    }
    const Bytes body = wire::encode(pong);
    attack.send_all(node, header_of(FrameType::pong, attack.rng.guid(), 1, 0), body);
  });
}

TEST_CASE("bodies that do not decode end their sender's links") {
  const auto counters = withstands("malformed", {}, nullptr, [](Attack& attack, NodeIndex node) {
    const Bytes body(5, Byte{0xFF});
    attack.send_all(node, header_of(FrameType::pong, attack.rng.guid(), 1, 0), body);
  });
  CHECK(counters.overlay.bans > 0);
}

// One link in five has a hostile end.
TEST_CASE("neighbours that never read cost a bounded queue, and no search") {
  Setting setting;
  setting.network.bandwidth_bytes_per_s = 12'500'000;
  setting.network.clogged = 0.19;
  withstands("slow readers", setting, nullptr, nullptr);
}

}  // namespace
}  // namespace freshet::sim::testing
