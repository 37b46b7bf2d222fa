#include "node/core/overlay/strategy/own_searches.h"

#include <algorithm>

#include "node/base/digest.h"
#include "node/core/overlay/strategy/auto_plan.h"

namespace freshet::core::overlay {
namespace {

// Deviations of a ring's time that auto waits for, too. Ring is for who counts messages and waits
// until it is sure, auto for who waits.
constexpr double kAutoPatience = 0.5;

Round next_ring_round(const SearchPlan& plan,
                      std::uint8_t ring,
                      std::uint32_t found,
                      const MeshView& mesh) {
  const std::uint8_t ttl =
      ring == 0 ? first_ring(mesh, plan.ttl) : next_ring(mesh, ring, found, plan.wanted, plan.ttl);
  return {.guid = {}, .strategy = StrategyId::ring, .ttl = ttl, .is_last = ttl >= plan.ttl};
}

}  // namespace

bool OwnSearches::is_satisfied(const Search& search) {
  return search.plan.wanted > 0 && search.found >= search.plan.wanted;
}

Round OwnSearches::next_round(Search& search, const MeshView& mesh, TimePoint now) {
  const bool is_ring = search.plan.strategy == StrategyId::ring;
  Round round = is_ring ? next_ring_round(search.plan, search.ring, search.found, mesh)
                        : next_auto_round({.limit = search.plan.ttl,
                                           .ring = search.ring,
                                           .rounds = search.rounds,
                                           .found = search.found,
                                           .wanted = search.plan.wanted},
                                          mesh);
  round.guid = search.guid;
  search.ring = round.ttl;
  ++search.rounds;
  const Duration wait =
      is_ring ? sure_ring_time(mesh, round.ttl) : ring_time(mesh, round.ttl, kAutoPatience);
  search.due = round.is_last ? TimePoint::max() : now + wait;
  return round;
}

Round OwnSearches::begin(
    const Guid& guid, const SearchPlan& plan, const MeshView& mesh, ByteView body, TimePoint now) {
  const bool widens = plan.strategy == StrategyId::ring || plan.strategy == StrategyId::automatic;
  if (!widens && plan.strategy != StrategyId::walk)
    return {.guid = guid, .strategy = plan.strategy, .ttl = plan.ttl, .is_last = true};
  if (searches_.size() >= kMaxSearches) searches_.erase(searches_.begin());
  searches_.push_back({.guid = guid, .plan = plan, .body = {}});
  Search& search = searches_.back();
  if (!widens) return {.guid = guid, .strategy = plan.strategy, .ttl = plan.ttl, .is_last = true};
  search.body.assign(body.begin(), body.end());
  return next_round(search, mesh, now);
}

void OwnSearches::hurry(const Guid& guid, TimePoint now) {
  for (Search& search : searches_) {
    if (search.guid != guid || search.due == TimePoint::max()) continue;
    search.due = now;
    --search.rounds;
  }
}

void OwnSearches::found(const Guid& guid, std::uint32_t files) {
  for (Search& search : searches_) {
    if (search.guid == guid) search.found += files;
  }
}

void OwnSearches::end(const Guid& guid) {
  std::erase_if(searches_, [&](const Search& each) { return each.guid == guid; });
}

std::optional<Round> OwnSearches::due_round(const MeshView& mesh, TimePoint now) {
  for (Search& search : searches_) {
    if (search.due > now) continue;
    if (!is_satisfied(search)) return next_round(search, mesh, now);
    search.due = TimePoint::max();
  }
  return std::nullopt;
}

TimePoint OwnSearches::next() const {
  TimePoint next = TimePoint::max();
  for (const Search& search : searches_) next = std::min(next, search.due);
  return next;
}

const OwnSearches::Search* OwnSearches::find(const Guid& guid) const {
  const auto found = std::find_if(
      searches_.begin(), searches_.end(), [&](const Search& each) { return each.guid == guid; });
  return found == searches_.end() ? nullptr : &*found;
}

const Bytes* OwnSearches::body_of(const Guid& guid) const {
  const Search* search = find(guid);
  return search == nullptr ? nullptr : &search->body;
}

bool OwnSearches::is_widening(const Guid& guid) const {
  const Search* search = find(guid);
  return search != nullptr && search->due != TimePoint::max() && !is_satisfied(*search);
}

bool OwnSearches::wants_more(const Guid& guid) const {
  const Search* search = find(guid);
  return search != nullptr && !is_satisfied(*search);
}

std::uint64_t OwnSearches::digest() const {
  Digest digest;
  for (const Search& search : searches_) {
    digest.add(search.guid.view());
    digest.add(search.found);
    digest.add(search.ring);
  }
  return digest.value();
}

}  // namespace freshet::core::overlay
