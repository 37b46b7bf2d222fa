// What the overlay engine counts. A daemon has one set, a simulation shares one among its nodes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace freshet::core::overlay {

struct Counters {
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t links_up = 0;  ///< links that exchanged Hello
  std::uint64_t links_lost = 0;
  std::uint64_t links_refused = 0;  ///< self, duplicate or full
  std::uint64_t links_silent = 0;   ///< closed because a ping went unanswered or Hello did not come
  std::uint64_t dials = 0;
  std::uint64_t dials_failed = 0;

  std::uint64_t queries_sent = 0;      ///< this node's own
  std::uint64_t query_first = 0;       ///< Query frames in with a GUID not seen before
  std::uint64_t query_duplicates = 0;  ///< Query frames in with a known GUID
  std::uint64_t query_forwarded = 0;   ///< Query frames out for others
  std::uint64_t query_reforwarded =
      0;  ///< those of them sent because a copy with a higher TTL came after a first forwarding
  std::uint64_t hits_sent = 0;  ///< QueryHit frames out that answer
  std::uint64_t hits_in = 0;
  std::uint64_t hits_forwarded = 0;
  std::uint64_t hits_for_us = 0;
  std::uint64_t hits_unknown_guid = 0;  ///< dropped: no query with that GUID came through here
  std::uint64_t hits_no_route =
      0;  ///< dropped: the link back is gone, or is the one that it came from
  std::uint64_t hits_expired = 0;  ///< dropped: TTL used up

  std::uint64_t query_suppressed = 0;  ///< copies not sent: the neighbour's word table cannot match
  std::uint64_t announces_out = 0;     ///< frames that tell neighbours off the tree of queries
  std::uint64_t announced_along =
      0;  ///< queries told of in other frames, or behind the first in one
  std::uint64_t tree_held_over_limit = 0;  ///< let go early: more came by the tree than are kept
  std::uint64_t announces_over_limit = 0;  ///< dropped: more are missing, or offered, than is kept
  std::uint64_t grafts_out = 0;
  std::uint64_t fetches_out = 0;
  std::uint64_t fetches_missed = 0;  ///< in, for queries that are held no more
  std::uint64_t prunes_out = 0;
  std::uint64_t checks_out = 0;    ///< walkers' check-backs and their answers, passed on included
  std::uint64_t checks_stray = 0;  ///< dropped: the query, or the way on, is not known
  std::uint64_t walkers_dropped = 0;  ///< too many wait here, or their origin cannot be asked
  std::uint64_t tables_out = 0;       ///< route table frames
  std::uint64_t tables_in = 0;
  std::uint64_t tables_dropped = 0;  ///< parts that nobody asked for, or that do not fit the others

  std::uint64_t pings_in = 0;
  std::uint64_t pings_out = 0;
  std::uint64_t pongs_in = 0;
  std::uint64_t byes_in = 0;
  std::uint64_t byes_out = 0;
  std::uint64_t answers_no_link = 0;  ///< dropped: the neighbour that asked is gone
  std::uint64_t hosts_learned = 0;
  std::uint64_t hosts_over_limit = 0;  ///< named, and not remembered: those known are worth more
  std::uint64_t hosts_banned = 0;      ///< named, and not remembered: banned or blocked
  std::uint64_t joins_out = 0;         ///< walks of joining nodes, passed on included
  std::uint64_t joins_in = 0;
  std::uint64_t joins_unanswered = 0;  ///< walks that ended here: no place, or too many in a row
  std::uint64_t shuffles_out = 0;      ///< passed on included
  std::uint64_t shuffles_in = 0;
  std::uint64_t shuffle_replies_out = 0;
  std::uint64_t shuffle_replies_in = 0;
  std::uint64_t shuffles_stray = 0;  ///< answers dropped: the way back is not known or gone
  std::uint64_t links_unwanted = 0;  ///< refused: no place for one that may be refused
  std::uint64_t links_given_up = 0;  ///< closed: more than wanted, or to make room
  std::uint64_t wakes_late = 0;      ///< the node slept, or was stopped

  std::uint64_t frames_unknown_type = 0;
  std::uint64_t frames_unexpected =
      0;  ///< before Hello, a second Hello, or a type this version does not take
  std::uint64_t frames_oversized = 0;   ///< length beyond the type's limit; closes the link
  std::uint64_t frames_bad_ttl = 0;     ///< TTL 0, or TTL + hops beyond the limit
  std::uint64_t frames_malformed = 0;   ///< a body that does not decode
  std::uint64_t links_offended = 0;     ///< closed for repeated offences
  std::uint64_t links_banned = 0;       ///< refused or closed: the key is banned or blocked
  std::uint64_t bans = 0;               ///< keys banned for repeated offences
  std::uint64_t frames_over_rate = 0;   ///< dropped: more of their type than a neighbour may send
  std::uint64_t query_over_share = 0;   ///< new ones dropped in a rush: the neighbour had its share
  std::uint64_t hits_over_rate = 0;     ///< dropped: too many came on one link
  std::uint64_t hits_second_route = 0;  ///< passed on by the second way back, the first being gone

  std::uint64_t dial_backs_asked = 0;     ///< by neighbours
  std::uint64_t dial_backs_declined = 0;  ///< asked too often
  std::uint64_t pushes_sent = 0;          ///< this node's own
  std::uint64_t pushes_in = 0;
  std::uint64_t pushes_forwarded = 0;
  std::uint64_t pushes_for_us = 0;    ///< this node was asked to dial, and does
  std::uint64_t pushes_limited = 0;   ///< … and does not: too many aim at one node, or in all
  std::uint64_t pushes_no_route = 0;  ///< no way to the target is known, or TTL used up
  std::uint64_t relay_calls_out = 0;  ///< neighbours told that somebody wants to be joined to them
  std::uint64_t relay_calls_in = 0;
  std::uint64_t relay_calls_limited = 0;
  std::uint64_t block_lists_in = 0;
  std::uint64_t block_lists_out = 0;
  std::uint64_t block_lists_ignored = 0;  ///< dropped: old, or of a moderator not obeyed here
  std::uint64_t block_lists_forged = 0;   ///< dropped: not signed by the moderator

  std::uint64_t browses_out = 0;         ///< pages asked of neighbours
  std::uint64_t browses_in = 0;          ///< pages that neighbours asked for
  std::uint64_t browses_over_limit = 0;  ///< dropped: too many of one neighbour's wait

  std::uint64_t tallies_out = 0;
  std::uint64_t tallies_in = 0;
  std::uint64_t tallies_over_limit = 0;  ///< queries not tallied here: too many at a time
  std::uint64_t tallies_stray = 0;       ///< dropped: nobody waits for it

  std::uint64_t drops_query = 0;  ///< frames dropped because a neighbour was slow, by class
  std::uint64_t drops_hit = 0;
  std::uint64_t drops_control = 0;
  std::uint64_t guids_rotated = 0;  ///< generations of remembered GUIDs let go
};

struct CounterName {
  std::string_view name;
  std::uint64_t Counters::*field;
};

#define FRESHET_COUNTER(field) \
  CounterName {                \
#field, &Counters::field   \
  }
inline constexpr std::array kCounterNames = {
    FRESHET_COUNTER(frames_in),
    FRESHET_COUNTER(frames_out),
    FRESHET_COUNTER(links_up),
    FRESHET_COUNTER(links_lost),
    FRESHET_COUNTER(links_refused),
    FRESHET_COUNTER(links_silent),
    FRESHET_COUNTER(dials),
    FRESHET_COUNTER(dials_failed),
    FRESHET_COUNTER(queries_sent),
    FRESHET_COUNTER(query_first),
    FRESHET_COUNTER(query_duplicates),
    FRESHET_COUNTER(query_forwarded),
    FRESHET_COUNTER(query_reforwarded),
    FRESHET_COUNTER(hits_sent),
    FRESHET_COUNTER(hits_in),
    FRESHET_COUNTER(hits_forwarded),
    FRESHET_COUNTER(hits_for_us),
    FRESHET_COUNTER(hits_unknown_guid),
    FRESHET_COUNTER(hits_no_route),
    FRESHET_COUNTER(hits_expired),
    FRESHET_COUNTER(query_suppressed),
    FRESHET_COUNTER(announces_out),
    FRESHET_COUNTER(announced_along),
    FRESHET_COUNTER(tree_held_over_limit),
    FRESHET_COUNTER(announces_over_limit),
    FRESHET_COUNTER(grafts_out),
    FRESHET_COUNTER(fetches_out),
    FRESHET_COUNTER(fetches_missed),
    FRESHET_COUNTER(prunes_out),
    FRESHET_COUNTER(checks_out),
    FRESHET_COUNTER(checks_stray),
    FRESHET_COUNTER(walkers_dropped),
    FRESHET_COUNTER(tables_out),
    FRESHET_COUNTER(tables_in),
    FRESHET_COUNTER(tables_dropped),
    FRESHET_COUNTER(pings_in),
    FRESHET_COUNTER(pings_out),
    FRESHET_COUNTER(pongs_in),
    FRESHET_COUNTER(byes_in),
    FRESHET_COUNTER(byes_out),
    FRESHET_COUNTER(answers_no_link),
    FRESHET_COUNTER(hosts_learned),
    FRESHET_COUNTER(hosts_over_limit),
    FRESHET_COUNTER(hosts_banned),
    FRESHET_COUNTER(joins_out),
    FRESHET_COUNTER(joins_in),
    FRESHET_COUNTER(joins_unanswered),
    FRESHET_COUNTER(shuffles_out),
    FRESHET_COUNTER(shuffles_in),
    FRESHET_COUNTER(shuffle_replies_out),
    FRESHET_COUNTER(shuffle_replies_in),
    FRESHET_COUNTER(shuffles_stray),
    FRESHET_COUNTER(links_unwanted),
    FRESHET_COUNTER(links_given_up),
    FRESHET_COUNTER(wakes_late),
    FRESHET_COUNTER(frames_unknown_type),
    FRESHET_COUNTER(frames_unexpected),
    FRESHET_COUNTER(frames_oversized),
    FRESHET_COUNTER(frames_bad_ttl),
    FRESHET_COUNTER(frames_malformed),
    FRESHET_COUNTER(links_offended),
    FRESHET_COUNTER(links_banned),
    FRESHET_COUNTER(bans),
    FRESHET_COUNTER(frames_over_rate),
    FRESHET_COUNTER(query_over_share),
    FRESHET_COUNTER(hits_over_rate),
    FRESHET_COUNTER(hits_second_route),
    FRESHET_COUNTER(dial_backs_asked),
    FRESHET_COUNTER(dial_backs_declined),
    FRESHET_COUNTER(pushes_sent),
    FRESHET_COUNTER(pushes_in),
    FRESHET_COUNTER(pushes_forwarded),
    FRESHET_COUNTER(pushes_for_us),
    FRESHET_COUNTER(pushes_limited),
    FRESHET_COUNTER(pushes_no_route),
    FRESHET_COUNTER(relay_calls_out),
    FRESHET_COUNTER(relay_calls_in),
    FRESHET_COUNTER(relay_calls_limited),
    FRESHET_COUNTER(block_lists_in),
    FRESHET_COUNTER(block_lists_out),
    FRESHET_COUNTER(block_lists_ignored),
    FRESHET_COUNTER(block_lists_forged),
    FRESHET_COUNTER(browses_out),
    FRESHET_COUNTER(browses_in),
    FRESHET_COUNTER(browses_over_limit),
    FRESHET_COUNTER(tallies_out),
    FRESHET_COUNTER(tallies_in),
    FRESHET_COUNTER(tallies_over_limit),
    FRESHET_COUNTER(tallies_stray),
    FRESHET_COUNTER(drops_query),
    FRESHET_COUNTER(drops_hit),
    FRESHET_COUNTER(drops_control),
    FRESHET_COUNTER(guids_rotated),
};
#undef FRESHET_COUNTER

// Every counter has a name: a field added above and forgotten here does not compile.
static_assert(sizeof(Counters) == kCounterNames.size() * sizeof(std::uint64_t));

}  // namespace freshet::core::overlay
