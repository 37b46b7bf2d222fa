// A RunSet as files: summary.json, queries.csv, nodes.csv, manifest.json and report.html; and as
// text for a terminal. The formats are said in README.md, section "Results".
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"

namespace freshet::bench {

/// Writes all five files into `dir`, which is made when it is not there. Each is written beside its
/// place and renamed, so that a reader finds an old file or a new one; manifest.json comes last.
/// Errors: io.
Status write_results(const RunSet& set, const std::string& dir);

/// The same for equal runs, whatever they cost.
std::string summary_json(const RunSet& set);
/// A line for each strategy under each variant.
std::string summary_table(const RunSet& set);

}  // namespace freshet::bench
