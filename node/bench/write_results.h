// A RunSet as files, and as text for a terminal. What the words mean is said in README.md, section
// "Results"; what is where:
//
// queries.csv   strategy,seed,query,origin,messages,query_frames,duplicates,bytes,reached,hits,
//               first_hit_ms,alive,last_reached_ms,first_hit_hops,asked_at_s,variant. What a query
//               has not is empty; asked_at_s counts from when the mesh had settled.
// nodes.csv     strategy,seed,node,degree,frames_in,hits_in,variant. degree: links when the
// workload
//               began; frames_in: all but hits, of all queries.
// summary.json  schema, name, nodes, links (of the first run) and strategies, an array. With
// several
//               variants strategies are those of the first, and variants has all: variant, crash,
//               strategies. Of a strategy, means and {"mean","ci95"} per query, null where unknown:
//   messages query_frames duplicates bytes reached coverage hits
//   success            also low and high, its interval
//   first_hit_ms first_hit_hops last_reached_ms    p50, p95, p99 of the queries that have one
//   load               of a node in a run: max, mean, gini
//   ci95_over          "seeds" or "queries": what the intervals are over (summary.h)
//   complete           false: interrupted
//   hops               hop, first (nodes new at this hop), duplicates, duplicate_ratio, coverage
//   (up
//                      to here), coverage_per_message (gained at this hop by a Query frame)
//   load_by_degree     low and high degree of a class, nodes, frames_in and hits_in of one
//   by_type            by type of frame: frames and bytes, background traffic shared out
//   after_crash        with a crash only: queries, success and coverage of those asked after it,
//   and
//                      recovery: from_s and to_s since the crash, queries, success, coverage
// manifest.json seeds, version, command, scenario, host, timing, engine (of a simulation), and runs
//               with size and digest of each.
// report.html   report.h.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"

namespace freshet::bench {

/// Writes all five files into `dir`, which is made when it is not there. Each is written beside its
/// place and renamed, so that a reader finds an old file or a new one; manifest.json comes last.
/// Errors: io.
/// `beside`: for the report.
Status write_results(const RunSet& set, const std::string& dir, const RunSet* beside = nullptr);

/// The same for equal runs, whatever they cost.
std::string summary_json(const RunSet& set);
/// A line for each strategy under each variant.
std::string summary_table(const RunSet& set);

}  // namespace freshet::bench
