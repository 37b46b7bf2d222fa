// The figures of a report. Each takes the cells that it shows, with the name and the look that they
// have in it, so that strategies, variants, or two sets of results can be compared by the same
// code.
#pragma once

#include <string>
#include <vector>

#include "node/bench/report/look.h"
#include "node/bench/summary.h"

namespace freshet::bench::report {

struct Shown {
  std::string name;
  LineLook look;
  const Cell* cell = nullptr;  ///< REQUIRES: not null
};
using ShownList = std::vector<Shown>;

struct Figure {
  std::string title;    ///< plain text
  std::string caption;  ///< plain text: what is drawn, and how to read it
  std::string svg;
};

Figure messages_against_success(const ShownList& shown);
Figure bytes_against_success(const ShownList& shown);

Figure coverage_by_hop(const ShownList& shown);
Figure coverage_by_cost(const ShownList& shown);
Figure duplicates_by_hop(const ShownList& shown);

Figure hops_to_first_hit(const ShownList& shown);
Figure time_to_first_hit(const ShownList& shown);
Figure time_to_last_node(const ShownList& shown);

Figure load_lorenz(const ShownList& shown);
Figure load_tail(const ShownList& shown);
Figure load_by_degree(const ShownList& shown);
/// `id`: unique in the page, letters and digits.
Figure bytes_by_type(const ShownList& shown, const std::string& id);

/// Against time since the crash. `what`: of whom, for the title.
Figure success_recovery(const ShownList& shown, const std::string& what);
Figure coverage_recovery(const ShownList& shown, const std::string& what);

/// A line of a sweep: one strategy's cells by the share of nodes that crash.
struct Sweep {
  std::string name;
  LineLook look;
  std::vector<const Cell*> cells;
};
Figure success_by_crash(const std::vector<Sweep>& sweeps);
Figure coverage_by_crash(const std::vector<Sweep>& sweeps);
Figure messages_by_crash(const std::vector<Sweep>& sweeps);
Figure bytes_by_crash(const std::vector<Sweep>& sweeps);

}  // namespace freshet::bench::report
