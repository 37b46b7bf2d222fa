// What the search engine may be told, and what it counts.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "node/base/time.h"

namespace freshet::core::search {

/// Hits of one search that are recognised when they come again; later ones may be judged twice.
inline constexpr std::size_t kMaxHeard = 1024;

struct Config {
  /// Files in answer to one query, whatever it asks for.
  std::uint32_t max_files_per_answer = 256;
  /// Searches of this node's own that are remembered; the oldest gives way.
  std::size_t max_asks = 64;

  /// Hits that come by are remembered for so long, and answer for their nodes (hit_cache.h); 0:
  /// never. overlay::Config::caches_hits goes with it.
  Duration cache_age{};
  std::size_t cache_bytes = std::size_t{1} << 20U;
  std::size_t cache_queries = 512;         ///< of which hits may come by
  std::size_t cache_records = 32;          ///< of one query
  std::uint32_t cache_checks_per_s = 200;  ///< signatures that are looked at for it
};

struct Counters {
  std::uint64_t queries_answered = 0;  ///< lookups that found something and went out as hits
  std::uint64_t queries_looked_up = 0;
  std::uint64_t queries_malformed =
      0;                             ///< bodies that do not decode; they were relayed all the same
  std::uint64_t hit_records_in = 0;  ///< records for this node's own searches
  std::uint64_t hit_records_malformed = 0;
  std::uint64_t hit_records_unsigned = 0;  ///< dropped: no signature
  std::uint64_t hit_records_forged = 0;    ///< dropped: not signed by the node that they name
  std::uint64_t hit_records_repeated = 0;  ///< dropped: came by another way already
  std::uint64_t hit_records_late = 0;      ///< dropped: the search was given up
  std::uint64_t hit_records_expired = 0;   ///< dropped: older than they may be
  std::uint64_t hit_records_blocked = 0;   ///< dropped: by a blocked node, or of blocked content
  std::uint64_t cache_stored = 0;          ///< records remembered
  std::uint64_t cache_refused = 0;         ///< … and not: not good, or too many to look at
  std::uint64_t cache_answered = 0;        ///< queries of others that went no further
  std::uint64_t cache_answered_own = 0;    ///< this node's own that were not sent at all
};

struct CounterName {
  std::string_view name;
  std::uint64_t Counters::*field;
};
inline constexpr std::array kCounterNames = {
    CounterName{"queries_answered", &Counters::queries_answered},
    CounterName{"queries_looked_up", &Counters::queries_looked_up},
    CounterName{"queries_malformed", &Counters::queries_malformed},
    CounterName{"hit_records_in", &Counters::hit_records_in},
    CounterName{"hit_records_malformed", &Counters::hit_records_malformed},
    CounterName{"hit_records_unsigned", &Counters::hit_records_unsigned},
    CounterName{"hit_records_forged", &Counters::hit_records_forged},
    CounterName{"hit_records_repeated", &Counters::hit_records_repeated},
    CounterName{"hit_records_late", &Counters::hit_records_late},
    CounterName{"hit_records_expired", &Counters::hit_records_expired},
    CounterName{"hit_records_blocked", &Counters::hit_records_blocked},
    CounterName{"cache_stored", &Counters::cache_stored},
    CounterName{"cache_refused", &Counters::cache_refused},
    CounterName{"cache_answered", &Counters::cache_answered},
    CounterName{"cache_answered_own", &Counters::cache_answered_own},
};
static_assert(sizeof(Counters) == kCounterNames.size() * sizeof(std::uint64_t));

}  // namespace freshet::core::search
