// The overlay of one node: links and their frames, queries and hits on their way, whom to dial.
// Composes the parts and judges every frame that comes in; the parts hold the rules.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/membership.h"
#include "node/core/overlay/router.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class Engine {
 public:
  /// `config` and `counters` outlive the engine.
  Engine(const Config& config, Counters& counters, const NodeKey& self, const Rng& rng);

  void handle(const Input& input, TimePoint now, EffectBuffer& out, Upcalls& up);
  void on_deadline(TimePoint now, EffectBuffer& out);
  [[nodiscard]] std::optional<TimePoint> next_deadline() const {
    if (wake_at_ == TimePoint::max()) return std::nullopt;
    return wake_at_;
  }
  [[nodiscard]] std::uint64_t digest() const;

  /// Hints to the memory system, for a host that knows that a frame comes soon on `link`, and a
  /// query that is new here. Change nothing.
  void prefetch(LinkId link) const { links_.prefetch(link); }
  void prefetch(const Guid& guid) const { router_.prefetch(guid); }

  /// For the search engine: sends a query out, under a fresh GUID unless one is given; hears what
  /// it found, and that nobody wants more; sends a hit back.
  Guid search(const SearchPlan& plan,
              const std::optional<Guid>& given,
              ByteView body,
              TimePoint now,
              EffectBuffer& out);
  void found(const Guid& guid, std::uint32_t files) { router_.found(guid, files); }
  void end_search(const Guid& guid) { router_.end_search(guid); }
  bool answer(const Guid& guid, Bytes body, TimePoint now, EffectBuffer& out);
  /// For the transfer engine: asks a node to dial this one. False when no way to it is known.
  bool push(const wire::Push& push, TimePoint now, EffectBuffer& out);
  [[nodiscard]] bool is_own(const Guid& guid) const { return router_.is_own(guid); }

  /// Whether this node, the origin of `guid`, may still send more of it: a ring that may widen,
  /// walkers that are out. A query is over when nothing of it is under way, its origin is not at it
  /// any more, and no neighbour mends what was lost.
  [[nodiscard]] bool is_at(const Guid& guid) const { return router_.is_widening(guid); }

  // For status and the peer list.
  [[nodiscard]] const LinkTable& links() const { return links_; }
  [[nodiscard]] std::span<const CachedHost> cached_hosts() const;
  [[nodiscard]] const NodeKey& self() const { return self_; }
  /// A generator for another engine of this node.
  [[nodiscard]] Rng fork_rng(std::string_view name) const { return rng_.fork(name); }
  [[nodiscard]] std::size_t remembered_guids() const { return router_.remembered(); }
  /// Neighbours that fell silent and are still asked.
  [[nodiscard]] std::size_t lost_peers() const;
  /// nullptr without discovery, and before the first link.
  [[nodiscard]] const View* view() const { return membership_.view(); }
  /// nullptr as long as nothing called for one.
  [[nodiscard]] const Guard* guard() const { return guard_.get(); }

 private:
  Turn turn(TimePoint now, EffectBuffer& out);
  void on_received(Turn& turn, const Received& received, Upcalls& up);
  void on_cut_bytes(Turn& turn, Link& link, ByteView bytes, Upcalls& up);
  void on_frame(Turn& turn, Link& link, const Frame& frame, Upcalls& up);
  void on_routed_frame(Turn& turn, Link& link, const Frame& frame, Upcalls& up);
  void route(Turn& turn, Link& link, const Frame& frame, Upcalls& up);
  void route_rare(Turn& turn, Link& link, const Frame& frame, Upcalls& up);
  bool on_link_frame(Turn& turn, Link& link, const Frame& frame);
  void on_member_frame(Turn& turn, Link& link, const Frame& frame);
  bool is_over_rate(Turn& turn, Link& link, wire::FrameType type);
  void offend(Turn& turn, Link& link, std::uint32_t weight = kOffence);
  void block(Turn& turn, const Block& block);
  void on_block_list(Turn& turn, Link& link, const Frame& frame);
  void obey(Turn& turn, const std::optional<NodeKey>& moderator);
  /// nullptr as long as no moderator is obeyed.
  [[nodiscard]] BlockLists* block_lists() const { return guard_ ? guard_->block_lists() : nullptr; }
  void run_timers(Turn& turn);
  void wake_by(TimePoint time);

  // What every frame touches comes first and close together.
  const Config& config_;
  Counters& counters_;
  TimePoint wake_at_ = TimePoint::max();
  Router router_;
  LinkTable links_;
  Membership membership_;
  Rng rng_;
  NodeKey self_;
  std::unique_ptr<Guard> guard_;
};

}  // namespace freshet::core::overlay
