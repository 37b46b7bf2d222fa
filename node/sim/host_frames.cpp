// The part of Host that knows frames: from a node's Relay to their arrival, or their loss.
#include <utility>
#include <variant>

#include "node/base/check.h"
#include "node/base/tie_break.h"
#include "node/core/deliver.h"
#include "node/core/overlay/frame_kinds.h"
#include "node/sim/host.h"
#include "node/wire/overlay/announced.h"

namespace freshet::sim {
namespace {

namespace overlay = core::overlay;

constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
constexpr std::uint32_t kRoomUsed = 0x7FFFFFFF;  ///< then the node hears that it may go on

// What keeps two neighbours of one mind is never lost: the link is fine.
bool may_vanish(wire::FrameType type) {
  return !overlay::is_link_frame(type) && type != wire::FrameType::route_table;
}

}  // namespace

// ---- out

inline void Host::send_copy(NodeIndex node,
                            LinkEnd& end,
                            const SharedFrame& frame,
                            std::uint8_t hops) {
  TimePoint arrival = now_ + network_.latency();
  if (network_.breaks_ties()) arrival += tie_break(network_.config().latency.low, node, end.peer());
  if (!network_.keeps_order()) arrival = end.in_order(arrival, now_);
  queue_.push(arrival,
              Event(EventKind::frame, end.peer(), end.peer_id().value, frame.number, hops));
}

SharedFrame* Host::new_frame(const overlay::Relay& relay) {
  SharedFrame* frame = pool_.make(relay.header, relay.body);
  FRESHET_CHECK(frame->number <= Event::kMaxValue);
  if (!overlay::is_link_frame(relay.header.type)) {
    if (asking_ != kNoTrack && relay.header.type == wire::FrameType::query)
      log_.name(asking_, relay.header.guid);
    frame->track = log_.find(relay.header.guid);
  } else if (relay.header.type == wire::FrameType::ping
             || relay.header.type == wire::FrameType::pong) {
    count_announced(relay.body);
  }
  return frame;
}

// Of a ping's bytes those that tell of a query are the query's.
void Host::count_announced(ByteView body) {
  if (body.empty()) return;
  const auto queries = wire::read_announced(body);
  if (!queries) return;
  std::uint64_t bytes = wire::kAnnouncedHeadBytes + wire::kAnnouncedBytes;  // of the first
  for (const wire::Announced& query : *queries)
    log_.carried(query.guid, std::exchange(bytes, wire::kAnnouncedBytes));
}

void Host::relay(NodeIndex node, const overlay::Relay& relay, std::span<const LinkId> links) {
  const bool is_onward =
      incoming_.frame != nullptr && incoming_.frame->is_same(relay.header, relay.body);
  const bool is_shared =
      is_onward && incoming_.frame->span == relay.header.ttl + std::uint32_t{relay.header.hops};
  SharedFrame* frame = is_shared ? incoming_.frame : new_frame(relay);
  check({.node = node,
         .at = now_,
         .header = relay.header,
         .links = links,
         .is_onward = is_onward,
         .may_be_old = draining_,
         .is_kept = !is_onward && has_got(node, *frame)},
        *frame);
  const auto copies = static_cast<std::uint32_t>(links.size());
  frame->references += copies + 1;  // one of our own: all copies may be lost at once
  log_.sent(*frame, copies);
  log_.departs(frame->track, copies);
  Slot& slot = slots_[node];
  const bool is_plain = uplinks_.empty() && !network_.may_drop();
  for (const LinkId link : links) {
    LinkEnd* end = find_link(slot, link);
    FRESHET_CHECK(end != nullptr);
    if (is_plain) {
      send_copy(node, *end, *frame, relay.header.hops);
    } else {
      put_out(node, *end, *frame, relay.header.hops);
    }
  }
  slot.sent_bytes += copies * static_cast<std::uint32_t>(frame->frame_bytes());
  if (slot.sent_bytes >= kRoomUsed && uplinks_.empty()) renew_room(node);
  pool_.release(frame);
}

bool Host::has_got(NodeIndex node, const SharedFrame& frame) const {
  if (frame.type() != wire::FrameType::query) return false;
  return frame.track == kNoTrack || log_.came_from(frame.track, node).has_value();
}

void Host::check(const Outgoing& sent, const SharedFrame& frame) {
  checkers_.check_sent(sent, incoming_);
  if (frame.track == kNoTrack) return;
  if (frame.type() == wire::FrameType::query_hit) {
    const auto route = log_.came_from(frame.track, sent.node);
    if (!route || goes_by(sent.node, *route)) checkers_.check_hit(sent, route);
  }
  checkers_.check_table(sent.node,
                        now_,
                        slots_[sent.node].node->overlay().remembered_guids(),
                        2 * node_config_.overlay.guids_per_generation);
}

// A hit goes elsewhere than where its query first came from only when that link is gone, or when a
// rush of queries made the node take a later copy.
bool Host::goes_by(NodeIndex node, LinkId link) const {
  if (slots_[node].node->overlay().guard() != nullptr) return false;
  const overlay::Link* at = slots_[node].node->overlay().links().find(link);
  return at != nullptr && at->state == overlay::LinkState::up;
}

void Host::put_out(NodeIndex node, LinkEnd& end, SharedFrame& frame, std::uint8_t hops) {
  if (uplinks_.empty()) {
    transmit(node, end, frame, hops);
    return;
  }
  const bool was_idle =
      uplinks_[node].push({.frame = frame.number,
                           .link = end.id(),
                           .bytes = static_cast<std::uint32_t>(frame.frame_bytes()),
                           .hops = hops});
  if (was_idle) begin_sending(node);
}

void Host::transmit(NodeIndex node, LinkEnd& end, SharedFrame& frame, std::uint8_t hops) {
  if (network_.may_drop()) {
    if (network_.is_cut(node, end.peer(), now_)) return lose(frame, counters_.cut);
    if (may_vanish(frame.type()) && network_.loses_next()) return lose(frame, counters_.vanished);
  }
  send_copy(node, end, frame, hops);
}

void Host::lose(SharedFrame& frame, std::uint64_t& counter) {
  ++counter;
  log_.lands(frame.track, now_);
  pool_.release(&frame);
}

void Host::inject(NodeIndex node, LinkId link, const wire::FrameHeader& header, ByteView body) {
  Slot& slot = slots_[node];
  LinkEnd* end = slot.is_alive ? find_link(slot, link) : nullptr;
  if (end == nullptr) return;
  wire::FrameHeader sent = header;
  sent.body_bytes = static_cast<std::uint32_t>(body.size());
  SharedFrame* frame = new_frame({.header = sent, .body = body, .links = {}});
  frame->references += 2;
  log_.departs(frame->track, 1);
  put_out(node, *end, *frame, header.hops);
  pool_.release(frame);
}

// ---- limited bandwidth

void Host::begin_sending(NodeIndex node) {
  const std::uint64_t bytes = uplinks_[node].front().bytes;
  const std::uint64_t bandwidth = network_.bandwidth_of(node);
  const Duration takes{
      bandwidth == 0 ? 0 : static_cast<std::int64_t>(bytes * kNanosPerSecond / bandwidth)};
  queue_.push(now_ + takes, Event(EventKind::sent, node, 0, slots_[node].lives));
}

void Host::on_sent(const Event& event) {
  const NodeIndex node = event.node();
  Slot& slot = slots_[node];
  if (!slot.is_alive || slot.lives != event.value()) return;
  Uplink& uplink = uplinks_[node];
  const Uplink::Copy copy = uplink.front();
  const auto room = uplink.pop();
  LinkEnd* end = find_link(slot, copy.link);
  if (copy.frame == Uplink::kEnd) {
    end_link(node, copy.link);
  } else if (end != nullptr) {
    transmit(node, *end, *pool_.at(copy.frame), copy.hops);
  } else {
    lose(*pool_.at(copy.frame), counters_.lost);  // the other end closed the link
  }
  if (!uplink.empty()) begin_sending(node);
  if (room && end != nullptr && !end->is_clogged()) tell_room(node, copy.link, *room);
}

void Host::drop_waiting(NodeIndex node) {
  if (uplinks_.empty()) return;
  Uplink& uplink = uplinks_[node];
  while (!uplink.empty()) {
    const Uplink::Copy copy = uplink.front();
    uplink.pop();
    if (copy.frame != Uplink::kEnd) lose(*pool_.at(copy.frame), counters_.lost);
  }
  uplink = {};
}

// ---- in

void Host::on_frame(const Event& event) {
  SharedFrame* frame = pool_.at(event.value());
  const NodeIndex node = event.node();
  const LinkId link{event.link()};
  const Slot& slot = slots_[node];
  const overlay::Link* at = slot.is_alive ? slot.node->overlay().links().find(link) : nullptr;
  if (at == nullptr) return lose(*frame, counters_.lost);
  const std::uint8_t hops = event.small();
  ++counters_.deliveries;
  if (at->state == overlay::LinkState::up) log_.arrived(*frame, node, link, hops, now_);
  auto* received = std::get_if<overlay::Received>(std::get_if<overlay::Input>(&received_));
  received->link = link;
  received->bytes = frame->stamped(hops);
  incoming_ = {.frame = frame, .link = link, .ttl = frame->ttl_at(hops), .hops = hops};
  // What claims to travel too far is cut to the limit before it goes on.
  const std::uint32_t limit = node_config_.overlay.max_ttl;
  if (adversary_ != nullptr && hops < limit && incoming_.ttl > limit - hops)
    incoming_.ttl = static_cast<std::uint8_t>(limit - hops);
  if (adversary_ == nullptr || !adversary_->takes(*this, node, link, received->bytes))
    deliver_to(node, received_);
  incoming_.frame = nullptr;
  log_.lands(frame->track, now_);
  pool_.release(frame);
}

}  // namespace freshet::sim
