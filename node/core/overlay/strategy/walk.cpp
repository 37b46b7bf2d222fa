#include "node/core/overlay/strategy/walk.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/sending.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/route_table.h"

namespace freshet::core::overlay {
namespace {

constexpr std::uint8_t kFirstCheck = 4;  ///< steps

bool checks_back_at(std::uint8_t steps) {
  return steps >= kFirstCheck && std::has_single_bit(static_cast<unsigned>(steps));
}

wire::FrameHeader control_header(const Guid& guid, wire::FrameType type, std::uint8_t ttl) {
  return {.guid = guid, .type = type, .ttl = ttl, .hops = 0, .body_bytes = 0};
}

void send_word(Turn& turn, Link& link, wire::FrameHeader header, std::uint32_t walker) {
  Bytes body = wire::encode_walker(walker);
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  ++turn.counters.checks_out;
  send_own(turn, link, header, std::move(body));
}

wire::FrameHeader onward(wire::FrameHeader header) {
  --header.ttl;
  ++header.hops;
  return header;
}

}  // namespace

std::uint32_t Walk::pass_on(Turn& turn, const Passing& query) {
  const WalkerId id{.guid = query.header.guid, .walker = wire::route_of_query(query.body).walker};
  if (!checks_back_at(query.header.hops)) return step(turn, query);
  park(turn, query, id);
  return 0;
}

// Highest hash wins: independent of the order in which a host numbers its links.
std::uint32_t Walk::step(Turn& turn, const Passing& query) const {
  Fanout fanout(turn, query);
  Digest way;
  way.add(hash_key_);
  way.add(query.header.guid.view());
  way.add(wire::route_of_query(query.body).walker);
  way.add(query.header.hops);
  way.add(turn.self.view());
  Link* best = nullptr;
  std::uint64_t best_draw = 0;
  for (Link& link : turn.links.all()) {
    if (!fanout.allows(link)) continue;
    Digest draw = way;
    draw.add(turn.links.peer_of(link).key.view());
    if (best != nullptr && draw.value() <= best_draw) continue;
    best = &link;
    best_draw = draw.value();
  }
  if (best != nullptr) fanout.add(*best);
  return fanout.finish();
}

void Walk::park(Turn& turn, const Passing& query, WalkerId id) {
  Link* back = turn.links.find(query.route);
  if (back == nullptr || back->state != LinkState::up) {
    ++turn.counters.walkers_dropped;
    return;
  }
  if (parked_.size() >= kMaxParked) {
    ++turn.counters.walkers_dropped;
    parked_.pop_front();
  }
  parked_.push_back({.id = id,
                     .header = query.header,
                     .body = Bytes(query.body.begin(), query.body.end()),
                     .from = query.from,
                     .until = turn.now + turn.config.walker_patience});
  wake_by(parked_.back().until);
  if (query.tally != nullptr) query.tally->hold();
  send_word(turn,
            *back,
            control_header(id.guid, wire::FrameType::check_back, turn.config.max_ttl),
            id.walker);
}

void Walk::on_check(
    Turn& turn, Link& from, const wire::FrameHeader& header, std::uint32_t walker, LinkId route) {
  Link* back = turn.links.find(route);
  if (back == nullptr || back->state != LinkState::up || back->id == from.id || header.ttl <= 1) {
    ++turn.counters.checks_stray;
    return;
  }
  if (asked_.size() >= kMaxAsked) {
    ++turn.counters.checks_stray;
    asked_.pop_front();
  }
  asked_.push_back({.id = {.guid = header.guid, .walker = walker},
                    .from = from.id,
                    .until = turn.now + turn.config.walker_patience});
  wake_by(asked_.back().until);
  send_word(turn, *back, onward(header), walker);
}

void Walk::answer_check(Turn& turn,
                        Link& from,
                        const wire::FrameHeader& header,
                        std::uint32_t walker) {
  send_word(
      turn, from, control_header(header.guid, wire::FrameType::go_on, turn.config.max_ttl), walker);
}

void Walk::on_go_on(Turn& turn,
                    const wire::FrameHeader& header,
                    std::uint32_t walker,
                    Tally* tally) {
  const WalkerId id{.guid = header.guid, .walker = walker};
  const auto parked = std::find_if(
      parked_.begin(), parked_.end(), [&](const Parked& each) { return each.id == id; });
  if (parked != parked_.end()) {
    const Parked walker_here = std::move(*parked);
    parked_.erase(parked);
    const Passing query{.header = walker_here.header,
                        .body = turn.out.keep(walker_here.body),
                        .from = walker_here.from,
                        .route = walker_here.from,
                        .tally = tally};
    turn.counters.query_forwarded += step(turn, query);
    if (tally != nullptr) tally->release();
    return;
  }
  const auto asked =
      std::find_if(asked_.begin(), asked_.end(), [&](const Asked& each) { return each.id == id; });
  const bool is_known = asked != asked_.end();
  Link* on = is_known ? turn.links.find(asked->from) : nullptr;
  if (is_known && header.ttl > 1) asked_.erase(asked);
  if (on == nullptr || on->state != LinkState::up || header.ttl <= 1) {
    ++turn.counters.checks_stray;
    return;
  }
  send_word(turn, *on, onward(header), walker);
}

void Walk::run(Turn& turn) {
  while (!parked_.empty() && parked_.front().until <= turn.now) parked_.pop_front();
  while (!asked_.empty() && asked_.front().until <= turn.now) asked_.pop_front();
  sleep();
  if (!parked_.empty()) wake_by(parked_.front().until);
  if (!asked_.empty()) wake_by(asked_.front().until);
}

std::uint64_t Walk::digest() const {
  Digest digest;
  for (const Parked& each : parked_) digest.add(each.id.guid.view());
  for (const Asked& each : asked_) digest.add(each.id.guid.view());
  return digest.value();
}

}  // namespace freshet::core::overlay
