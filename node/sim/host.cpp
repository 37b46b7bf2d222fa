#include "node/sim/host.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "node/base/check.h"
#include "node/base/digest.h"
#include "node/core/deliver.h"
#include "node/core/prefetch.h"

namespace freshet::sim {
namespace {

namespace overlay = core::overlay;
namespace search = core::search;

constexpr std::uint32_t kRoom = 0xFFFFFFFF;
constexpr std::uint32_t kRoomUsed = kRoom / 2;  ///< then the node hears that it may go on
// How many events ahead each step of a delivery is prefetched.
constexpr std::size_t kSlotAhead = 24;
constexpr std::size_t kLinkAhead = 16;
constexpr std::size_t kGuidAhead = 8;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kFirstLinks = 8;           ///< most nodes have fewer or as many
constexpr std::uint16_t kEphemeralPort = 49152;  ///< where dialled links seem to come from

core::Input overlay_input(const overlay::Input& input) {
  return core::Input(std::in_place_type<overlay::Input>, input);
}

}  // namespace

/// core::World of one node, for the time of one deliver().
class Host::World {
 public:
  World(Host& host, NodeIndex node) : host_(host), node_(node) {}

  [[nodiscard]] TimePoint now() const { return host_.now_; }

  void perform(core::Effect& effect, const core::EffectBuffer& buffer) {
    if (const auto* of_overlay = std::get_if<overlay::Effect>(&effect)) {
      perform_overlay(*of_overlay, buffer);
    } else if (const auto* of_search = std::get_if<search::Effect>(&effect)) {
      if (const auto* lookup = std::get_if<search::Lookup>(of_search)) {
        host_.look_up(node_, *lookup);
      } else if (const auto* hit = std::get_if<search::Hit>(of_search)) {
        host_.log_.hit(*hit, host_.now_);
      }
    } else {
      FRESHET_CHECK(false && "transfers are not simulated");
    }
  }

  void arm(std::optional<TimePoint> deadline) { host_.arm(node_, deadline); }

 private:
  void perform_overlay(const overlay::Effect& effect, const core::EffectBuffer& buffer) {
    if (const auto* relay = std::get_if<overlay::Relay>(&effect)) {
      host_.relay(node_, *relay, buffer.links(relay->links));
    } else if (const auto* dial = std::get_if<overlay::Dial>(&effect)) {
      host_.dial(node_, *dial);
    } else if (const auto* close = std::get_if<overlay::Close>(&effect)) {
      host_.close(node_, close->link);
    } else if (std::holds_alternative<overlay::LinkEstablished>(effect)) {
      ++host_.counters_.established;
    } else {
      ++host_.counters_.closed;
    }
  }

  Host& host_;
  NodeIndex node_;
};

Host::Host(const core::Config& node_config,
           LatencyModel& network,
           const Content& content,
           HostConfig config)
    : node_config_(node_config),
      network_(network),
      content_(content),
      config_(std::move(config)),
      node_rng_(Rng::from_seed(config_.seed).fork("nodes")),
      key_rng_(Rng::from_seed(config_.seed).fork("node keys")),
      checkers_(config_.seed, config_.reproduce),
      log_(config_.nodes),
      slots_(config_.nodes),
      received_(std::in_place_type<overlay::Input>, overlay::Received{}) {
  for (NodeIndex node = 0; node < config_.nodes; ++node) start(node);
}

NodeKey Host::key_of(NodeIndex index) const {
  Rng rng = key_rng_.fork(index);
  NodeKey key;
  static_assert(NodeKey::kSize == 2 * Guid::kSize);
  for (std::size_t half = 0; half < 2; ++half) {
    const Guid bytes = rng.guid();
    std::copy(bytes.bytes.begin(),
              bytes.bytes.end(),
              key.bytes.begin() + static_cast<std::ptrdiff_t>(half * Guid::kSize));
  }
  return key;
}

void Host::start(NodeIndex node) {
  Slot& slot = slots_[node];
  const std::uint64_t life = (std::uint64_t{slot.lives++} << 32U) | node;
  slot.node.emplace(node_config_, node_counters_, key_of(node), node_rng_.fork(life));
  slot.is_alive = true;
}

std::uint64_t Host::digest() const {
  Digest digest;
  digest.add(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  for (const Slot& slot : slots_) digest.add(slot.node ? slot.node->digest() : 0);
  return digest.value();
}

// ---- what a simulation does to nodes

void Host::connect(NodeIndex a, NodeIndex b) {
  FRESHET_CHECK(slots_[a].node && slots_[b].node);
  bring_up(a, b, std::nullopt);
}

void Host::bring_up(NodeIndex dialler, NodeIndex other, std::optional<DialId> dial) {
  const LinkId accepted = add_link(other);
  const LinkId dialled = add_link(dialler);
  LinkEnd& far = *find_link(slots_[other], accepted);
  far.peer = dialler;
  far.peer_id = dialled;
  LinkEnd& near = *find_link(slots_[dialler], dialled);
  near.peer = other;
  near.peer_id = accepted;
  Endpoint from = endpoint_of(dialler);
  from.port = kEphemeralPort;
  deliver_to(other,
             overlay_input(overlay::LinkUp{.link = accepted,
                                           .peer = key_of(dialler),
                                           .remote = from,
                                           .direction = overlay::Direction::in,
                                           .dial = std::nullopt,
                                           .room_bytes = kRoom}));
  deliver_to(dialler,
             overlay_input(overlay::LinkUp{.link = dialled,
                                           .peer = key_of(other),
                                           .remote = endpoint_of(other),
                                           .direction = overlay::Direction::out,
                                           .dial = dial,
                                           .room_bytes = kRoom}));
}

void Host::give(NodeIndex node, const core::Input& input) {
  FRESHET_CHECK(slots_[node].node.has_value());
  deliver_to(node, input);
}

void Host::crash(NodeIndex node) {
  Slot& slot = slots_[node];
  slot.node.reset();
  slot.is_alive = false;
  slot.links = {};
  slot.armed_at = TimePoint::max();
}

void Host::restart(NodeIndex node) {
  if (!slots_[node].node) start(node);
}

std::optional<std::uint16_t> Host::ask(NodeIndex node, const wire::Query& query, std::uint8_t ttl) {
  FRESHET_CHECK(slots_[node].node.has_value());
  const auto track = log_.begin(node, now_);
  if (!track) return std::nullopt;
  asking_ = *track;
  deliver_to(node,
             core::Input(std::in_place_type<search::Input>,
                         search::Ask{.ask = log_.ask_of(*track), .query = query, .ttl = ttl}));
  asking_ = kNoTrack;
  return track;
}

// ---- the clock

bool Host::run_until(TimePoint time) {
  while (step(time)) {
  }
  if (failure()) return false;
  now_ = std::max(now_, time);
  return true;
}

bool Host::step(TimePoint limit) {
  if (failure() || !queue_.is_due(limit)) return false;
  prefetch_ahead();
  const Event event = queue_.pop();
  FRESHET_CHECK(event.at >= now_);
  now_ = event.at;
  ++counters_.events;
  switch (event.kind) {
    case Kind::frame:
      on_frame(event);
      break;
    case Kind::timer:
      on_timer(event);
      break;
    case Kind::link_down:
      on_link_down(event);
      break;
    case Kind::writable:
      draining_ = true;
      deliver_to(event.node,
                 overlay_input(overlay::Writable{.link = LinkId{event.link}, .room_bytes = kRoom}));
      draining_ = false;
      break;
    case Kind::dial:
      on_dial(event);
      break;
    case Kind::input:
      on_input(event);
      break;
  }
  return true;
}

// A delivery touches memory in four steps, each found by way of the one before: the slot; the link
// and the GUID table; the table's line for the GUID. Taken one after another for deliveries still
// to come, none of them is waited for.
void Host::prefetch_ahead() const {
  if (const Event* event = queue_.ahead(kSlotAhead)) {
    const auto* slot = reinterpret_cast<const Byte*>(&slots_[event->node]);
    core::prefetch_line(slot);
    core::prefetch_line(slot + kCacheLine);
  }
  if (const Event* event = queue_.ahead(kLinkAhead);
      event != nullptr && event->kind == Kind::frame) {
    const Slot& slot = slots_[event->node];
    if (slot.is_alive) slot.node->overlay().prefetch_link(LinkId{event->link});
    log_.prefetch(event->frame->track, event->node);
  }
  if (const Event* event = queue_.ahead(kGuidAhead);
      event != nullptr && event->kind == Kind::frame) {
    const Slot& slot = slots_[event->node];
    if (slot.is_alive) slot.node->overlay().prefetch_guid(event->frame->guid());
  }
}

void Host::deliver_to(NodeIndex node, const core::Input& input) {
  Slot& slot = slots_[node];
  if (!slot.is_alive) return;
  World world(*this, node);
  core::deliver(*slot.node, world, input, scratch_);
}

void Host::on_frame(const Event& event) {
  SharedFrame* frame = event.frame;
  const LinkId link{event.link};
  if (slots_[event.node].is_alive) {
    ++counters_.deliveries;
    log_.arrived(*frame, event.node, link, event.hops);
    auto* received = std::get_if<overlay::Received>(std::get_if<overlay::Input>(&received_));
    received->link = link;
    received->bytes = frame->stamped(event.ttl, event.hops);
    incoming_ = {.frame = frame, .link = link, .ttl = event.ttl, .hops = event.hops};
    deliver_to(event.node, received_);
    incoming_.frame = nullptr;
  } else {
    ++counters_.lost;
  }
  log_.lands(frame->track);
  pool_.release(frame);
}

void Host::on_timer(const Event& event) {
  Slot& slot = slots_[event.node];
  if (slot.armed_at != event.at) return;  // armed anew since, or crashed
  slot.armed_at = TimePoint::max();
  const auto deadline = slot.node->next_deadline();
  if (deadline && *deadline <= now_) {
    deliver_to(event.node, core::Input(core::DeadlinePassed{}));
  } else {
    arm(event.node, deadline);
  }
}

void Host::arm(NodeIndex node, std::optional<TimePoint> deadline) {
  Slot& slot = slots_[node];
  if (!deadline || *deadline >= slot.armed_at) return;  // the timer that is set asks again
  slot.armed_at = std::max(*deadline, now_);
  queue_.push({.at = slot.armed_at, .value = 0, .node = node, .kind = Kind::timer});
}

// ---- links

LinkId Host::add_link(NodeIndex node) {
  Slot& slot = slots_[node];
  if (slot.links.capacity() == 0) slot.links.reserve(kFirstLinks);
  const LinkId id{slot.next_link++};
  slot.links.push_back({.id = id});
  return id;
}

Host::LinkEnd* Host::find_link(Slot& slot, LinkId id) {
  // Where no link ever went, ids are indexes.
  if (id.value < slot.links.size() && slot.links[id.value].id == id) return &slot.links[id.value];
  const auto found = std::lower_bound(
      slot.links.begin(), slot.links.end(), id, [](const LinkEnd& link, LinkId wanted) {
        return link.id < wanted;
      });
  return found != slot.links.end() && found->id == id ? &*found : nullptr;
}

void Host::close(NodeIndex node, LinkId link) {
  const LinkEnd* end = find_link(slots_[node], link);
  if (end == nullptr) return;
  queue_.push({.at = now_, .value = 0, .node = node, .link = link.value, .kind = Kind::link_down});
  queue_.push({.at = now_ + network_.latency(node, end->peer),
               .value = 0,
               .node = end->peer,
               .link = end->peer_id.value,
               .kind = Kind::link_down});
}

void Host::on_link_down(const Event& event) {
  Slot& slot = slots_[event.node];
  const LinkEnd* end = find_link(slot, LinkId{event.link});
  if (end == nullptr) return;  // the other end closed it too, or the node crashed
  slot.links.erase(slot.links.begin() + (end - slot.links.data()));
  deliver_to(event.node, overlay_input(overlay::LinkDown{.link = LinkId{event.link}}));
}

void Host::dial(NodeIndex node, const overlay::Dial& dial) {
  std::optional<NodeIndex> target;
  if (const auto* address = std::get_if<Endpoint>(&dial.target)) {
    target = node_at(*address);
  } else {
    target = std::get_if<overlay::PeerNumber>(&dial.target)->value;
  }
  const bool exists = target && *target < size();
  const bool is_alive = exists && slots_[*target].node;
  const bool is_expected = exists && (!dial.expected || key_of(*target) == *dial.expected);
  const Duration round_trip =
      exists ? network_.latency(node, *target) + network_.latency(*target, node) : Duration{};
  queue_.push({.at = now_ + (is_alive ? round_trip : config_.dial_timeout),
               .value = is_alive && is_expected ? *target : kNoNode,
               .node = node,
               .link = dial.dial.value,
               .kind = Kind::dial,
               .lives = static_cast<std::uint8_t>(slots_[node].lives)});
}

void Host::on_dial(const Event& event) {
  const Slot& slot = slots_[event.node];
  if (!slot.node || static_cast<std::uint8_t>(slot.lives) != event.lives) return;
  const auto target = static_cast<NodeIndex>(event.value);
  const DialId dial{event.link};
  if (target != kNoNode && slots_[target].node) {
    bring_up(event.node, target, dial);
  } else {
    deliver_to(event.node, overlay_input(overlay::DialFailed{.dial = dial}));
  }
}

// ---- frames and lookups

SharedFrame* Host::frame_for(const overlay::Relay& relay) {
  if (incoming_.frame != nullptr && incoming_.frame->is_same(relay.header, relay.body))
    return incoming_.frame;
  SharedFrame* frame = pool_.make(relay.header, relay.body);
  const wire::FrameType type = relay.header.type;
  if (type == wire::FrameType::query || type == wire::FrameType::query_hit) {
    if (asking_ != kNoTrack && type == wire::FrameType::query)
      log_.name(asking_, relay.header.guid);
    frame->track = log_.find(relay.header.guid);
  }
  return frame;
}

void Host::relay(NodeIndex node, const overlay::Relay& relay, std::span<const LinkId> links) {
  SharedFrame* frame = frame_for(relay);
  const Outgoing sent{.node = node,
                      .at = now_,
                      .header = relay.header,
                      .links = links,
                      .is_onward = frame == incoming_.frame,
                      .may_be_old = draining_};
  checkers_.check_sent(sent, incoming_);
  if (frame->track != kNoTrack && frame->type() == wire::FrameType::query_hit)
    checkers_.check_hit(sent, log_.came_from(frame->track, node));
  if (frame->track != kNoTrack) {
    checkers_.check_table(node,
                          now_,
                          slots_[node].node->overlay().remembered_guids(),
                          2 * node_config_.overlay.guids_per_generation);
  }
  Slot& slot = slots_[node];
  for (const LinkId link : links) {
    const LinkEnd* end = find_link(slot, link);
    FRESHET_CHECK(end != nullptr);
    queue_.push({.at = now_ + network_.latency(node, end->peer),
                 .frame = frame,
                 .node = end->peer,
                 .link = end->peer_id.value,
                 .kind = Kind::frame,
                 .ttl = relay.header.ttl,
                 .hops = relay.header.hops});
  }
  const auto copies = static_cast<std::uint32_t>(links.size());
  frame->references += copies;
  slot.sent_bytes += copies * static_cast<std::uint32_t>(frame->frame_bytes());
  if (slot.sent_bytes >= kRoomUsed) renew_room(node);
  log_.sent(*frame, copies);
  if (frame->references == 0) pool_.recycle(frame);
}

void Host::renew_room(NodeIndex node) {
  Slot& slot = slots_[node];
  slot.sent_bytes = 0;
  for (const LinkEnd& end : slot.links) {
    queue_.push(
        {.at = now_, .value = 0, .node = node, .link = end.id.value, .kind = Kind::writable});
  }
}

void Host::look_up(NodeIndex node, const search::Lookup& lookup) {
  if (asking_ != kNoTrack) log_.name(asking_, lookup.lookup);
  auto files = content_.find(node, lookup.query, lookup.limit);
  if (files.empty()) return;
  const std::uint16_t track = log_.find(lookup.lookup);
  log_.departs(track);
  if (free_inputs_.empty()) {
    free_inputs_.push_back(inputs_.size());
    inputs_.emplace_back();
  }
  const std::size_t place = free_inputs_.back();
  free_inputs_.pop_back();
  inputs_[place] = std::make_unique<core::Input>(
      std::in_place_type<search::Input>,
      search::Found{.lookup = lookup.lookup, .files = std::move(files)});
  queue_.push({.at = now_, .value = place, .node = node, .link = track, .kind = Kind::input});
}

void Host::on_input(const Event& event) {
  const auto input = std::move(inputs_[event.value]);
  free_inputs_.push_back(event.value);
  deliver_to(event.node, *input);
  log_.lands(static_cast<std::uint16_t>(event.link));
}

}  // namespace freshet::sim
