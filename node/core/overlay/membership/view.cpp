#include "node/core/overlay/membership/view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/held_links.h"

namespace freshet::core::overlay {
namespace {

constexpr std::uint32_t kEarlyRounds = 3;  ///< a new node gets about sooner
constexpr Duration kEarlyEvery = std::chrono::seconds(8);
constexpr std::size_t kNewest = 2;  ///< links that are never given up

// Three quarters to five quarters of it, so that nodes that began together drift apart.
Duration jittered(Rng& rng, Duration about) {
  const auto half = static_cast<std::uint64_t>(about.count() / 2);
  return about * 3 / 4 + Duration{static_cast<std::int64_t>(rng.below(half + 1))};
}

bool is_up(const Link& link) {
  return link.state == LinkState::up;
}

// Links that may be given up: not a user's choice, and none of the newest.
std::vector<Link*> dispensable(Turn& turn, LinkId except) {
  std::vector<Link*> found;
  for (Link& link : turn.links.all()) {
    if (is_up(link)) found.push_back(&link);  // ascending: the newest come last
  }
  found.resize(found.size() - std::min(kNewest, found.size()));
  std::erase_if(found, [&](const Link* link) {
    return link->is_fixed || !link->is_member || link->id == except;
  });
  return found;
}

bool has_more_than_it_wants(const Config& config, const Link& link) {
  return link.peer_links > config.target_links;
}

Link* any_of(Turn& turn, const std::vector<Link*>& links) {
  return links.empty() ? nullptr : links[turn.rng.below(links.size())];
}

// Rather one whose peer does not miss it.
Link* room_for(Turn& turn, LinkId except) {
  std::vector<Link*> links = dispensable(turn, except);
  std::vector<Link*> rich = links;
  std::erase_if(rich,
                [&](const Link* each) { return !has_more_than_it_wants(turn.config, *each); });
  return any_of(turn, rich.empty() ? links : rich);
}

Capacity::Load load_of(const Turn& turn) {
  Capacity::Load load;
  for (const Link& link : std::as_const(turn.links).all()) {
    if (!is_up(link)) continue;
    ++load.up;
    if (link.extra && link.extra->outbox) ++load.waiting;
  }
  return load;
}

}  // namespace

View::View(const Config& config, TimePoint now) : capacity_(config), next_(now), sampled_(now) {}

View::Verdict View::judge(Turn& turn, const Link& link, wire::Wish wish, bool is_alone) {
  if (link.direction == Direction::out) return {};
  const HeldLinks held = held_links(turn);
  const std::size_t live = held.all + 1;  // with this one
  const Wanted wanted = this->wanted(turn.config);
  if (wish == wire::Wish::welcome) return {.is_taken = live <= wanted.links};
  if (wish != wire::Wish::link) return {};
  const std::size_t kept = own_links(wanted) - std::min(held.own, own_links(wanted));
  if (live + kept <= wanted.places) return {};
  capacity_.refused();
  if (!is_alone) return {.is_taken = false};
  return {.is_taken = true, .room = room_for(turn, link.id)};
}

View::Due View::run(Turn& turn, DialPlan& dials) {
  const Capacity::Load load = load_of(turn);
  Due due{.next = next_};
  if (turn.now >= next_) {
    const bool is_first = rounds_ == 0;
    const Duration every = rounds_ < kEarlyRounds ? kEarlyEvery : turn.config.shuffle_every;
    ++rounds_;
    next_ = turn.now + jittered(turn.rng, every);
    due.next = next_;
    if (!is_first) {
      sample_load(turn, load);
      due.surplus = surplus(turn);
      walks_.shuffle(turn, dials);
      meet_others(turn, dials);
    }
  }
  if (load.waiting == 0) return due;
  if (turn.now - sampled_ >= Capacity::kSampleEvery) {
    sample_load(turn, load);
    if (due.surplus == nullptr) due.surplus = surplus(turn);
  }
  due.next = std::min(due.next, sampled_ + Capacity::kSampleEvery);
  return due;
}

void View::sample_load(Turn& turn, const Capacity::Load& load) {
  if (turn.now - sampled_ < Capacity::kSampleEvery) return;
  sampled_ = turn.now;
  capacity_.sample(turn.config, load);
}

// A link that nobody would miss; or, with more links than places, the next best.
Link* View::surplus(Turn& turn) const {
  const HeldLinks held = held_links(turn);
  const Wanted wanted = this->wanted(turn.config);
  if (held.all > wanted.places) return room_for(turn, kSelfLink);
  if (held.all <= wanted.links || held.own <= own_links(wanted)) return nullptr;
  std::vector<Link*> links = dispensable(turn, kSelfLink);
  std::erase_if(links, [&](const Link* each) {
    return each->direction == Direction::in || !has_more_than_it_wants(turn.config, *each);
  });
  return any_of(turn, links);
}

void View::meet_others(Turn& turn, DialPlan& dials) {
  const std::size_t live = held_links(turn).all;
  const Wanted wanted = this->wanted(turn.config);
  if (live >= wanted.places || dials.dial_lost(turn)) return;
  if (rounds_ <= kEarlyRounds || turn.rng.below(2) != 0 || live > wanted.links + 1) return;
  dials.dial_news(turn, kMuchNews);
}

std::uint64_t View::digest() const {
  Digest digest;
  capacity_.digest(digest);
  walks_.digest(digest);
  digest.add(static_cast<std::uint64_t>(next_.time_since_epoch().count()));
  digest.add(rounds_);
  return digest.value();
}

}  // namespace freshet::core::overlay
