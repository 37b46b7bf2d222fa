#include "node/core/overlay/strategy/routed.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

// Asking for a table and getting it, in bytes: two headers and bodies, and the places.
constexpr std::size_t kTableOverheadBytes = 75;
// How far the wish for tables spreads from a node that routes: it is likely to meet the next
// queries.
constexpr std::uint8_t kWishTtl = 7;

bool has_too_many(const std::vector<std::uint32_t>& words) {
  return words.size() > kMaxTableWords;
}

}  // namespace

// ---- queries

std::uint32_t Routed::pass_on(Turn& turn, const Passing& query) {
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::up) continue;
    if (Heard& heard = heard_of(link.id); !heard.asked) ask(turn, link, heard, kWishTtl);
  }
  return query.header.ttl > 1 ? flood(turn, query) : pass_last_hop(turn, query, false);
}

std::uint32_t Routed::pass_on_sparingly(Turn& turn, const Passing& query) {
  return query.header.ttl > 1 ? flood(turn, query) : pass_last_hop(turn, query, true);
}

std::uint32_t Routed::pass_last_hop(Turn& turn, const Passing& query, bool sparing) {
  const std::vector<std::uint32_t> terms = term_hashes(query.body);
  Fanout fanout(turn, query);
  for (Link& link : turn.links.all()) {
    if (!fanout.allows(link)) continue;
    if (judge(link.id, terms) == Verdict::cannot_match) {
      ++turn.counters.query_suppressed;
    } else {
      fanout.add(link);
    }
  }
  const std::uint32_t copies = fanout.finish();
  if (sparing) ask_where_it_pays(turn, query.body.size() + wire::kFrameHeaderBytes);
  return copies;
}

Routed::Verdict Routed::judge(LinkId link, std::span<const std::uint32_t> terms) {
  Heard& heard = heard_of(link);
  if (!heard.whole) {
    if (heard.unanswered < 0xFF) ++heard.unanswered;
    return Verdict::unknown;
  }
  if (heard.everything || terms.empty() || heard.table.may_match(terms)) return Verdict::may_match;
  return Verdict::cannot_match;
}

// Neighbours are taken to have as many words as this node.
void Routed::ask_where_it_pays(Turn& turn, std::size_t copy_bytes) {
  if (!knows_words_) {
    need_words(turn);
    return;
  }
  const std::size_t table_bytes = kTableOverheadBytes + own_.places().size() * 9 / 8;
  for (Link& link : turn.links.all()) {
    Heard& heard = heard_of(link.id);
    const bool pays = heard.unanswered * copy_bytes >= table_bytes;
    if (!heard.asked && pays && link.state == LinkState::up) ask(turn, link, heard, 1);
  }
}

void Routed::need_words(Turn& turn) {
  if (!std::exchange(asked_for_words_, true)) turn.out.push(Effect(NeedWords{}));
}

Routed::Heard& Routed::heard_of(LinkId link) {
  const auto place =
      std::lower_bound(heard_.begin(), heard_.end(), link, [](const Heard& each, LinkId id) {
        return each.link < id;
      });
  if (place != heard_.end() && place->link == link) return *place;
  return *heard_.insert(place, Heard{.link = link, .table = {}});
}

void Routed::forget(Turn& /*turn*/, LinkId link, bool /*was_branch*/) {
  std::erase_if(heard_, [&](const Heard& each) { return each.link == link; });
  std::erase_if(readers_, [&](const Reader& each) { return each.link == link; });
}

// ---- tables of neighbours

void Routed::ask(Turn& turn, Link& link, Heard& heard, std::uint8_t ttl) {
  if (!link.folds_alike) return;  // never whole: everything passes
  heard.asked = true;
  heard.whole = false;
  heard.table = {};
  Bytes body = wire::encode(wire::RouteTable{});
  ++turn.counters.tables_out;
  const auto body_bytes = static_cast<std::uint32_t>(body.size());
  send_own(turn,
           link,
           {.guid = turn.rng.guid(),
            .type = wire::FrameType::route_table,
            .ttl = ttl,
            .hops = 0,
            .body_bytes = body_bytes},
           std::move(body));
}

bool Routed::on_table(Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body) {
  const auto part = wire::decode_route_table(body);
  if (!part) return false;
  ++turn.counters.tables_in;
  if (part->kind == wire::TableKind::want) {
    on_want(turn, from, header.ttl);
    return true;
  }
  Heard& heard = heard_of(from.id);
  if (!heard.asked) {  // nobody wants it
    ++turn.counters.tables_dropped;
    return true;
  }
  take(heard, *part);
  if (!heard.asked) {  // a part is missing: anew
    ++turn.counters.tables_dropped;
    ask(turn, from, heard, 1);
  }
  return true;
}

void Routed::take(Heard& heard, const wire::RouteTable& part) {
  if (part.kind == wire::TableKind::everything) {
    heard.everything = true;
    heard.whole = true;
    heard.table = {};
    return;
  }
  const bool continues = heard.sequence == part.sequence && !heard.whole;
  if (part.kind == wire::TableKind::whole) {
    if (!continues || heard.table.bits() != part.bits) heard.table.reset(part.bits);
    heard.everything = false;
  } else if (part.bits != heard.table.bits() || (!continues && part.sequence != heard.sequence + 1)
             || heard.everything) {
    heard.asked = false;
    heard.whole = false;
    return;
  }
  heard.sequence = part.sequence;
  heard.table.remove(part.removed);
  heard.table.add(part.added);
  heard.whole = !part.more;
  if (heard.table.places().size() > 2 * kMaxTableWords) {  // more than any honest node sends
    heard.table = {};
    heard.everything = true;
    heard.whole = true;
  }
}

// ---- this node's own table

void Routed::on_want(Turn& turn, Link& from, std::uint8_t ttl) {
  for (Link& link : turn.links.all()) {
    if (ttl <= 1 || link.state != LinkState::up) continue;
    Heard& heard = heard_of(link.id);
    if (!heard.asked)
      ask(turn, link, heard, static_cast<std::uint8_t>(std::min(ttl, kWishTtl) - 1));
  }
  const auto known = std::find_if(
      readers_.begin(), readers_.end(), [&](const Reader& each) { return each.link == from.id; });
  if (known == readers_.end()) readers_.push_back({.link = from.id});
  if (knows_words_) {
    send_whole(turn, from);
  } else {
    need_words(turn);
  }
}

void Routed::set_words(Turn& turn, std::vector<std::uint32_t> hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  words_ = std::move(hashes);
  const bool is_first = !std::exchange(knows_words_, true);
  const std::uint8_t bits = WordTable::bits_for(words_.size());
  // A table that shrank keeps its size, so that a patch will do.
  publish(turn, WordTable(words_, is_first ? bits : std::max(bits, own_.bits())));
}

void Routed::publish(Turn& turn, WordTable next) {
  const WordTable before = std::exchange(own_, std::move(next));
  std::vector<std::uint32_t> added;
  std::vector<std::uint32_t> removed;
  const bool can_patch = before.bits() == own_.bits() && !has_too_many(words_);
  if (can_patch) {
    const auto old_places = before.places();
    const auto new_places = own_.places();
    std::set_difference(new_places.begin(),
                        new_places.end(),
                        old_places.begin(),
                        old_places.end(),
                        std::back_inserter(added));
    std::set_difference(old_places.begin(),
                        old_places.end(),
                        new_places.begin(),
                        new_places.end(),
                        std::back_inserter(removed));
  }
  const bool is_changed = !can_patch || !added.empty() || !removed.empty();
  if (is_changed) ++sequence_;
  for (const Reader& reader : readers_) {
    Link* link = turn.links.find(reader.link);
    if (link == nullptr) continue;
    if (!reader.has_whole || !can_patch) {
      send_whole(turn, *link);
    } else if (is_changed) {
      send(turn, *link, wire::TableKind::patch, added, removed);
    }
  }
}

void Routed::send_whole(Turn& turn, Link& link) {
  for (Reader& reader : readers_) {
    if (reader.link == link.id) reader.has_whole = true;
  }
  send(turn,
       link,
       has_too_many(words_) ? wire::TableKind::everything : wire::TableKind::whole,
       own_.places(),
       {});
}

// In as many frames as it takes; what is removed goes first.
void Routed::send(Turn& turn,
                  Link& link,
                  wire::TableKind kind,
                  std::span<const std::uint32_t> added,
                  std::span<const std::uint32_t> removed) const {
  if (kind == wire::TableKind::everything) added = {};
  bool more = true;
  while (more) {
    const auto gone = removed.first(std::min(removed.size(), wire::kMaxTablePlaces));
    const auto come = added.first(std::min(added.size(), wire::kMaxTablePlaces));
    removed = removed.subspan(gone.size());
    added = added.subspan(come.size());
    more = !removed.empty() || !added.empty();
    Bytes body = wire::encode(wire::RouteTable{.kind = kind,
                                               .sequence = sequence_,
                                               .bits = own_.bits(),
                                               .added = {come.begin(), come.end()},
                                               .removed = {gone.begin(), gone.end()},
                                               .more = more});
    ++turn.counters.tables_out;
    const auto body_bytes = static_cast<std::uint32_t>(body.size());
    send_own(turn,
             link,
             {.guid = turn.rng.guid(),
              .type = wire::FrameType::route_table,
              .ttl = 1,
              .hops = 0,
              .body_bytes = body_bytes},
             std::move(body));
  }
}

std::size_t Routed::tables() const {
  return static_cast<std::size_t>(
      std::count_if(heard_.begin(), heard_.end(), [](const Heard& each) { return each.whole; }));
}

std::uint64_t Routed::digest() const {
  Digest digest;
  for (const Heard& heard : heard_) {
    digest.add(heard.link.value);
    digest.add(heard.whole ? heard.table.places().size() : 0);
  }
  digest.add(readers_.size());
  digest.add(sequence_);
  return digest.value();
}

}  // namespace freshet::core::overlay
