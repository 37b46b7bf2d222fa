#include "node/core/overlay/strategy/tree.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/announcements.h"
#include "node/core/overlay/sending.h"
#include "node/core/overlay/strategy/mesh_view.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

bool has(const std::vector<LinkId>& links, LinkId link) {
  return std::find(links.begin(), links.end(), link) != links.end();
}

void note(std::vector<LinkId>& links, LinkId link) {
  if (!has(links, link)) links.push_back(link);
}

wire::Announced announced_of(const wire::FrameHeader& copy) {
  return {.guid = copy.guid, .ttl = copy.ttl, .hops = copy.hops};
}

}  // namespace

void Tree::send_control(
    Turn& turn, Link& link, const Guid& guid, wire::FrameType type, std::uint8_t hops) {
  if (link.state != LinkState::up) return;
  send_own(turn, link, {.guid = guid, .type = type, .ttl = 1, .hops = hops, .body_bytes = 0}, {});
}

Duration Tree::pause_of(const Turn& turn, std::uint32_t round_trips) {
  return std::max(round_trips * mesh_view(turn).round_trip, turn.config.tree_pause);
}

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

void Tree::hold(Turn& turn, const Passing& query) {
  const auto missing = take_missing(query.header.guid);
  const bool off_tree = wire::route_of_query(query.body).off_tree;
  if (!off_tree) {
    if (Link* from = turn.links.find(query.from)) make_branch(turn, *from);
    if (missing) learn_lag(turn, turn.now - missing->since);
    misses_ = 0;
    if (depth_ == 0) depth_ = query.header.hops;
    note_reach(turn, query.header.hops);
  }
  if (held_.size() >= kMaxHeld) {  // what cannot be served any more is not announced
    for (Link& link : turn.links.all()) drop_announcement(link, held_.front().header.guid);
    held_.pop_front();
    ++turn.counters.tree_held_over_limit;
  }
  const Duration pause = pause_of(turn, turn.config.announce_delay_rtts);
  const Duration jitter(
      static_cast<Duration::rep>(turn.rng.below(static_cast<std::uint64_t>(pause.count()) + 1)));
  const TimePoint announce_at = turn.now + pause + jitter;
  held_.push_back({.header = query.header,
                   .body = Bytes(query.body.begin(), query.body.end()),
                   .from = query.from,
                   .knowing = {query.from},
                   .spared = {},
                   .announce_at = announce_at,
                   .until = announce_at + turn.config.announce_gather + turn.config.tree_memory,
                   .off_tree = off_tree,
                   .missed_since = missing ? missing->since : turn.now});
  wake_by(announce_at);
}

void Tree::move_to(Turn& turn, Held& held, const Passing& query) {
  take_missing(query.header.guid);
  if (Link* from = turn.links.find(query.from)) showed(held, *from);
  Link* parent = turn.links.find(std::exchange(held.from, query.from));
  const wire::FrameHeader before = std::exchange(held.header, query.header);
  held.body.assign(query.body.begin(), query.body.end());
  for (Link& link : turn.links.all()) update_announcement(link, announced_of(held.header));
  const bool was_off_tree = std::exchange(held.off_tree, wire::route_of_query(query.body).off_tree);
  if (held.off_tree || was_off_tree) return;
  if (Link* from = turn.links.find(query.from)) make_branch(turn, *from);
  // The old parent's own copies have one TTL more than ours had. If ours are better than what it
  // has now, it gets one, and will hang below this node; else the branch between the two is cut.
  const bool helps_parent = query.header.ttl > before.ttl + 2;
  if (parent != nullptr && parent->id != query.from && !helps_parent)
    prune(turn, *parent, held.header.guid);
}

void Tree::prune(Turn& turn, Link& link, const Guid& guid) {
  link.is_lazy = true;
  ++turn.counters.prunes_out;
  send_control(turn, link, guid, wire::FrameType::prune, 0);
}

void Tree::showed(Held& held, Link& link) {
  note(held.knowing, link.id);
  drop_announcement(link, held.header.guid);
}

void Tree::spare(const Guid& guid, LinkId link) {
  if (Held* held = find(guid)) note(held->spared, link);
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
  showed(held, *from);
  if (wire::route_of_query(query.body).off_tree) return;
  if (held.off_tree) {
    learn_lag(turn, turn.now - held.missed_since);  // the tree was only late
    misses_ = 0;
    held.off_tree = false;
    make_branch(turn, *from);
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

void Tree::on_prune(Turn& /*turn*/, Link& from, const Guid& guid) {
  if (Held* held = find(guid)) showed(*held, from);
  from.is_lazy = true;
}

// A tree may be twice as deep as it is seen to be from here. (A node that has seen little knows
// nothing.)
bool Tree::is_urgent(const Turn& turn, const Held& held) const {
  constexpr int kLeastSpan = 8;
  const int span = held.header.ttl + held.header.hops;
  return turn.now < hurry_until_ || span < std::max(2 * reach(), kLeastSpan)
         || turn.config.announce_gather == Duration::zero();
}

void Tree::note_reach(const Turn& turn, int links) {
  constexpr Duration kSpan = std::chrono::minutes(1);
  if (turn.now - reach_since_ >= kSpan) {
    reach_before_ = std::exchange(reach_, 0);
    reach_since_ = turn.now;
  }
  reach_ = std::max(reach_, links);
}

void Tree::announce(Turn& turn, Held& held) {
  held.announced = true;
  if (held.header.ttl == 0) return;  // no copy may follow
  const bool is_urgent = this->is_urgent(turn, held);
  const TimePoint due = turn.now + turn.config.announce_gather;
  const wire::Announced query = announced_of(held.header);
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::up || !link.is_lazy || has(held.knowing, link.id)
        || has(held.spared, link.id))
      continue;
    const bool is_full = add_announcement(link, query, due);
    if (is_urgent || is_full) announce_now(turn, link);
  }
}

void Tree::make_branch(Turn& turn, Link& link) {
  if (!link.is_lazy) return;
  link.is_lazy = false;
  for (Held& held : held_) {
    const bool was_spared = std::erase(held.spared, link.id) > 0;
    if ((held.announced && !was_spared) || held.header.ttl == 0 || has(held.knowing, link.id))
      continue;
    if (add_announcement(link, announced_of(held.header), turn.now)) announce_now(turn, link);
  }
  announce_now(turn, link);
}

void Tree::send_gathered(Turn& turn) {
  for (Link& link : turn.links.all()) {
    const TimePoint due = announcements_due(link);
    if (due == TimePoint::max()) continue;
    if (due <= turn.now || turn.now < hurry_until_) {
      announce_now(turn, link);
    } else {
      wake_by(due);
    }
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
  send_gathered(turn);
  ask_for_missing(turn);
}

std::uint64_t Tree::digest() const {
  Digest digest;
  for (const Held& held : held_) {
    digest.add(held.header.guid.view());
    digest.add(held.header.ttl);
    digest.add(held.announced ? 1U : 0U);
  }
  for (const Missing& missing : missing_) digest.add(missing.guid.view());
  digest.add(static_cast<std::uint64_t>(reach()));
  digest.add(static_cast<std::uint64_t>(hurry_until_.time_since_epoch().count()));
  return digest.value();
}

}  // namespace freshet::core::overlay
