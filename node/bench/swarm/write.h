// A SwarmSet as files, and as text for a terminal.
//
// peers.csv     variant,seed,peer,class,up,down,arrived_s,took_s,bytes_in,bytes_kept,bytes_out. up
// and
//               down in bytes a second, 0 without limit; took_s is empty for who did not finish.
// summary.json  schema, name, size and swarms, an array by variant: variant, peers, pieces,
//               piece_length, bound_s (Kumar and Ross), last_s, copies (that the seeds sent),
//               seed_idle (share of the time), events, and classes, an array: class, peers,
//               finished, took_s (mean, ci95, p50, p95, max), ratio, and cdf, pairs of seconds and
//               the share of the class that had everything by then.
// manifest.json schema, name, version, command, seeds, host, timing, runs with their digests,
// scenario. report.html   the same for a person.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/bench/manifest.h"
#include "node/bench/swarm/results.h"

namespace freshet::bench {

/// As write_results() does.
Status write_swarms(const SwarmSet& set, const std::string& dir);

/// The same for equal runs, whatever they cost; so is the next.
std::string swarm_json(const SwarmSet& set);
std::string swarm_table(const SwarmSet& set);
std::string swarm_csv(const SwarmSet& set);
std::string swarm_html(const SwarmSet& set, const Host& host);
std::string swarm_manifest(const SwarmSet& set, const Host& host);

}  // namespace freshet::bench
