// The simulator's outside of many nodes: models core::World for each, under one virtual clock, on
// one event queue. Carries frames as the bytes of the real wire format; shares each body among all
// its copies. No threads, no wall clock; the same seed and calls give the same run.
//
// A node without a bandwidth has room without limit: the core is given kRoom bytes, and again on
// every link before all of them together used half. With one, uplink.h keeps room. Transfers are
// simulated elsewhere (swarm/): their effects are refused here.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/rng.h"
#include "node/core/node.h"
#include "node/core/overlay/inline_vector.h"
#include "node/sim/checkers.h"
#include "node/sim/content.h"
#include "node/sim/event.h"
#include "node/sim/link_end.h"
#include "node/sim/network.h"
#include "node/sim/query_log.h"
#include "node/sim/shared_frame.h"
#include "node/sim/uplink.h"

namespace freshet::sim {

struct HostConfig {
  NodeIndex nodes = 0;
  std::uint64_t seed = 1;
  NetworkConfig network = {};
  QueryLog::Options log = {};
  /// The command or test that repeats the run; printed with a breach.
  std::string reproduce = "(unnamed)";
  /// Until a dial to a node that crashed, is cut off, or stalls it, fails.
  Duration dial_timeout = std::chrono::seconds(5);
  /// The slow queue, to compare with: the run is the same.
  bool plain_queue = false;
};

/// A search of a node's user.
struct Asking {
  NodeIndex origin = 0;
  wire::Query query;
  std::uint8_t ttl = 7;
  core::overlay::StrategyId strategy = core::overlay::StrategyId::flood;
  std::uint32_t wanted = 0;  ///< as in core::search::Ask
  std::optional<Guid> guid = {};
};

/// What happened so far.
struct HostCounters {
  std::uint64_t events = 0;
  std::uint64_t deliveries = 0;   ///< frames that reached a node
  std::uint64_t lost = 0;         ///< frames whose link or node was gone
  std::uint64_t vanished = 0;     ///< frames lost on links (NetworkConfig::loss)
  std::uint64_t cut = 0;          ///< frames that a partition kept back
  std::uint64_t established = 0;  ///< link ends that exchanged Hello
  std::uint64_t closed = 0;       ///< link ends that their node closed or saw lost
};

class Host;

/// The keys of a simulation's nodes, for who repeats it with other nodes.
Rng key_rng(std::uint64_t seed);
NodeKey node_key(const Rng& keys, NodeIndex index);

/// Nodes that break the rules: sees what they are sent before they do.
class Adversary {
 public:
  Adversary() = default;
  Adversary(const Adversary&) = delete;
  Adversary& operator=(const Adversary&) = delete;
  virtual ~Adversary() = default;
  /// A frame, whole, has come to `node`. True: the node is not to see it. May inject().
  virtual bool takes(Host& host, NodeIndex node, LinkId link, ByteView frame) = 0;
  /// Whether a dial to `node` gets no further than the handshake: it fails after dial_timeout.
  virtual bool stalls(NodeIndex node) {
    static_cast<void>(node);
    return false;
  }
};

class Host {
 public:
  /// All nodes are alive and without links. What is passed by reference outlives the host.
  /// REQUIRES: config.nodes <= kMaxNodes.
  Host(const core::Config& node_config, const Content& content, HostConfig config);
  ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] NodeIndex size() const { return static_cast<NodeIndex>(slots_.size()); }
  [[nodiscard]] NodeIndex alive() const { return alive_; }
  /// nullptr while the node is crashed.
  [[nodiscard]] const core::Node* node(NodeIndex index) const {
    const Slot& slot = slots_[index];
    return slot.is_alive ? &*slot.node : nullptr;
  }
  [[nodiscard]] NodeKey key_of(NodeIndex index) const;
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] const NetworkConfig& network() const { return network_.config(); }
  /// What every node was told.
  [[nodiscard]] const core::Config& node_config() const { return node_config_; }
  [[nodiscard]] bool is_weak(NodeIndex node) const { return network_.is_weak(node); }
  [[nodiscard]] const HostCounters& counters() const { return counters_; }
  /// Frames under way, each body once.
  [[nodiscard]] std::size_t frames_alive() const { return pool_.live(); }
  /// Of all nodes together.
  [[nodiscard]] const core::Counters& node_counters() const { return node_counters_; }
  /// What queries cost, and everything else.
  [[nodiscard]] const QueryLog& log() const { return log_; }
  /// The first breach of a rule; the run stops there.
  [[nodiscard]] const std::optional<std::string>& failure() const { return checkers_.failure(); }
  /// Of all nodes and the clock: the same seed and calls give the same.
  [[nodiscard]] std::uint64_t digest() const;

  /// A link between two living nodes, up at once at both ends; `a` dialled.
  void connect(NodeIndex a, NodeIndex b);
  /// The workload begins, and with it the network's faults. Once.
  void begin_faults();
  /// Hands a living node an input now. Links and dials are this host's business: not those.
  void give(NodeIndex node, const core::Input& input);
  /// The node is gone without a word: nothing reaches anyone, its neighbours find out by silence.
  void crash(NodeIndex node);
  /// A crashed node comes back under its key, knowing nothing.
  void restart(NodeIndex node);
  /// The node's machine sleeps: nothing reaches the node, its timers included, and node() does not
  /// know it. It comes back as it was, and learns only then which of its links are gone.
  void sleep(NodeIndex node);
  void wake(NodeIndex node);

  /// From now on `adversary`, which outlives the host, sees every frame first; nullptr: nobody.
  void be_abused_by(Adversary* adversary) { adversary_ = adversary; }
  /// Sends a frame in the name of a living node, past its core and past the rules. What it costs is
  /// not among the costs of any query. Does nothing when there is no such link.
  void inject(NodeIndex node, LinkId link, const wire::FrameHeader& header, ByteView body);

  /// Asks for a node's user and follows the query; nullopt when too many are followed.
  /// REQUIRES: the origin is alive.
  std::optional<std::uint16_t> ask(const Asking& asking);
  /// Nothing of the query is under way any more. More may come: asker.h says when it is over.
  [[nodiscard]] bool is_done(std::uint16_t track) const { return log_.is_done(track); }
  /// Whether the origin may still send more of it (overlay::Engine::is_at).
  [[nodiscard]] bool is_at(std::uint16_t track) const;
  QueryResult take_result(std::uint16_t track) { return log_.take(track); }

  /// Performs the next event if it is not later than `limit`. False: there is none, or a rule was
  /// broken.
  bool step(TimePoint limit);
  /// Performs all events up to `time`, and moves the clock there. False: a rule was broken.
  bool run_until(TimePoint time);

 private:
  static constexpr std::uint32_t kRoom = 0xFFFFFFFF;
  class World;

  /// On lines of its own, laid out so that what a delivery touches, the node's part among it, is
  /// on the first two.
  struct alignas(64) Slot {
    TimePoint armed_at = TimePoint::max();  ///< the timer event that counts
    std::uint32_t sent_bytes = 0;           ///< since its links' room was last made whole
    std::uint32_t next_link = 0;            ///< never reused, not even after a crash
    std::uint16_t lives = 0;                ///< how often it was started
    bool is_alive = false;  ///< there is a node, which lies far behind, and is awake
    std::optional<core::Node> node;
    core::overlay::InlineVector<LinkEnd, 8> links;  ///< ascending by id
  };

  struct Soon {
    NodeIndex node = kNoNode;
    std::uint16_t track = kNoTrack;
    std::unique_ptr<core::Input> input;
  };

  // host.cpp: nodes and the clock
  void start(NodeIndex node);
  void deliver_to(NodeIndex node, const core::Input& input);
  void perform(const Due<Event>& due);
  void on_timer(TimePoint at, const Event& event);
  void prefetch_ahead();
  void look_up(NodeIndex node, const core::search::Lookup& lookup);
  void tell_words(NodeIndex node);
  void give_all();
  void seal(NodeIndex node, const core::search::Seal& seal);
  void judge(NodeIndex node, core::search::Judge& judge);
  [[nodiscard]] Bytes signature_over(const NodeKey& signer, ByteView record) const;
  void give_soon(NodeIndex node, std::uint16_t track, std::unique_ptr<core::Input> input);
  void arm(NodeIndex node, Slot& slot, TimePoint deadline);

  // host_links.cpp: links, their room, dials
  LinkId add_link(NodeIndex node);
  static LinkEnd* find_link(Slot& slot, LinkId id) {
    // As long as none went, ids are indexes.
    if (id.value < slot.links.size() && slot.links[id.value].id() == id)
      return &slot.links[id.value];
    return search_link(slot, id);
  }
  static LinkEnd* search_link(Slot& slot, LinkId id);
  void bring_up(NodeIndex dialler, NodeIndex other, std::optional<DialId> dial);
  void dial(NodeIndex node, const core::overlay::Dial& dial);
  void on_dial(const Event& event);
  void close(NodeIndex node, LinkId link);
  void end_link(NodeIndex node, LinkId link);
  void on_link_down(const Event& event);
  void clog_links();
  void renew_room(NodeIndex node);
  void tell_room(NodeIndex node, LinkId link, std::uint32_t room_bytes);

  // host_frames.cpp: frames on their way
  SharedFrame* new_frame(const core::overlay::Relay& relay);
  void count_announced(ByteView body);
  void relay(NodeIndex node, const core::overlay::Relay& relay, std::span<const LinkId> links);
  [[nodiscard]] bool has_got(NodeIndex node, const SharedFrame& frame) const;
  void check(const Outgoing& sent, const SharedFrame& frame);
  [[nodiscard]] bool goes_by(NodeIndex node, LinkId link) const;
  void put_out(NodeIndex node, LinkEnd& end, SharedFrame& frame, std::uint8_t hops);
  void send_copy(NodeIndex node, LinkEnd& end, const SharedFrame& frame, std::uint8_t hops);
  void transmit(NodeIndex node, LinkEnd& end, SharedFrame& frame, std::uint8_t hops);
  void begin_sending(NodeIndex node);
  void on_sent(const Event& event);
  void drop_waiting(NodeIndex node);
  void lose(SharedFrame& frame, std::uint64_t& counter);
  void on_frame(const Event& event);

  const core::Config& node_config_;
  const Content& content_;
  HostConfig config_;
  Network network_;
  Rng node_rng_;
  Rng key_rng_;
  core::Counters node_counters_;
  HostCounters counters_;
  Checkers checkers_;
  QueryLog log_;
  FramePool pool_;
  Queue queue_;
  std::vector<Soon> soon_;  ///< what nodes hear next
  std::vector<Slot> slots_;
  std::vector<Uplink> uplinks_;  ///< by node; empty without limited bandwidth
  NodeIndex alive_ = 0;
  std::uint32_t until_prefetch_ = 1;  ///< events
  TimePoint now_{};

  // While one input is delivered.
  core::EffectBuffer scratch_;
  core::Input received_;  ///< reused: most inputs are a frame
  Incoming incoming_;
  Adversary* adversary_ = nullptr;
  std::uint16_t asking_ = kNoTrack;
  bool draining_ = false;
};

}  // namespace freshet::sim
