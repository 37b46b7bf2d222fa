// report.html: the results on one page that needs nothing else, for a screen and for paper, in
// colour and without.
#pragma once

#include <string>

#include "node/bench/manifest.h"
#include "node/bench/results.h"

namespace freshet::bench {

/// The same for equal runs, apart from what they cost and where.
/// `beside`: other results, which are drawn too; nullptr: none.
std::string report_html(const RunSet& set, const Host& host, const RunSet* beside = nullptr);

}  // namespace freshet::bench
