// Asks queries of a host and knows when each is over: nothing of it is under way, its origin is not
// at it any more, and for a while nobody sent anything of it, for some strategies mend what was
// lost after a delay. Queries may overlap; between two calls the host may be changed (crashes,
// joins).
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/sim/host.h"

namespace freshet::sim {

struct Patience {
  /// A query must rest for so long. A plain flood through links of unlimited room is over at once.
  Duration settle = std::chrono::seconds(3);
  /// What takes longer is taken as it is: a clogged or partitioned mesh may hold a query for ever.
  Duration limit = std::chrono::minutes(10);
};

class Asker {
 public:
  /// Called with the number that the query was asked under, once each, in the order in which they
  /// are over. Must not call the asker.
  using Done = std::function<void(std::uint64_t number, QueryResult result)>;

  /// `host` outlives the asker.
  Asker(Host& host, Patience patience, Done done)
      : host_(host),
        patience_(patience),
        done_(std::move(done)) {}

  /// Asks now. Fails when too many are followed, or a rule was broken.
  /// REQUIRES: the origin is alive.
  Status ask(const Asking& asking, std::uint64_t number);
  /// Queries that are not over.
  [[nodiscard]] std::size_t active() const { return active_.size(); }

  /// Moves the clock to `time`. Fails when a rule was broken.
  Status run_until(TimePoint time);
  /// Runs until every query is over; the clock stops there.
  Status finish();

 private:
  struct Active {
    std::uint64_t number = 0;
    std::uint16_t track = 0;
    Duration settle{};
    TimePoint gives_up;
  };

  /// How long a query of that kind must rest to be over.
  [[nodiscard]] Duration settle_of(core::overlay::StrategyId strategy) const;
  [[nodiscard]] bool is_over(const Active& query) const;
  /// Takes the results of queries that are over.
  void collect();
  /// When a query may be over by time alone.
  [[nodiscard]] TimePoint next_look() const;
  /// Performs events up to `limit`, or until some query rests.
  Status run_some(TimePoint limit);

  Host& host_;
  Patience patience_;
  Done done_;
  std::vector<Active> active_;  ///< in the order in which they were asked
};

/// One query, until it is over. Fails when a rule was broken.
Result<QueryResult> run_query(Host& host, const Asking& asking, const Patience& patience = {});

}  // namespace freshet::sim
