// The part of Tree that mends: what was announced and did not come, what others ask for, lost
// branches.
#include <algorithm>
#include <utility>

#include "node/core/overlay/strategy/tree.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

constexpr std::uint8_t kMissesBeforeGraft = 4;
constexpr Duration kShakenFor = std::chrono::seconds(60);
/// Hops of a Graft whose sender has the query already.
constexpr std::uint8_t kHasIt = 1;

}  // namespace

std::optional<Tree::Missing> Tree::take_missing(const Guid& guid) {
  const auto found = std::find_if(
      missing_.begin(), missing_.end(), [&](const Missing& each) { return each.guid == guid; });
  if (found == missing_.end()) return std::nullopt;
  Missing missing = std::move(*found);
  missing_.erase(found);
  return missing;
}

// Up at once, down slowly: a query that is asked for too early comes twice.
void Tree::learn_lag(const Turn& turn, Duration lag) {
  constexpr int kDecay = 64;
  lag_ = std::min(std::max(lag + lag / 4, lag_ - lag_ / kDecay), turn.config.tree_memory / 3);
}

void Tree::on_announce(Turn& turn, Link& from, const wire::Announced& query, const Seen* seen) {
  Held* held = find(query.guid);
  if (held != nullptr) showed(*held, from);
  if (is_missing(query, held, seen)) add_offer(turn, query.guid, from.id, query.ttl);
}

bool Tree::is_missing(const wire::Announced& query, const Held* held, const Seen* seen) {
  // Its TTL ended here: a copy that may still travel is as good as a missing one.
  if (held != nullptr) return held->header.ttl == 0 && query.ttl > 1;
  if (seen == nullptr) return true;
  // A round of it that was a ring came here; this one is the tree's.
  return is_ring(seen->strategy) && seen->from != kSelfLink;
}

void Tree::drop_one_missing(LinkId link) {
  const auto own = std::find_if(missing_.begin(), missing_.end(), [&](const Missing& each) {
    return each.asked == kSelfLink && each.offers.size() == 1 && each.offers[0].link == link;
  });
  missing_.erase(own == missing_.end() ? missing_.begin() : own);
}

void Tree::add_offer(Turn& turn, const Guid& guid, LinkId link, std::uint8_t ttl) {
  auto missing = std::find_if(
      missing_.begin(), missing_.end(), [&](const Missing& each) { return each.guid == guid; });
  if (missing == missing_.end()) {
    if (missing_.size() >= kMaxMissing) {
      ++turn.counters.announces_over_limit;
      drop_one_missing(link);
    }
    const Duration patience = std::max(lag_, pause_of(turn, turn.config.fetch_delay_rtts));
    missing_.push_back({.guid = guid, .offers = {}, .since = turn.now, .due = turn.now + patience});
    missing = missing_.end() - 1;
    wake_by(missing->due);
  }
  auto& offers = missing->offers;
  const bool is_known = std::any_of(
      offers.begin(), offers.end(), [&](const Missing::Offer& each) { return each.link == link; });
  if (is_known || missing->asked == link) return;
  if (offers.size() >= kMaxOffers) {
    ++turn.counters.announces_over_limit;
    return;
  }
  const auto worse = std::find_if(
      offers.begin(), offers.end(), [&](const Missing::Offer& each) { return each.ttl < ttl; });
  offers.insert(worse, {.link = link, .ttl = ttl});
}

bool Tree::ask_next(Turn& turn, Missing& missing) {
  while (!missing.offers.empty()) {
    const Missing::Offer offer = missing.offers.front();
    missing.offers.erase(missing.offers.begin());
    Link* link = turn.links.find(offer.link);
    if (link == nullptr || link->state != LinkState::up) continue;
    if (missing.asked == kSelfLink && misses_ < kMissesBeforeGraft) ++misses_;
    hurry(turn);
    missing.asked = link->id;
    missing.grafts = misses_ >= kMissesBeforeGraft;
    ++(missing.grafts ? turn.counters.grafts_out : turn.counters.fetches_out);
    if (missing.grafts) make_branch(turn, *link);
    const auto type = missing.grafts ? wire::FrameType::graft : wire::FrameType::fetch;
    send_control(turn, *link, missing.guid, type, 0);
    missing.due = turn.now + pause_of(turn, turn.config.fetch_timeout_rtts);
    return true;
  }
  return false;
}

void Tree::on_request(Turn& turn, Link& from, const wire::FrameHeader& header, Tally* tally) {
  const bool grafts = header.type == wire::FrameType::graft;
  const bool asks = !grafts || header.hops != kHasIt;
  Held* held = find(header.guid);
  if (held != nullptr) showed(*held, from);
  if (held != nullptr || (grafts && from.is_lazy)) hurry(turn);  // others miss it, too, perhaps
  if (grafts) make_branch(turn, from);
  if (!asks) return;
  if (held != nullptr) note_reach(turn, (held->header.ttl + held->header.hops) / 2 + 1);
  if (held == nullptr || held->header.ttl == 0 || held->from == from.id) {
    ++turn.counters.fetches_missed;
    return;
  }
  serve(turn, from, *held, grafts, tally);
}

void Tree::serve(Turn& turn, Link& to, const Held& held, bool grafts, Tally* tally) {
  wire::FrameHeader header = held.header;
  Bytes body = held.body;
  if (!grafts) {
    body = wire::with_route(
        body, {.strategy = wire::route_of_query(body).strategy, .walker = 0, .off_tree = true});
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    if (body.size() > wire::kMaxQueryBodyBytes) {  // the mark made it too long to be taken
      ++turn.counters.fetches_missed;
      return;
    }
  }
  const Passing copy{.header = header,
                     .body = turn.out.keep(std::move(body)),
                     .from = held.from,
                     .route = held.from,
                     .tally = tally};
  Fanout fanout(turn, copy);
  if (fanout.allows(to)) fanout.add(to);
  turn.counters.query_forwarded += fanout.finish();
}

void Tree::hurry(const Turn& turn) {
  if (turn.now >= hurry_until_) wake_by(turn.now);  // what was gathered goes out
  hurry_until_ = turn.now + kShakenFor;
}

void Tree::forget(Turn& turn, LinkId link, bool was_branch) {
  for (Missing& missing : missing_)
    std::erase_if(missing.offers, [&](const Missing::Offer& offer) { return offer.link == link; });
  if (!was_branch) return;
  shaken_until_ = turn.now + kShakenFor;
  misses_ = kMissesBeforeGraft;  // the next miss is no accident
  hurry(turn);
  graft_around_loss(turn);
}

void Tree::graft_around_loss(Turn& turn) {
  const Guid guid = held_.empty() ? turn.rng.guid() : held_.back().header.guid;
  std::size_t grafted = 0;
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::up || !link.is_lazy || grafted == kMaxOffers) continue;
    make_branch(turn, link);
    ++grafted;
    ++turn.counters.grafts_out;
    send_control(turn, link, guid, wire::FrameType::graft, kHasIt);
  }
}

// What is asked for may hurry() this node: it is woken again at once.
void Tree::ask_for_missing(Turn& turn) {
  std::erase_if(missing_, [&](Missing& missing) {
    return missing.due <= turn.now && !ask_next(turn, missing);
  });
  for (const Missing& missing : missing_) wake_by(missing.due);
}

}  // namespace freshet::core::overlay
