// The simulator's outside of many nodes: models core::World for each, under one virtual clock, on
// one event queue. Carries frames as the bytes of the real wire format; shares each body among all
// its copies. No threads, no wall clock; the same seed and calls give the same run.
//
// Room on a link has no limit here: the core is given kRoom bytes, and again on every link before
// all of them together used half. Transfers are not simulated: their effects are refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/rng.h"
#include "node/core/node.h"
#include "node/sim/checkers.h"
#include "node/sim/content.h"
#include "node/sim/event_queue.h"
#include "node/sim/network.h"
#include "node/sim/query_log.h"
#include "node/sim/shared_frame.h"

namespace freshet::sim {

struct HostConfig {
  NodeIndex nodes = 0;
  std::uint64_t seed = 1;
  /// The command or test that repeats the run; printed with a breach.
  std::string reproduce = "(unnamed)";
  /// Until a dial to a node that crashed fails.
  Duration dial_timeout = std::chrono::seconds(5);
};

/// What happened so far.
struct HostCounters {
  std::uint64_t events = 0;
  std::uint64_t deliveries = 0;   ///< frames that reached a node
  std::uint64_t lost = 0;         ///< frames to nodes that had crashed
  std::uint64_t established = 0;  ///< link ends that exchanged Hello
  std::uint64_t closed = 0;       ///< link ends that their node closed or saw lost
};

class Host {
 public:
  /// All nodes are alive and without links. What is passed by reference outlives the host.
  Host(const core::Config& node_config,
       LatencyModel& network,
       const Content& content,
       HostConfig config);
  ~Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  [[nodiscard]] NodeIndex size() const { return static_cast<NodeIndex>(slots_.size()); }
  /// nullptr while the node is crashed.
  [[nodiscard]] const core::Node* node(NodeIndex index) const {
    const Slot& slot = slots_[index];
    return slot.is_alive ? &*slot.node : nullptr;
  }
  [[nodiscard]] NodeKey key_of(NodeIndex index) const;
  [[nodiscard]] TimePoint now() const { return now_; }
  [[nodiscard]] const HostCounters& counters() const { return counters_; }
  /// Frames under way, each body once.
  [[nodiscard]] std::size_t frames_alive() const { return pool_.live(); }
  /// Of all nodes together.
  [[nodiscard]] const core::Counters& node_counters() const { return node_counters_; }
  /// The first breach of a rule; the run stops there.
  [[nodiscard]] const std::optional<std::string>& failure() const { return checkers_.failure(); }
  /// Of all nodes and the clock: the same seed and calls give the same.
  [[nodiscard]] std::uint64_t digest() const;

  /// A link between two living nodes, up at once at both ends; `a` dialled.
  void connect(NodeIndex a, NodeIndex b);
  /// Hands a living node an input now. Links and dials are this host's business: not those.
  void give(NodeIndex node, const core::Input& input);
  /// The node is gone without a word: nothing reaches anyone, its neighbours find out by silence.
  void crash(NodeIndex node);
  /// A crashed node comes back under its key, knowing nothing.
  void restart(NodeIndex node);

  /// Asks for a node's user and follows the query; nullopt when too many are followed.
  std::optional<std::uint16_t> ask(NodeIndex node, const wire::Query& query, std::uint8_t ttl);
  /// Nothing of the query is under way any more.
  [[nodiscard]] bool is_done(std::uint16_t track) const { return log_.is_done(track); }
  /// REQUIRES: is_done(track).
  QueryResult take_result(std::uint16_t track) { return log_.take(track); }

  /// Performs the next event if it is not later than `limit`. False: there is none, or a rule was
  /// broken.
  bool step(TimePoint limit);
  /// Performs all events up to `time`, and moves the clock there. False: a rule was broken.
  bool run_until(TimePoint time);

 private:
  class World;

  /// One end of a link, at its node. Ascending by `id`.
  struct LinkEnd {
    LinkId id;
    NodeIndex peer = kNoNode;
    LinkId peer_id = {};  ///< the other end's name for it
  };
  /// On lines of its own: what a delivery touches are the first two, here and of the node.
  struct alignas(64) Slot {
    std::vector<LinkEnd> links;
    TimePoint armed_at = TimePoint::max();  ///< the timer event that counts
    std::uint32_t next_link = 0;            ///< never reused, not even after a crash
    std::uint32_t sent_bytes = 0;           ///< since its links' room was last made whole
    std::uint16_t lives = 0;                ///< how often it was started
    bool is_alive = false;                  ///< same as node.has_value(), which lies far behind
    std::optional<core::Node> node;
  };
  enum class Kind : std::uint8_t { frame, timer, link_down, writable, dial, input };
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): the union's first member is
  struct Event {
    TimePoint at;
    union {
      SharedFrame* frame = nullptr;
      std::uint64_t
          value;  ///< input: its place; dial: the target, kNoNode for none that may answer
    };
    NodeIndex node = kNoNode;
    std::uint32_t link = 0;  ///< a LinkId; dial: the DialId. Input: the track that waits for it
    std::uint32_t seq = 0;
    Kind kind = Kind::frame;
    std::uint8_t ttl = 0;
    std::uint8_t hops = 0;
    std::uint8_t lives = 0;  ///< dial: of the dialling node, modulo 256
  };
  static_assert(sizeof(Event) == 32);

  void start(NodeIndex node);
  void deliver_to(NodeIndex node, const core::Input& input);
  void on_frame(const Event& event);
  void on_timer(const Event& event);
  void on_link_down(const Event& event);
  void on_dial(const Event& event);
  void on_input(const Event& event);
  void prefetch_ahead() const;
  LinkId add_link(NodeIndex node);
  static LinkEnd* find_link(Slot& slot, LinkId id);
  void bring_up(NodeIndex dialler, NodeIndex other, std::optional<DialId> dial);

  void relay(NodeIndex node, const core::overlay::Relay& relay, std::span<const LinkId> links);
  void renew_room(NodeIndex node);
  SharedFrame* frame_for(const core::overlay::Relay& relay);
  void dial(NodeIndex node, const core::overlay::Dial& dial);
  void close(NodeIndex node, LinkId link);
  void look_up(NodeIndex node, const core::search::Lookup& lookup);
  void arm(NodeIndex node, std::optional<TimePoint> deadline);

  const core::Config& node_config_;
  LatencyModel& network_;
  const Content& content_;
  HostConfig config_;
  Rng node_rng_;
  Rng key_rng_;
  core::Counters node_counters_;
  HostCounters counters_;
  Checkers checkers_;
  QueryLog log_;
  FramePool pool_;
  EventQueue<Event> queue_;
  std::vector<std::unique_ptr<core::Input>> inputs_;  ///< of input events, by place
  std::vector<std::size_t> free_inputs_;              ///< places without one
  std::vector<Slot> slots_;
  TimePoint now_{};

  // While one input is delivered.
  core::EffectBuffer scratch_;
  core::Input received_;  ///< reused: most inputs are a frame
  Incoming incoming_;
  std::uint16_t asking_ = kNoTrack;
  bool draining_ = false;
};

}  // namespace freshet::sim
