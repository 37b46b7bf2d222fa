// The part of Host that knows links: how they come and go, what they take, and dials.
#include <algorithm>
#include <utility>
#include <variant>

#include "node/base/check.h"
#include "node/sim/host.h"

namespace freshet::sim {
namespace {

namespace overlay = core::overlay;

constexpr std::size_t kFirstLinks = 8;                 ///< most nodes have fewer or as many
constexpr std::uint16_t kEphemeralPort = 49152;        ///< where dialled links seem to come from
constexpr std::uint32_t kNoTarget = Event::kMaxValue;  ///< of a dial that nobody may answer

core::Input overlay_input(const overlay::Input& input) {
  return core::Input(std::in_place_type<overlay::Input>, input);
}

}  // namespace

LinkId Host::add_link(NodeIndex node) {
  Slot& slot = slots_[node];
  const LinkId id{slot.next_link++};
  FRESHET_CHECK(id.value < Arrival::kMaxLinks);
  if (!uplinks_.empty()) uplinks_[node].add_link(id);
  return id;
}

LinkEnd* Host::search_link(Slot& slot, LinkId id) {
  const auto found = std::lower_bound(
      slot.links.begin(), slot.links.end(), id, [](const LinkEnd& link, LinkId wanted) {
        return link.id() < wanted;
      });
  return found != slot.links.end() && found->id() == id ? &*found : nullptr;
}

void Host::bring_up(NodeIndex dialler, NodeIndex other, std::optional<DialId> dial) {
  const LinkId accepted = add_link(other);
  const LinkId dialled = add_link(dialler);
  slots_[other].links.push_back({accepted, dialler, dialled});
  slots_[dialler].links.push_back({dialled, other, accepted});
  const std::uint32_t room = uplinks_.empty() ? kRoom : Uplink::kRoom;
  Endpoint from = endpoint_of(dialler);
  from.port = kEphemeralPort;
  deliver_to(other,
             overlay_input(overlay::LinkUp{.link = accepted,
                                           .peer = key_of(dialler),
                                           .remote = from,
                                           .direction = overlay::Direction::in,
                                           .dial = std::nullopt,
                                           .room_bytes = room}));
  deliver_to(dialler,
             overlay_input(overlay::LinkUp{.link = dialled,
                                           .peer = key_of(other),
                                           .remote = endpoint_of(other),
                                           .direction = overlay::Direction::out,
                                           .dial = dial,
                                           .room_bytes = room}));
}

// ---- dials

void Host::dial(NodeIndex node, const overlay::Dial& dial) {
  std::optional<NodeIndex> target;
  if (const auto* address = std::get_if<Endpoint>(&dial.target)) {
    target = node_at(*address);
  } else {
    target = std::get_if<overlay::PeerNumber>(&dial.target)->value;
  }
  const bool exists = target && *target < size();
  const bool stalls = exists && adversary_ != nullptr && adversary_->stalls(*target);
  const bool hears =
      exists && slots_[*target].is_alive && !stalls && !network_.is_cut(node, *target, now_);
  const bool is_expected = exists && (!dial.expected || key_of(*target) == *dial.expected);
  const Duration takes = hears ? network_.latency() + network_.latency() : config_.dial_timeout;
  queue_.push(now_ + takes,
              Event(EventKind::dial,
                    node,
                    dial.dial.value,
                    hears && is_expected ? *target : kNoTarget,
                    static_cast<std::uint8_t>(slots_[node].lives)));
}

void Host::on_dial(const Event& event) {
  const NodeIndex node = event.node();
  const Slot& slot = slots_[node];
  if (!slot.is_alive || static_cast<std::uint8_t>(slot.lives) != event.small()) return;
  const NodeIndex target = event.value();
  const DialId dial{event.link()};
  if (target != kNoTarget && slots_[target].is_alive) {
    bring_up(node, target, dial);
  } else {
    deliver_to(node, overlay_input(overlay::DialFailed{.dial = dial}));
  }
}

// ---- ends

void Host::close(NodeIndex node, LinkId link) {
  if (find_link(slots_[node], link) == nullptr) return;
  if (uplinks_.empty()) {
    end_link(node, link);
  } else if (uplinks_[node].push({.link = link})) {  // after what waits
    begin_sending(node);
  }
}

void Host::end_link(NodeIndex node, LinkId link) {
  LinkEnd* end = find_link(slots_[node], link);
  if (end == nullptr) return;
  queue_.push(now_, Event(EventKind::link_down, node, link.value));
  if (end->is_clogged() || network_.is_cut(node, end->peer(), now_)) return;  // nobody hears
  TimePoint arrival = now_ + network_.latency();
  if (!network_.keeps_order()) arrival = end->in_order(arrival, now_);
  queue_.push(arrival, Event(EventKind::link_down, end->peer(), end->peer_id().value));
}

void Host::on_link_down(const Event& event) {
  Slot& slot = slots_[event.node()];
  const LinkId link{event.link()};
  const LinkEnd* end = find_link(slot, link);
  if (!slot.is_alive || end == nullptr) return;  // the other end closed it too, or the node crashed
  slot.links.erase_at(static_cast<std::size_t>(end - slot.links.data()));
  if (!uplinks_.empty()) uplinks_[event.node()].remove_link(link);
  deliver_to(event.node(), overlay_input(overlay::LinkDown{.link = link}));
}

// ---- room

void Host::clog_links() {
  if (config_.network.clogged <= 0) return;
  std::vector<std::pair<NodeIndex, LinkId>> links;  // by the end with the lower number
  for (NodeIndex node = 0; node < size(); ++node) {
    for (const LinkEnd& end : slots_[node].links) {
      if (node < end.peer()) links.emplace_back(node, end.id());
    }
  }
  for (const std::size_t which : network_.clogged_of(links.size())) {
    const auto [node, link] = links[which];
    LinkEnd& near = *find_link(slots_[node], link);
    near.clog();
    const NodeIndex peer = near.peer();
    const LinkId peer_id = near.peer_id();
    tell_room(node, link, 0);
    LinkEnd* far = find_link(slots_[peer], peer_id);
    if (far == nullptr) continue;
    far->clog();
    tell_room(peer, peer_id, 0);
  }
}

void Host::renew_room(NodeIndex node) {
  Slot& slot = slots_[node];
  slot.sent_bytes = 0;
  for (const LinkEnd& end : slot.links) {
    if (!end.is_clogged()) queue_.push(now_, Event(EventKind::writable, node, end.id().value));
  }
}

void Host::tell_room(NodeIndex node, LinkId link, std::uint32_t room_bytes) {
  draining_ = true;
  deliver_to(node, overlay_input(overlay::Writable{.link = link, .room_bytes = room_bytes}));
  draining_ = false;
}

}  // namespace freshet::sim
