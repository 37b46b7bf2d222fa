#include "node/core/overlay/router.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/pushing.h"
#include "node/core/overlay/sending.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

/// A hit that came so few hops goes both ways back where two are known: one may lead through a
/// relay that alters it. Not at its own node, which answers the first copy and knows no second way
/// yet.
constexpr std::uint8_t kTwoWaysWithin = 1;

wire::FrameHeader next_hop(wire::FrameHeader header) {
  --header.ttl;
  ++header.hops;
  return header;
}

// Numbers of a later version flood: a newer origin's query is not lost.
StrategyId strategy_of(const wire::QueryRoute& route) {
  const std::uint32_t number = route.strategy;
  return number <= static_cast<std::uint32_t>(StrategyId::tabled_tree)
             ? static_cast<StrategyId>(number)
             : StrategyId::flood;
}

// Whether copies of it that cross on a link are sure to be duplicates at both ends.
bool may_cross(StrategyId how) {
  return how != StrategyId::walk && !is_tree(how);
}

// Neighbours off the tree are told of a query, and may fetch it after all.
bool has_lazy_link(const Turn& turn, LinkId except) {
  const auto links = std::as_const(turn.links).all();
  return std::any_of(links.begin(), links.end(), [&](const Link& link) {
    return link.is_lazy && link.state == LinkState::up && link.id != except;
  });
}

// One more than any copy that can come back around has: such a copy is never a better one.
std::uint8_t own_ttl(std::uint8_t ttl) {
  return static_cast<std::uint8_t>(ttl == 0xFF ? ttl : ttl + 1);
}

void pass_hit(Turn& turn, Link& to, const wire::FrameHeader& header, ByteView body) {
  if (!take_room_or_queue(turn, to, header, body)) return;
  const std::uint32_t first = turn.out.link_count();
  turn.out.add_link(to.id);
  turn.out.push(
      Effect(Relay{.header = header, .body = body, .links = turn.out.links_since(first)}));
  ++turn.counters.frames_out;
}

Link* second_way(Turn& turn, const Seen& seen, LinkId came_on) {
  if (seen.from == kSelfLink || seen.second == Seen::kNoSecond) return nullptr;
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::up || link.id == came_on || link.id == seen.from) continue;
    if (Seen::low_bits(link.id) == seen.second) return &link;
  }
  return nullptr;
}

}  // namespace

void Router::age_guids(Turn& turn) {
  if (!guids_) guids_.emplace(turn.rng.next_u64());
  const auto age =
      guids_->rotate(turn.config.guids_per_generation, turn.config.max_guid_age, turn.now);
  if (age) {
    ++turn.counters.guids_rotated;
    if (*age < turn.config.min_route_age) {
      turn.need_guard().queries().begin(turn.now);
      guids_->set_in_rush(true);
    }
    const auto renew = [&](const Guid& guid) {
      guids_->renew(guid);
    };
    if (turn.guard) {  // own ones in calm, too: the rush that follows may fill the next at once
      turn.guard->near_queries().each(turn.now, renew);
      turn.guard->own_queries().each(turn.now, renew);
    }
  }
}

void Router::on_query(
    Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up) {
  age_guids(turn);
  const auto [seen, inserted] = guids_->see(header.guid, {.from = from.id, .ttl = header.ttl}, [&] {
    return !guids_->is_in_rush() || !is_over_share(turn, from.id, header);
  });
  if (seen == nullptr) {
    ++turn.counters.query_over_share;
    return;
  }
  ++(inserted ? turn.counters.query_first : turn.counters.query_duplicates);
  if (inserted && header.hops == 0 && guids_->is_in_rush()
      && turn.need_guard().queries().is_within_own_rate(from.id))
    turn.need_guard().near_queries().add(turn.config, header.guid, turn.now);
  bool is_better = inserted || header.ttl > seen->ttl;
  // Who got it through this node has a copy with two less, and is no way back.
  if (seen->second == Seen::kNoSecond && header.ttl + 1 >= seen->ttl && seen->from != from.id)
    seen->second = Seen::low_bits(from.id);
  if (!is_better && seen->strategy == StrategyId::flood) {  // most duplicates end here
    if (seen->is_tallied) tally_copy(turn, from, header, *seen, {});
    return;
  }
  bool is_new = inserted;
  if (is_better || is_ring(seen->strategy)) {
    const wire::QueryRoute route = wire::route_of_query(body);
    const StrategyId how = strategy_of(route);
    is_new = inserted || (is_tree(how) && !is_tree(seen->strategy));
    if (is_better || is_new) seen->strategy = how;
    if (inserted) seen->is_tallied = route.tally;
  }
  seen->ttl = std::max(seen->ttl, header.ttl);
  const StrategyId how = seen->strategy;
  const wire::FrameHeader onward = next_hop(header);
  Passing query{.header = onward, .body = body, .from = from.id, .route = seen->from};
  if (is_tree(how)) is_better = strategies(turn).tree().take(turn, query, is_new);
  bool goes_on = onward.ttl > 0 && (is_better || how == StrategyId::walk);
  if (goes_on && turn.config.caches_hits)
    goes_on = !up.ends_here(
        {.guid = header.guid, .hops = onward.hops, .reach = onward.ttl, .body = body});
  if (seen->is_tallied)
    query.tally = tally_copy(turn, from, header, *seen, {.is_first = inserted, .goes_on = goes_on});
  if (goes_on) {
    const bool again = seen->forwarded && how != StrategyId::walk;
    seen->forwarded = true;
    const std::uint32_t copies = pass_on(turn, how, query);
    turn.counters.query_forwarded += copies;
    if (again) turn.counters.query_reforwarded += copies;
  }
  if (query.tally != nullptr) strategies_->tallies().settle(turn, *query.tally);
  if (inserted) up.query_arrived({.guid = header.guid, .hops = onward.hops, .body = body});
}

// Before it is passed on.
Tally* Router::tally_copy(
    Turn& turn, Link& from, const wire::FrameHeader& header, const Seen& seen, Tallies::Copy copy) {
  Tallies& tallies = strategies(turn).tallies();
  copy.may_cross = may_cross(seen.strategy);
  Tally* tally = tallies.on_copy(turn, from, header, copy);
  const bool hangs = copy.is_first || copy.goes_on;
  if (tally != nullptr && !hangs) tallies.settle(turn, *tally);
  return tally;
}

std::uint32_t Router::pass_on(Turn& turn, StrategyId how, const Passing& query) {
  if (query.tally != nullptr && is_tree(how) && has_lazy_link(turn, query.from))
    query.tally->counts.open = true;
  if (how == StrategyId::flood || how == StrategyId::ring) return flood(turn, query);
  return strategies(turn).pass_on(turn, how, query);
}

// Asked of new queries during a rush. A neighbour's share may be used up; then its query is neither
// remembered nor passed on, and another neighbour may still bring it.
bool Router::is_over_share(Turn& turn, LinkId from, const wire::FrameHeader& header) {
  QueryShare& queries = turn.need_guard().queries();
  const bool is_over = !queries.take(turn.config, from, header, turn.now);
  guids_->set_in_rush(queries.is_active());
  return is_over;
}

// Where a hit goes that came on `came_on` (this node itself: kSelfLink): the way that the query
// came, or a second one when the first is gone.
Link* Router::way_back(Turn& turn, const Seen& seen, LinkId came_on) {
  if (seen.from == kSelfLink) return nullptr;
  Link* first = turn.links.find(seen.from);
  if (first != nullptr && first->state == LinkState::up)
    return first->id == came_on ? nullptr : first;
  Link* second = second_way(turn, seen, came_on);
  if (second != nullptr) ++turn.counters.hits_second_route;
  return second;
}

bool Router::on_hit(
    Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up) {
  ++turn.counters.hits_in;
  const Seen* seen = guids_ ? guids_->find(header.guid) : nullptr;
  if (seen == nullptr) {
    ++turn.counters.hits_unknown_guid;
    return false;
  }
  const Rated kind = seen->from == kSelfLink ? Rated::answer : Rated::hit;
  if (!turn.need_guard().allows(from.id, kind, turn.now)) {
    ++turn.counters.hits_over_rate;  // no offence: it passes on what others say
    return true;
  }
  note_hit(turn, from.id, body);
  const wire::FrameHeader onward = next_hop(header);
  if (seen->from == kSelfLink) {
    ++turn.counters.hits_for_us;
    up.hit_arrived({.guid = header.guid, .hops = onward.hops, .body = body});
    return true;
  }
  Link* back = way_back(turn, *seen, from.id);
  if (back == nullptr) {
    ++turn.counters.hits_no_route;
    return true;
  }
  if (onward.ttl == 0) {
    ++turn.counters.hits_expired;
    return true;
  }
  ++turn.counters.hits_forwarded;
  if (turn.config.caches_hits)
    up.hit_passes({.guid = header.guid, .hops = onward.hops, .body = body});
  pass_hit(turn, *back, onward, body);
  if (header.hops >= kTwoWaysWithin) return true;
  if (Link* second = second_way(turn, *seen, from.id); second != nullptr && second != back) {
    ++turn.counters.hits_forwarded;
    pass_hit(turn, *second, onward, body);
  }
  return true;
}

void Router::originate(Turn& turn, const Guid& guid, const SearchPlan& plan, ByteView body) {
  ++turn.counters.queries_sent;
  if (guids_ && guids_->is_in_rush())
    turn.need_guard().queries().take(turn.config, kSelfLink, {}, turn.now);
  Seen* seen =
      see(turn, guid, {.from = kSelfLink, .ttl = own_ttl(plan.ttl), .forwarded = true}).seen;
  turn.need_guard().own_queries().add(turn.config, guid, turn.now);
  seen->is_tallied = wire::route_of_query(body).tally;
  if (seen->is_tallied) begin_tally(turn, guid, plan);
  if (plan.ttl == 0) return;
  if (plan.strategy == StrategyId::flood) {
    send_round(turn, {.guid = guid, .ttl = plan.ttl}, body);
    return;
  }
  const Round first =
      strategies(turn).searches().begin(guid, plan, strategies_->view(turn), body, turn.now);
  send_round(turn, first, body);
}

void Router::begin_tally(Turn& turn, const Guid& guid, const SearchPlan& plan) {
  if (plan.ttl == 0) return Tallies::tell_nobody(turn, guid, plan.ask);
  if (Tally* tally = strategies(turn).tallies().begin(turn, guid, plan.ttl)) tally->ask = plan.ask;
}

// Another round of a query, or the only one.
Tally* Router::tally_round(Turn& turn, const Round& round) {
  Tally* tally = strategies(turn).tallies().begin(turn, round.guid, round.ttl);
  if (tally != nullptr) tally->widens = !round.is_last;
  return tally;
}

// Searches that were at it, and are not any more.
void Router::end_tallies(Turn& turn) {
  strategies_->tallies().each([&](Tally& tally) {
    if (tally.widens && !strategies_->searches().is_widening(tally.guid()))
      Tallies::on_end(turn, tally);
  });
}

void Router::send_round(Turn& turn, const Round& round, ByteView body) {
  Seen* seen =
      see(turn, round.guid, {.from = kSelfLink, .ttl = own_ttl(round.ttl), .forwarded = true}).seen;
  seen->strategy = round.strategy;
  Tally* tally = seen->is_tallied ? tally_round(turn, round) : nullptr;
  wire::FrameHeader header{.guid = round.guid,
                           .type = wire::FrameType::query,
                           .ttl = round.ttl,
                           .hops = 0,
                           .body_bytes = 0};
  std::uint32_t copies = 0;
  const std::uint32_t walkers = round.strategy == StrategyId::walk ? turn.config.walkers : 1;
  for (std::uint32_t walker = 0; walker < walkers; ++walker) {
    const ByteView routed = turn.out.keep(wire::with_route(
        body, {.strategy = static_cast<std::uint32_t>(round.strategy), .walker = walker}));
    header.body_bytes = static_cast<std::uint32_t>(routed.size());
    const Passing query{
        .header = header, .body = routed, .from = kSelfLink, .route = kSelfLink, .tally = tally};
    if (is_tree(round.strategy)) strategies(turn).tree().take(turn, query, true);
    copies += pass_on(turn, round.strategy, query);
  }
  if (copies == 0 && !round.is_last) strategies(turn).searches().hurry(round.guid, turn.now);
  if (tally != nullptr) strategies_->tallies().settle(turn, *tally);
}

void Router::found(const Guid& guid, std::uint32_t files) {
  if (strategies_) strategies_->searches().found(guid, files);
}

void Router::end_search(const Guid& guid) {
  if (strategies_) strategies_->searches().end(guid);
}

bool Router::is_widening(const Guid& guid) const {
  return strategies_ && strategies_->searches().is_widening(guid);
}

bool Router::answer(Turn& turn, const Guid& guid, Bytes body) {
  const Seen* seen = guids_ ? guids_->find(guid) : nullptr;
  Link* back = seen == nullptr ? nullptr : way_back(turn, *seen, kSelfLink);
  if (back == nullptr) {
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

// ---- what strategies say to each other

bool Router::on_strategy_frame(Turn& turn, Link& from, const Frame& frame) {
  const wire::FrameHeader& header = frame.header;
  StrategySet& set = strategies(turn);
  switch (header.type) {
    case wire::FrameType::route_table:
      return set.routed().on_table(turn, from, header, frame.body);
    case wire::FrameType::announce:
      on_announce(turn, from, {.guid = header.guid, .ttl = header.ttl, .hops = header.hops});
      return on_announced(turn, from, frame.body);
    case wire::FrameType::graft:
    case wire::FrameType::fetch:
      set.tree().on_request(turn, from, header, set.tally_of(header.guid));
      return true;
    case wire::FrameType::prune:
      set.tree().on_prune(turn, from, header.guid);
      return true;
    case wire::FrameType::tally:
      return set.tallies().on_frame(turn, from, header, frame.body);
    default:
      return on_walker_frame(turn, from, frame);
  }
}

void Router::on_announce(Turn& turn, Link& from, const wire::Announced& query) {
  strategies(turn).tree().on_announce(
      turn, from, query, guids_ ? guids_->find(query.guid) : nullptr);
}

bool Router::on_announced(Turn& turn, Link& from, ByteView body) {
  if (body.empty() || from.state != LinkState::up) return true;
  const auto queries = wire::read_announced(body);
  if (!queries) return false;
  for (const wire::Announced& query : *queries) {
    if (query.ttl == 0 || query.ttl + query.hops > turn.config.max_ttl) return false;
    // One that talks much pays for each as for a frame.
    if (turn.guard && !turn.guard->allows(from.id, Rated::strategy, turn.now)) {
      ++turn.counters.frames_over_rate;
      return true;
    }
    on_announce(turn, from, query);
  }
  return true;
}

bool Router::on_walker_frame(Turn& turn, Link& from, const Frame& frame) {
  const auto walker = wire::decode_walker(frame.body);
  if (!walker) return false;
  const wire::FrameHeader& header = frame.header;
  const Seen* seen = guids_ ? guids_->find(header.guid) : nullptr;
  if (seen == nullptr) {  // forgotten
    ++turn.counters.checks_stray;
    return true;
  }
  Walk& walk = strategies(turn).walk();
  if (header.type == wire::FrameType::go_on) {
    Tally* tally = strategies_->tally_of(header.guid);
    walk.on_go_on(turn, header, *walker, tally);
    if (tally != nullptr) strategies_->tallies().settle(turn, *tally);
  } else if (seen->from != kSelfLink) {
    walk.on_check(turn, from, header, *walker, seen->from);
  } else if (strategies_->searches().wants_more(header.guid)) {
    walk.answer_check(turn, from, header, *walker);
  }
  return true;
}

void Router::set_words(Turn& turn, std::vector<std::uint32_t> hashes) {
  strategies(turn).routed().set_words(turn, std::move(hashes));
}

void Router::run(Turn& turn) {
  if (!strategies_ || strategies_->next() > turn.now) return;
  strategies_->run(turn);
  const MeshView mesh = strategies_->view(turn);
  while (const auto round = strategies_->searches().due_round(mesh, turn.now)) {
    if (const Bytes* body = strategies_->searches().body_of(round->guid))
      send_round(turn, *round, *body);
  }
  end_tallies(turn);
}

void Router::forget(Turn& turn, LinkId link, bool was_branch) {
  if (strategies_) strategies_->forget(turn, link, was_branch);
}

StrategySet& Router::strategies(const Turn& turn) {
  if (!strategies_) strategies_ = std::make_unique<StrategySet>(turn.config.walk_key);
  return *strategies_;
}

std::uint64_t Router::digest() const {
  Digest digest;
  if (guids_) digest.add(guids_->digest());
  if (strategies_) digest.add(strategies_->digest());
  return digest.value();
}

}  // namespace freshet::core::overlay
