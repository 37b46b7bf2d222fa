#include "node/core/overlay/tallies.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

void send(Turn& turn, Link& to, const Guid& guid, wire::Tally tally) {
  if (!to.tallies) return;
  if (to.state != LinkState::up) {
    ++turn.counters.answers_no_link;
    return;
  }
  ++tally.counts.tallies;
  ++turn.counters.tallies_out;
  send_link_frame(turn, to, wire::FrameType::tally, wire::encode(tally), guid);
}

// Every copy that was sent came to a node that had it, or had not: unless frames were lost, or a
// neighbour made numbers up.
bool adds_up(const wire::TallyCounts& counts) {
  return counts.nodes + counts.duplicates == counts.queries;
}

void tell(Turn& turn, const Tally& tally) {
  const wire::TallyCounts& counts = tally.counts;
  const bool is_settled = !tally.is_engaged();
  turn.out.push(
      Effect(Tallied{.guid = tally.guid(),
                     .ask = tally.ask,
                     .counts = counts,
                     .is_settled = is_settled && !tally.widens,
                     .is_exact = is_settled && !tally.widens && !tally.awaits()
                                 && counts.silent == 0 && !counts.open && adds_up(counts)}));
}

}  // namespace

Tally* Tallies::find(const Guid& guid) {
  const auto found = std::find_if(
      tallies_.begin(), tallies_.end(), [&](const auto& each) { return each->guid() == guid; });
  return found == tallies_.end() ? nullptr : found->get();
}

Tally* Tallies::make(Turn& turn, const Guid& guid, LinkId route) {
  if (tallies_.size() >= kMaxTallies) {
    const auto done = std::find_if(
        tallies_.begin(), tallies_.end(), [](const auto& each) { return !each->is_engaged(); });
    if (done == tallies_.end()) {
      ++turn.counters.tallies_over_limit;
      return nullptr;
    }
    tallies_.erase(done);
  }
  return tallies_.emplace_back(std::make_unique<Tally>(guid, route)).get();
}

Tally* Tallies::begin(Turn& turn, const Guid& guid, std::uint8_t ttl) {
  Tally* tally = find(guid);
  if (tally == nullptr) tally = make(turn, guid, kSelfLink);
  if (tally == nullptr) return nullptr;
  tally->engage(kSelfLink, turn.now + turn.config.tally_step * (ttl + 1));
  wake_at_ = std::min(wake_at_, tally->due());
  return tally;
}

void Tallies::tell_nobody(Turn& turn, const Guid& guid, std::uint32_t ask) {
  Tally nobody(guid, kSelfLink);
  nobody.ask = ask;
  tell(turn, nobody);
}

void Tallies::hang_below(Turn& turn, Tally& tally, const Link& parent, std::uint8_t ttl) {
  if (tally.is_engaged()) answer(turn, tally, tally.parent(), 1);
  tally.engage(parent.id, turn.now + turn.config.tally_step * ttl);
  wake_at_ = std::min(wake_at_, tally.due());
}

Tally* Tallies::on_copy(Turn& turn, Link& from, const wire::FrameHeader& header, const Copy& copy) {
  wire::TallyCounts now;
  if (copy.is_first) {
    now.nodes = 1;
    now.hops = header.hops + 1U;
  } else {
    now.duplicates = 1;
  }
  const bool goes_on = copy.is_first || copy.goes_on;
  Tally* tally = find(header.guid);
  if (tally == nullptr && goes_on) {
    tally = make(turn, header.guid, from.id);
    if (tally == nullptr) now.silent = 1;  // whom it reaches from here is not counted
  }
  if (tally == nullptr) {
    send(turn, from, header.guid, {.settles = 1, .counts = now});
    return nullptr;
  }
  const bool has_crossed = tally->heard(from.id, header.ttl, copy.may_cross && !goes_on);
  const bool is_own = tally->route() == kSelfLink;  // a walker came back
  if (goes_on && !is_own) {
    hang_below(turn, *tally, from, header.ttl);
    tally->counts.add(now);
    return tally;
  }
  tally->counts.add(now);
  if (has_crossed) return tally;
  if (is_own || tally->is_engaged()) {
    send(turn, from, header.guid, {.settles = 1, .counts = {}});
  } else {
    answer(turn, *tally, from.id, 1);
  }
  return tally;
}

// Says what there is to say, and forgets it. At the origin it is kept.
void Tallies::answer(Turn& turn, Tally& tally, LinkId to, std::uint32_t settles) {
  Link* link = turn.links.find(to);
  if (link == nullptr) {
    ++turn.counters.answers_no_link;
    tally.counts = {};
    return;
  }
  send(turn, *link, tally.guid(), {.settles = settles, .counts = std::exchange(tally.counts, {})});
}

void Tallies::settle(Turn& turn, Tally& tally) {
  if (tally.is_engaged()) {
    if (tally.awaits()) return;
    tally.disengage();
    if (tally.parent() == kSelfLink) {
      tell(turn, tally);
    } else {
      answer(turn, tally, tally.parent(), 1);
    }
  } else {
    pass_late(turn, tally);
  }
}

// The node that waited for this one has its answer already.
void Tallies::pass_late(Turn& turn, Tally& tally) {
  if (tally.counts == wire::TallyCounts{}) return;
  if (tally.route() == kSelfLink) {
    tell(turn, tally);
  } else {
    answer(turn, tally, tally.route(), 0);
  }
}

bool Tallies::on_frame(Turn& turn,
                       const Link& from,
                       const wire::FrameHeader& header,
                       ByteView body) {
  const auto answer = wire::decode_tally(body);
  if (!answer) return false;
  ++turn.counters.tallies_in;
  Tally* tally = find(header.guid);
  if (tally == nullptr || !tally->take(from.id, *answer)) {
    ++turn.counters.tallies_stray;
    return true;
  }
  settle(turn, *tally);
  return true;
}

void Tallies::on_end(Turn& turn, Tally& tally) {
  if (!std::exchange(tally.widens, false)) return;
  if (!tally.is_engaged()) tell(turn, tally);
}

void Tallies::run(Turn& turn) {
  if (wake_at_ > turn.now) return;
  wake_at_ = TimePoint::max();
  for (const auto& tally : tallies_) {
    if (!tally->is_engaged() || tally->due() > turn.now) continue;
    tally->give_up();
    settle(turn, *tally);
  }
  std::erase_if(tallies_, [&](const auto& tally) {
    return !tally->is_engaged() && tally->due() + turn.config.tally_memory <= turn.now;
  });
  for (const auto& tally : tallies_) {
    const Duration rest = tally->is_engaged() ? Duration{} : turn.config.tally_memory;
    wake_at_ = std::min(wake_at_, tally->due() + rest);
  }
}

void Tallies::forget(Turn& turn, LinkId link) {
  for (const auto& tally : tallies_) {
    const bool waited = tally->is_engaged() && tally->awaits();
    tally->give_up(link);
    if (tally->is_engaged() && tally->parent() == link) tally->disengage();  // nobody is told
    if (waited) settle(turn, *tally);
  }
}

std::uint64_t Tallies::digest() const {
  Digest digest;
  for (const auto& tally : tallies_) digest.add(tally->digest());
  return digest.value();
}

}  // namespace freshet::core::overlay
