#include "node/core/overlay/strategy/tree.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/sending.h"
#include "node/core/overlay/strategy/mesh_view.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

constexpr std::uint8_t kMissesBeforeGraft = 4;
constexpr Duration kShakenFor = std::chrono::seconds(60);

// A frame of the tree's own: all of it is in the header.
void send_control(Turn& turn,
                  Link& link,
                  const Guid& guid,
                  wire::FrameType type,
                  std::uint8_t ttl,
                  std::uint8_t hops) {
  if (link.state != LinkState::up) return;
  send_own(turn, link, {.guid = guid, .type = type, .ttl = ttl, .hops = hops, .body_bytes = 0}, {});
}

Duration pause_of(const Turn& turn, std::uint32_t round_trips) {
  return std::max(round_trips * mesh_view(turn).round_trip, turn.config.tree_pause);
}

void note(std::vector<LinkId>& links, LinkId link) {
  if (std::find(links.begin(), links.end(), link) == links.end()) links.push_back(link);
}

}  // namespace

const Tree::Held* Tree::find(const Guid& guid) const {
  // Newest last: what is asked for is nearly always at the end.
  const auto found = std::find_if(
      held_.rbegin(), held_.rend(), [&](const Held& held) { return held.header.guid == guid; });
  return found == held_.rend() ? nullptr : &*found;
}

Tree::Held* Tree::find(const Guid& guid) {
  return const_cast<Held*>(std::as_const(*this).find(guid));
}

bool Tree::take(Turn& turn, const Passing& query, bool is_new) {
  Held* held = find(query.header.guid);
  if (held == nullptr) {
    if (!is_new) return false;  // long over
    hold(turn, query);
    return query.header.ttl > 0;
  }
  // A fetched copy is only for those whose own may not travel; others below fetch for themselves.
  const bool off_tree = wire::route_of_query(query.body).off_tree;
  if (query.header.ttl > held->header.ttl && (!off_tree || held->header.ttl == 0)) {
    move_to(turn, *held, query);
    return true;
  }
  on_duplicate(turn, *held, query);
  return false;
}

std::optional<Tree::Missing> Tree::take_missing(const Guid& guid) {
  const auto found = std::find_if(
      missing_.begin(), missing_.end(), [&](const Missing& each) { return each.guid == guid; });
  if (found == missing_.end()) return std::nullopt;
  Missing missing = std::move(*found);
  missing_.erase(found);
  return missing;
}

// Up at once, down slowly: a query that is asked for too early comes twice.
void Tree::learn_lag(Duration lag) {
  constexpr int kDecay = 64;
  lag_ = std::max(lag + lag / 4, lag_ - lag_ / kDecay);
}

void Tree::hold(Turn& turn, const Passing& query) {
  const auto missing = take_missing(query.header.guid);
  const bool off_tree = wire::route_of_query(query.body).off_tree;
  if (!off_tree) {
    if (Link* from = turn.links.find(query.from)) from->is_lazy = false;
    if (missing) learn_lag(turn.now - missing->since);
    misses_ = 0;
    if (depth_ == 0) depth_ = query.header.hops;
  }
  if (held_.size() >= kMaxHeld) held_.pop_front();
  const Duration pause = pause_of(turn, turn.config.announce_delay_rtts);
  const Duration jitter(
      static_cast<Duration::rep>(turn.rng.below(static_cast<std::uint64_t>(pause.count()) + 1)));
  const TimePoint announce_at = turn.now + pause + jitter;
  held_.push_back({.header = query.header,
                   .body = Bytes(query.body.begin(), query.body.end()),
                   .from = query.from,
                   .knowing = {query.from},
                   .announce_at = announce_at,
                   .until = announce_at + turn.config.tree_memory,
                   .off_tree = off_tree,
                   .missed_since = missing ? missing->since : turn.now});
  wake_by(announce_at);
}

void Tree::move_to(Turn& turn, Held& held, const Passing& query) {
  take_missing(query.header.guid);
  note(held.knowing, query.from);
  Link* parent = turn.links.find(std::exchange(held.from, query.from));
  const wire::FrameHeader before = std::exchange(held.header, query.header);
  held.body.assign(query.body.begin(), query.body.end());
  const bool was_off_tree = std::exchange(held.off_tree, wire::route_of_query(query.body).off_tree);
  if (held.off_tree || was_off_tree) return;
  if (Link* from = turn.links.find(query.from)) from->is_lazy = false;
  // The old parent's own copies have one TTL more than ours had. If ours are better than what it
  // has now, it gets one, and will hang below this node; else the branch between the two is cut.
  const bool helps_parent = query.header.ttl > before.ttl + 2;
  if (parent != nullptr && parent->id != query.from && !helps_parent)
    prune(turn, *parent, held.header.guid);
}

void Tree::prune(Turn& turn, Link& link, const Guid& guid) {
  link.is_lazy = true;
  ++turn.counters.prunes_out;
  send_control(turn, link, guid, wire::FrameType::prune, 1, 0);
}

void Tree::spare(const Guid& guid, LinkId link) {
  if (Held* held = find(guid)) note(held->knowing, link);
}

std::uint32_t Tree::pass_on(Turn& turn, const Passing& query) {
  const Held* held = find(query.header.guid);
  const LinkId parent = held == nullptr ? query.from : held->from;
  Fanout fanout(turn, query);
  for (Link& link : turn.links.all()) {
    // Nothing goes back to the parent: a better copy would look like a duplicate to it, and prune.
    if (fanout.allows(link) && !link.is_lazy && link.id != parent) fanout.add(link);
  }
  return fanout.finish();
}

// `query.header` has the TTL that copies of the duplicate would have; it came with one more, and
// the neighbour's own has one more than that.
void Tree::on_duplicate(Turn& turn, Held& held, const Passing& query) {
  Link* from = turn.links.find(query.from);
  if (from == nullptr || held.from == from->id) return;
  note(held.knowing, from->id);
  if (wire::route_of_query(query.body).off_tree) return;
  if (held.off_tree) {
    learn_lag(turn.now - held.missed_since);  // the tree was only late
    misses_ = 0;
    held.off_tree = false;
    from->is_lazy = false;
    return;
  }
  const bool copies_crossed = !from->is_lazy && held.header.ttl > 0;
  if (copies_crossed && held.header.ttl > query.header.ttl + 2)
    return;  // it will hang below this node
  if (copies_crossed) {
    from->is_lazy = true;  // the neighbour sees ours as a duplicate, too
  } else {
    prune(turn, *from, held.header.guid);
  }
}

void Tree::on_announce(Turn& turn, Link& from, const wire::FrameHeader& header, const Seen* seen) {
  if (Held* held = find(header.guid)) note(held->knowing, from.id);
  // Seen with a TTL that ended here: a copy that may still travel is as good as a missing one.
  const bool is_wanted = seen == nullptr || (seen->ttl <= 1 && header.ttl > 1);
  if (is_wanted) add_offer(turn, header.guid, from.id, header.ttl);
}

void Tree::add_offer(Turn& turn, const Guid& guid, LinkId link, std::uint8_t ttl) {
  auto missing = std::find_if(
      missing_.begin(), missing_.end(), [&](const Missing& each) { return each.guid == guid; });
  if (missing == missing_.end()) {
    if (missing_.size() >= kMaxMissing) {
      ++turn.counters.announces_over_limit;
      missing_.erase(missing_.begin());
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
    missing.asked = link->id;
    missing.grafts = misses_ >= kMissesBeforeGraft;
    ++(missing.grafts ? turn.counters.grafts_out : turn.counters.fetches_out);
    if (missing.grafts) link->is_lazy = false;
    const auto type = missing.grafts ? wire::FrameType::graft : wire::FrameType::fetch;
    send_control(turn, *link, missing.guid, type, 1, 0);
    missing.due = turn.now + pause_of(turn, turn.config.fetch_timeout_rtts);
    return true;
  }
  return false;
}

void Tree::on_request(Turn& turn, Link& from, const Guid& guid, bool grafts, Tally* tally) {
  if (grafts) from.is_lazy = false;
  Held* held = find(guid);
  if (held == nullptr || held->header.ttl == 0 || held->from == from.id) {
    ++turn.counters.fetches_missed;
    return;
  }
  note(held->knowing, from.id);
  wire::FrameHeader header = held->header;
  Bytes body = held->body;
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
                     .from = held->from,
                     .route = held->from,
                     .tally = tally};
  Fanout fanout(turn, copy);
  if (fanout.allows(from)) fanout.add(from);
  turn.counters.query_forwarded += fanout.finish();
}

void Tree::on_prune(Turn& /*turn*/, Link& from, const Guid& guid) {
  if (Held* held = find(guid)) note(held->knowing, from.id);
  from.is_lazy = true;
}

void Tree::announce(Turn& turn, Held& held) {
  held.announced = true;
  if (held.header.ttl == 0) return;  // no copy may follow
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::up || !link.is_lazy) continue;
    if (std::find(held.knowing.begin(), held.knowing.end(), link.id) != held.knowing.end())
      continue;
    ++turn.counters.announces_out;
    send_control(
        turn, link, held.header.guid, wire::FrameType::announce, held.header.ttl, held.header.hops);
  }
}

void Tree::run(Turn& turn) {
  while (!held_.empty() && held_.front().until <= turn.now) held_.pop_front();
  sleep();
  if (!held_.empty()) wake_by(held_.front().until);
  for (Held& held : held_) {
    if (held.announced) continue;
    if (held.announce_at <= turn.now) {
      announce(turn, held);
    } else {
      wake_by(held.announce_at);
    }
  }
  std::erase_if(missing_, [&](Missing& missing) {
    return missing.due <= turn.now && !ask_next(turn, missing);
  });
  for (const Missing& missing : missing_) wake_by(missing.due);
}

void Tree::forget(Turn& turn, LinkId link) {
  shaken_until_ = turn.now + kShakenFor;
  misses_ = kMissesBeforeGraft;  // it may have been a branch: the next miss is no accident
  for (Missing& missing : missing_)
    std::erase_if(missing.offers, [&](const Missing::Offer& offer) { return offer.link == link; });
}

std::uint64_t Tree::digest() const {
  Digest digest;
  for (const Held& held : held_) {
    digest.add(held.header.guid.view());
    digest.add(held.header.ttl);
    digest.add(held.announced ? 1U : 0U);
  }
  for (const Missing& missing : missing_) digest.add(missing.guid.view());
  return digest.value();
}

}  // namespace freshet::core::overlay
