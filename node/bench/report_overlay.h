// The part of a report that sets other results beside its own: per metric, with the deviation.
#pragma once

#include "node/bench/report/page.h"
#include "node/bench/results.h"
#include "node/bench/summary.h"

namespace freshet::bench {

/// `own` is of `set`, under `variant`.
void add_overlay(report::Page& page,
                 const RunSet& set,
                 const Summary& own,
                 const RunSet& other,
                 const Variant& variant);

}  // namespace freshet::bench
