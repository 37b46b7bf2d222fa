#include "node/core/overlay/membership/walks.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/held_links.h"
#include "node/core/overlay/sending.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

bool takes_part(const Link& link) {
  return link.state == LinkState::up && link.is_member;
}

// Neighbours that take part, but for two.
std::vector<Link*> others(Turn& turn, LinkId except, const NodeKey* nor_peer = nullptr) {
  std::vector<Link*> found;
  for (Link& link : turn.links.all()) {
    if (!takes_part(link) || link.id == except) continue;
    if (nor_peer != nullptr && turn.links.peer_of(link).key == *nor_peer) continue;
    found.push_back(&link);
  }
  return found;
}

Link* any_of(Turn& turn, const std::vector<Link*>& links) {
  return links.empty() ? nullptr : links[turn.rng.below(links.size())];
}

void send(Turn& turn,
          Link& link,
          wire::FrameHeader header,
          const std::vector<wire::PongNode>& nodes) {
  Bytes body = wire::encode_members(nodes);
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  send_own(turn, link, header, std::move(body));
}

wire::FrameHeader onward(wire::FrameHeader header, std::uint8_t most_ttl) {
  header.ttl = static_cast<std::uint8_t>(std::min(header.ttl, most_ttl) - 1);
  ++header.hops;
  return header;
}

void learn(Turn& turn, DialPlan& dials, const std::vector<wire::PongNode>& nodes) {
  for (const wire::PongNode& node : nodes)
    dials.learn(turn, node.key, node.address, turn.now - std::chrono::seconds(node.age_s));
}

std::optional<wire::PongNode> peer_as_node(const Turn& turn,
                                           const DialPlan& dials,
                                           const Link& link) {
  const NodeKey& key = turn.links.peer_of(link).key;
  const CachedHost* host = dials.cache().find_key(key);
  if (host == nullptr) return std::nullopt;  // it cannot be dialled
  return wire::PongNode{.key = key, .address = host->address, .age_s = 0};
}

}  // namespace

void Walks::spread_join(Turn& turn, DialPlan& dials, const Link& joined) {
  const auto node = peer_as_node(turn, dials, joined);
  if (!node) return;
  std::vector<Link*> to = others(turn, joined.id);
  for (std::size_t walkers = 0; walkers < turn.config.target_links && !to.empty(); ++walkers) {
    const std::size_t which = turn.rng.below(to.size());
    ++turn.counters.joins_out;
    send(turn,
         *to[which],
         {.guid = turn.rng.guid(), .type = wire::FrameType::join, .ttl = turn.config.join_ttl},
         {*node});
    to.erase(to.begin() + static_cast<std::ptrdiff_t>(which));
  }
}

void Walks::shuffle(Turn& turn, DialPlan& dials) {
  Link* to = any_of(turn, others(turn, kSelfLink));
  if (to == nullptr) return;
  const auto nodes = dials.sample(turn, turn.links.peer_of(*to).key, kShuffleNodes);
  if (nodes.empty()) return;
  const Guid guid = turn.rng.guid();
  routes_.add(guid, kSelfLink);
  ++turn.counters.shuffles_out;
  send(turn,
       *to,
       {.guid = guid, .type = wire::FrameType::shuffle, .ttl = turn.config.shuffle_ttl},
       nodes);
}

bool Walks::on_frame(
    Turn& turn, DialPlan& dials, const Link& from, const Frame& frame, std::size_t places) {
  auto nodes = wire::decode_members(frame.body);
  if (!nodes) return false;
  switch (frame.header.type) {
    case wire::FrameType::join:
      ++turn.counters.joins_in;
      if (nodes->size() != 1 || !nodes->front().key) return false;
      on_join(turn, dials, from, frame.header, nodes->front(), places);
      return true;
    case wire::FrameType::shuffle:
      ++turn.counters.shuffles_in;
      on_shuffle(turn, dials, from, frame.header, std::move(*nodes));
      return true;
    default:
      ++turn.counters.shuffle_replies_in;
      on_reply(turn, dials, frame.header, *nodes);
      return true;
  }
}

void Walks::on_join(Turn& turn,
                    DialPlan& dials,
                    const Link& from,
                    const wire::FrameHeader& header,
                    const wire::PongNode& node,
                    std::size_t places) {
  if (*node.key == turn.self) return;
  const wire::FrameHeader next = onward(header, turn.config.join_ttl);
  if (next.ttl == turn.config.join_notice_ttl) learn(turn, dials, {node});
  Link* to = next.ttl == 0 ? nullptr : any_of(turn, others(turn, from.id, &*node.key));
  if (to != nullptr) {
    ++turn.counters.joins_out;
    send(turn, *to, next, {node});
    return;
  }
  learn(turn, dials, {node});
  if (held_links(turn).all >= places || !welcomes_.take(kWelcomes, turn.now)) {
    ++turn.counters.joins_unanswered;
    return;
  }
  if (!dials.dial_host(turn, node.address, node.key, wire::Wish::welcome))
    ++turn.counters.joins_unanswered;
}

void Walks::on_shuffle(Turn& turn,
                       DialPlan& dials,
                       const Link& from,
                       const wire::FrameHeader& header,
                       std::vector<wire::PongNode> nodes) {
  if (header.hops == 0 && nodes.size() < wire::kMaxMembers) {
    // The node that shuffles does not know under which address others see it.
    if (const auto origin = peer_as_node(turn, dials, from)) nodes.push_back(*origin);
  }
  const wire::FrameHeader next = onward(header, turn.config.join_ttl);
  Link* to = next.ttl == 0 ? nullptr : any_of(turn, others(turn, from.id));
  if (to != nullptr) {
    routes_.add(header.guid, from.id);
    ++turn.counters.shuffles_out;
    send(turn, *to, next, nodes);
    return;
  }
  const auto answer = dials.sample(turn, turn.links.peer_of(from).key, kShuffleNodes);
  learn(turn, dials, nodes);
  ++turn.counters.shuffle_replies_out;
  send(turn,
       *turn.links.find(from.id),
       {.guid = header.guid,
        .type = wire::FrameType::shuffle_reply,
        .ttl = static_cast<std::uint8_t>(next.hops)},
       answer);
}

void Walks::on_reply(Turn& turn,
                     DialPlan& dials,
                     const wire::FrameHeader& header,
                     const std::vector<wire::PongNode>& nodes) {
  const auto back = routes_.take(header.guid);
  if (back && *back == kSelfLink) return learn(turn, dials, nodes);
  Link* to = back ? turn.links.find(*back) : nullptr;
  if (to == nullptr || to->state != LinkState::up || header.ttl <= 1) {
    ++turn.counters.shuffles_stray;
    return;
  }
  ++turn.counters.shuffle_replies_out;
  send(turn, *to, onward(header, header.ttl), nodes);
}

void Walks::digest(Digest& digest) const {
  routes_.digest(digest);
  digest.add(static_cast<std::uint64_t>(welcomes_.full_at().time_since_epoch().count()));
}

}  // namespace freshet::core::overlay
