#include "node/core/overlay/router.h"

#include <utility>

#include "node/core/overlay/sending.h"
#include "node/core/overlay/strategy.h"

namespace freshet::core::overlay {
namespace {

wire::FrameHeader next_hop(wire::FrameHeader header) {
  --header.ttl;
  ++header.hops;
  return header;
}

}  // namespace

GuidTable::Lookup Router::see(Turn& turn, const Guid& guid, Seen seen) {
  if (!guids_) guids_ = std::make_unique<GuidTable>(turn.rng.next_u64());
  if (guids_->rotate(turn.config.guids_per_generation, turn.config.max_guid_age, turn.now)) {
    ++turn.counters.guids_rotated;
  }
  return guids_->see(guid, seen);
}

void Router::on_query(
    Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up) {
  const auto [seen, inserted] = see(turn, header.guid, {.from = from.id, .ttl = header.ttl});
  bool again = false;
  if (inserted) {
    ++turn.counters.query_first;
  } else {
    ++turn.counters.query_duplicates;
    if (header.ttl <= seen->ttl) return;
    seen->ttl = header.ttl;
    again = seen->forwarded;
  }
  const wire::FrameHeader onward = next_hop(header);
  if (onward.ttl > 0) {
    seen->forwarded = true;
    const std::uint32_t copies = forward(turn, from.id, onward, body);
    turn.counters.query_forwarded += copies;
    if (again) turn.counters.query_reforwarded += copies;
  }
  if (inserted) up.query_arrived({.guid = header.guid, .hops = onward.hops, .body = body});
}

std::uint32_t Router::forward(Turn& turn,
                              LinkId from,
                              const wire::FrameHeader& header,
                              ByteView body) {
  const Strategy& strategy = strategy_for(0);
  const QueryContext query{
      .guid = header.guid, .from = from, .ttl = header.ttl, .hops = header.hops};
  const std::uint32_t first = turn.out.link_count();
  std::uint32_t copies = 0;
  for (Link& link : turn.links.all()) {
    if (link.id == from || link.state != LinkState::up || !strategy.passes(query, link)) continue;
    ++copies;
    if (take_room_or_queue(turn, link, header, body)) turn.out.add_link(link.id);
  }
  const LinkRange links = turn.out.links_since(first);
  if (links.count > 0) turn.out.push(Effect(Relay{.header = header, .body = body, .links = links}));
  turn.counters.frames_out += links.count;
  return copies;
}

void Router::on_hit(
    Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up) {
  ++turn.counters.hits_in;
  const Seen* seen = guids_ ? guids_->find(header.guid) : nullptr;
  if (seen == nullptr) {
    ++turn.counters.hits_unknown_guid;
    return;
  }
  const wire::FrameHeader onward = next_hop(header);
  if (seen->from == kSelfLink) {
    ++turn.counters.hits_for_us;
    up.hit_arrived({.guid = header.guid, .hops = onward.hops, .body = body});
    return;
  }
  Link* back = turn.links.find(seen->from);
  if (back == nullptr || back->state != LinkState::up || back->id == from.id) {
    ++turn.counters.hits_no_route;
    return;
  }
  if (onward.ttl == 0) {
    ++turn.counters.hits_expired;
    return;
  }
  ++turn.counters.hits_forwarded;
  if (!take_room_or_queue(turn, *back, onward, body)) return;
  const std::uint32_t first = turn.out.link_count();
  turn.out.add_link(back->id);
  turn.out.push(
      Effect(Relay{.header = onward, .body = body, .links = turn.out.links_since(first)}));
  ++turn.counters.frames_out;
}

void Router::originate(Turn& turn, const Guid& guid, std::uint8_t ttl, Bytes body) {
  // One more than any copy that can come back around has: such a copy is never a better one.
  const auto own_ttl = static_cast<std::uint8_t>(ttl == 0xFF ? ttl : ttl + 1);
  see(turn, guid, {.from = kSelfLink, .ttl = own_ttl, .forwarded = true});
  ++turn.counters.queries_sent;
  if (ttl == 0) return;
  const auto body_bytes = static_cast<std::uint32_t>(body.size());
  const wire::FrameHeader header{.guid = guid,
                                 .type = wire::FrameType::query,
                                 .ttl = ttl,
                                 .hops = 0,
                                 .body_bytes = body_bytes};
  forward(turn, kSelfLink, header, turn.out.keep(std::move(body)));
}

bool Router::answer(Turn& turn, const Guid& guid, Bytes body) {
  const Seen* seen = guids_ ? guids_->find(guid) : nullptr;
  Link* back = seen == nullptr ? nullptr : turn.links.find(seen->from);
  if (back == nullptr || back->state != LinkState::up) {
    ++turn.counters.hits_no_route;
    return false;
  }
  ++turn.counters.hits_sent;
  const auto body_bytes = static_cast<std::uint32_t>(body.size());
  send_own(turn,
           *back,
           {.guid = guid,
            .type = wire::FrameType::query_hit,
            .ttl = turn.config.max_ttl,
            .hops = 0,
            .body_bytes = body_bytes},
           std::move(body));
  return true;
}

bool Router::is_own(const Guid& guid) const {
  const Seen* seen = guids_ ? guids_->find(guid) : nullptr;
  return seen != nullptr && seen->from == kSelfLink;
}

std::uint64_t Router::digest() const {
  return guids_ ? guids_->digest() : 0;
}

}  // namespace freshet::core::overlay
