// One node in ten is hostile. Honest searches for things that three or four honest nodes hold keep
// 95 % of their success, and find within twice the time, whatever the others do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "node/wire/overlay/paths.h"
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {

namespace overlay = core::overlay;
using wire::FrameType;

#if defined(__SANITIZE_ADDRESS__)
inline constexpr unsigned kUsualNodes = 300;  // a sanitizer's build takes twenty times as long
#else
inline constexpr unsigned kUsualNodes = 1000;
#endif

inline unsigned long from_environment(const char* name, unsigned long usual) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
  return text == nullptr ? usual : std::strtoul(text, nullptr, 10);
}
// A soak takes larger meshes and other seeds. The latter move the graph, the holders, the origins
// and all delays.
inline const auto kNodes =
    static_cast<NodeIndex>(from_environment("FRESHET_HOSTILE_NODES", kUsualNodes));
inline const std::uint64_t kSeed = from_environment("FRESHET_HOSTILE_SEED", 0);
inline constexpr NodeIndex kDegree = 8;
inline constexpr NodeIndex kObjects = 40;
inline constexpr int kRounds = 3;
inline constexpr Duration kTick = 100ms;
inline constexpr int kTicksToBegin = 20;
inline constexpr int kTicksToAnswer = 20;

// Every tenth node.
inline bool is_hostile(NodeIndex node) {
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
    if (is_mute && (is_hostile(node) || is_to_hostile(at, node, link))) return true;
    if (!is_hostile(node) || !on_frame_) return false;
    host = &at;
    overlay::Frame frame{};
    frame.header = wire::decode_header(bytes.data());
    frame.body = bytes.subspan(wire::kFrameHeaderBytes);
    return on_frame_(*this, node, link, frame);
  }
  bool stalls(NodeIndex node) override { return is_stalling && is_hostile(node); }
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

  /// Nothing that the hostile say or are told arrives, while their links stay up.
  bool is_mute = false;
  /// Who dials the hostile is never done with the handshake.
  bool is_stalling = false;
  Host* host = nullptr;
  Rng rng = Rng::from_seed(77);

 private:
  bool is_to_hostile(const Host& at, NodeIndex node, LinkId link) {
    if (keys_.empty()) {
      for (NodeIndex each = 0; each < kNodes; ++each)
        if (is_hostile(each)) keys_.insert(at.key_of(each));
    }
    const auto& links = at.node(node)->overlay().links();
    const overlay::Link* found = links.find(link);
    return found != nullptr && keys_.contains(links.peer_of(*found).key);
  }

  OnFrame on_frame_;
  OnTick on_tick_;
  std::set<NodeKey> keys_;  ///< of the hostile
  std::set<std::pair<NodeIndex, Guid>> seen_;
};

struct Outcome {
  int asked = 0;
  int found = 0;
  double mean_ms = 0;
  double honest_links = 0;  ///< of an honest node to honest ones, on average, at the end
  core::Counters counters;
  [[nodiscard]] double success() const { return static_cast<double>(found) / asked; }
};

inline std::string object_name(NodeIndex object) {
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
  int ticks_to_rest = 0;  ///< behind each round of searches
  std::size_t guids_per_generation = 65536;
  NetworkConfig network = {
      .latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms}};
};

class Trial {
 public:
  Trial(const Setting& setting, Attack* attack)
      : setting_(setting),
        topology_(random_regular(kNodes, kDegree, Rng::from_seed(3 + kSeed).fork("topology"))),
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
      pass(setting_.ticks_to_rest);
    }
    outcome_.honest_links = honest_links();
    outcome_.mean_ms = outcome_.found == 0 ? 0 : total_ms_ / outcome_.found;
    outcome_.counters = simulation_.host().node_counters();
    return outcome_;
  }

 private:
  static SimulationConfig config_of(const Setting& setting) {
    SimulationConfig config = with_seed(11 + kSeed);
    config.discover = setting.discover;
    if (setting.discover) config.node.overlay.listen_port = kDefaultPort;  // can be dialled
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

  [[nodiscard]] double honest_links() {
    std::map<NodeKey, NodeIndex> index;
    for (NodeIndex node = 0; node < kNodes; ++node)
      index.emplace(simulation_.host().key_of(node), node);
    std::size_t count = 0;
    std::size_t honest = 0;
    for (NodeIndex node = 0; node < kNodes; ++node) {
      if (is_hostile(node)) continue;
      ++honest;
      const auto& links = simulation_.host().node(node)->overlay().links();
      for (const overlay::Link& link : links.all()) {
        const bool is_up = link.state == overlay::LinkState::up;
        if (is_up && !is_hostile(index.at(links.peer_of(link).key))) ++count;
      }
    }
    return static_cast<double>(count) / static_cast<double>(honest);
  }

  Setting setting_;
  Things things_;
  Topology topology_;
  Simulation simulation_;
  Attack* attack_;
  std::set<NodeIndex> askers_;
  Outcome outcome_;
  double total_ms_ = 0;
};

// Runs it without and with the attack, and holds the second against the first.
inline Outcome withstands(const std::string& name, const Setting& setting, Attack& attack) {
  Setting calm_setting = setting;
  calm_setting.network.clogged = 0;
  const Outcome calm = Trial(calm_setting, nullptr).run();
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
          " ms; links to honest nodes ",
          calm.honest_links,
          " -> ",
          abused.honest_links);
  CHECK(calm.success() > 0.99);
  CHECK(abused.success() >= 0.95 * calm.success());
  CHECK(abused.mean_ms <= 2 * calm.mean_ms);
  return abused;
}

}  // namespace freshet::sim::testing
