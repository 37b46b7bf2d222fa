// One node in ten is hostile. Honest searches for things that three or four honest nodes hold keep
// 95 % of their success, and find within twice the time, whatever the others do.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/core/overlay/guard/attempt_limiter.h"
#include "node/wire/overlay/paths.h"
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

namespace overlay = core::overlay;
using wire::FrameType;

#if defined(__SANITIZE_ADDRESS__)
constexpr unsigned kUsualNodes = 300;  // a sanitizer's build takes twenty times as long
#else
constexpr unsigned kUsualNodes = 1000;
#endif

unsigned long from_environment(const char* name, unsigned long usual) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return text == nullptr ? usual : std::strtoul(text, nullptr, 10);
}
// A soak takes larger meshes and other seeds. The latter move the graph, the holders, the origins
// and all delays.
const auto kNodes = static_cast<NodeIndex>(from_environment("FRESHET_HOSTILE_NODES", kUsualNodes));
const std::uint64_t kSeed = from_environment("FRESHET_HOSTILE_SEED", 0);
constexpr NodeIndex kDegree = 8;
constexpr NodeIndex kObjects = 40;
constexpr int kRounds = 3;
constexpr Duration kTick = 100ms;
constexpr int kTicksToBegin = 20;
constexpr int kTicksToAnswer = 20;

// Every tenth node.
bool is_hostile(NodeIndex node) {
  return node % 10 == 7;
}

class Attack : public Adversary {
 public:
  using OnFrame = std::function<bool(Attack&, NodeIndex, LinkId, const overlay::Frame&)>;
  using OnTick = std::function<void(Attack&, NodeIndex)>;

  Attack(OnFrame on_frame, OnTick on_tick)
      : on_frame_(std::move(on_frame)),
        on_tick_(std::move(on_tick)) {}

  bool takes(Host& at, NodeIndex node, LinkId link, ByteView bytes) override {
    if (!is_hostile(node) || !on_frame_) return false;
    host = &at;
    overlay::Frame frame{};
    frame.header = wire::decode_header(bytes.data());
    frame.body = bytes.subspan(wire::kFrameHeaderBytes);
    return on_frame_(*this, node, link, frame);
  }
  void tick(Host& at) {
    host = &at;
    for (NodeIndex node = 0; on_tick_ && node < kNodes; ++node) {
      if (is_hostile(node) && at.node(node) != nullptr) on_tick_(*this, node);
    }
  }

  // What attacks are made of.
  std::vector<LinkId> links_of(NodeIndex node) const {
    std::vector<LinkId> links;
    for (const overlay::Link& link : host->node(node)->overlay().links().all()) {
      if (link.state == overlay::LinkState::up) links.push_back(link.id);
    }
    return links;
  }
  void send_all(NodeIndex node, const wire::FrameHeader& header, ByteView body, LinkId except) {
    for (const LinkId link : links_of(node)) {
      if (link != except) host->inject(node, link, header, body);
    }
  }
  void send_all(NodeIndex node, const wire::FrameHeader& header, ByteView body) {
    send_all(node, header, body, overlay::kSelfLink);
  }
  bool is_first(NodeIndex node, const Guid& guid) { return seen_.insert({node, guid}).second; }

  Host* host = nullptr;
  Rng rng = Rng::from_seed(77);

 private:
  OnFrame on_frame_;
  OnTick on_tick_;
  std::set<std::pair<NodeIndex, Guid>> seen_;
};

struct Outcome {
  int asked = 0;
  int found = 0;
  double mean_ms = 0;
  core::Counters counters;
  [[nodiscard]] double success() const { return static_cast<double>(found) / asked; }
};

std::string object_name(NodeIndex object) {
  return "thing" + std::to_string(object);
}

// Objects and holders, all honest.
struct Things {
  Things() {
    Rng rng = Rng::from_seed(5 + kSeed).fork("holders");
    std::vector<std::set<std::string>> names(kNodes);
    for (NodeIndex object = 0; object < kObjects; ++object) {
      std::set<NodeIndex> chosen;
      while (chosen.size() < 3 + object % 2) {
        const auto node = static_cast<NodeIndex>(rng.below(kNodes));
        if (!is_hostile(node)) chosen.insert(node);
      }
      for (const NodeIndex node : chosen) names[node].insert(object_name(object));
      holders.push_back(chosen);
    }
    for (NodeIndex node = 0; node < kNodes; ++node)
      for (const std::string& name : names[node]) put(table, node, name);
  }
  FileTable table;
  std::vector<std::set<NodeIndex>> holders;
};

struct Setting {
  bool discover = false;
  std::size_t guids_per_generation = 65536;
  NetworkConfig network = {
      .latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms}};
};

class Trial {
 public:
  Trial(const Setting& setting, Attack* attack)
      : topology_(random_regular(kNodes, kDegree, Rng::from_seed(3 + kSeed).fork("topology"))),
        simulation_(topology_, config_of(setting), things_.table),
        attack_(attack) {
    must(simulation_.settle());
    simulation_.host().be_abused_by(attack_);
  }

  Outcome run() {
    Rng rng = Rng::from_seed(9 + kSeed).fork("origins");
    pass(kTicksToBegin);
    for (int round = 0; round < kRounds; ++round) {
      std::map<std::uint16_t, NodeIndex> asked;
      for (NodeIndex object = 0; object < kObjects; ++object) {
        const auto track = simulation_.host().ask(
            {.origin = honest(rng, object), .query = ask_for(object_name(object)), .ttl = 7});
        REQUIRE(track.has_value());
        asked[*track] = object;
      }
      pass(kTicksToAnswer);
      for (const auto& [track, object] : asked)
        count(simulation_.host().take_result(track), object);
    }
    outcome_.mean_ms = outcome_.found == 0 ? 0 : total_ms_ / outcome_.found;
    outcome_.counters = simulation_.host().node_counters();
    return outcome_;
  }

 private:
  static SimulationConfig config_of(const Setting& setting) {
    SimulationConfig config = with_seed(11 + kSeed);
    config.discover = setting.discover;
    config.network = setting.network;
    config.node.overlay.guids_per_generation = setting.guids_per_generation;
    config.node.overlay.target_links = kDegree;
    return config;
  }
  // One that does not hold the object itself, and has not asked yet.
  NodeIndex honest(Rng& rng, NodeIndex object) {
    while (true) {
      const auto node = static_cast<NodeIndex>(rng.below(kNodes));
      if (is_hostile(node) || things_.holders[object].contains(node)) continue;
      if (askers_.insert(node).second) return node;
    }
  }
  void pass(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      if (attack_ != nullptr) attack_->tick(simulation_.host());
      run_for(simulation_.host(), kTick);
    }
  }
  void count(const QueryResult& result, NodeIndex object) {
    ++outcome_.asked;
    for (const QueryResult::Hit& hit : result.hits) {
      const auto& holders = things_.holders[object];
      const bool is_true = !hit.record.files.empty()
                           && hit.record.files.front().name == object_name(object)
                           && std::any_of(holders.begin(), holders.end(), [&](NodeIndex node) {
                                return simulation_.host().key_of(node) == hit.record.node;
                              });
      if (!is_true) continue;
      ++outcome_.found;
      total_ms_ += std::chrono::duration<double, std::milli>(hit.after).count();
      return;
    }
  }

  Things things_;
  Topology topology_;
  Simulation simulation_;
  Attack* attack_;
  std::set<NodeIndex> askers_;
  Outcome outcome_;
  double total_ms_ = 0;
};

// Runs it without and with the attack, and holds the second against the first.
core::Counters withstands(const std::string& name,
                          const Setting& setting,
                          const Attack::OnFrame& on_frame,
                          const Attack::OnTick& on_tick) {
  Setting calm_setting = setting;
  calm_setting.network.clogged = 0;
  const Outcome calm = Trial(calm_setting, nullptr).run();
  Attack attack(on_frame, on_tick);
  const Outcome abused = Trial(setting, &attack).run();
  MESSAGE(name,
          ": success ",
          calm.success(),
          " -> ",
          abused.success(),
          ", first hit ",
          calm.mean_ms,
          " ms -> ",
          abused.mean_ms,
          " ms; calm: ",
          calm.counters.overlay.hits_in,
          " hit frames in");
  CHECK(calm.success() > 0.99);
  CHECK(abused.success() >= 0.95 * calm.success());
  CHECK(abused.mean_ms <= 2 * calm.mean_ms);
  return abused.counters;
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
void flood_with(Attack& attack, NodeIndex node, std::uint8_t hops, std::uint64_t percent) {
  const Bytes body = wire::encode(ask_for("flood"));
  for (const LinkId link : attack.links_of(node)) {
    if (attack.rng.below(100) >= percent) continue;
    attack.host->inject(node, link, header_of(FrameType::query, attack.rng.guid(), 7, hops), body);
  }
}
// Memory and floods as of a thousand nodes, whatever their number.
const std::size_t kFewGuids = std::max<std::size_t>(250, kNodes / 4);
const std::uint64_t kAsMuch = std::max<std::uint64_t>(1, 1000 / kNodes);

TEST_CASE("a flood of queries leaves room for those of others") {
  const auto counters =
      withstands("query flood",
                 {.guids_per_generation = kFewGuids},
                 nullptr,
                 [](Attack& attack, NodeIndex node) { flood_with(attack, node, 0, 10 * kAsMuch); });
  CHECK(counters.overlay.guids_rotated > kNodes);
}

// Held back only where a link gives much more than its part: of one percent, which is all that a
// node can remember. At ten times as much, success falls to about 0.4.
TEST_CASE("a flood of queries that claim to come from afar fills the memory and no more") {
  withstands("query flood, hops 3",
             {.guids_per_generation = kFewGuids},
             nullptr,
             [](Attack& attack, NodeIndex node) { flood_with(attack, node, 3, kAsMuch); });
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
