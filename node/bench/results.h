// What a benchmark measured, before it is written down: filled by the runner for the simulator and
// by the one for real daemons, read by everything that writes or compares results. Plain data.
//
// One Run is one strategy on one seed under one variant of the scenario (a failure sweep has a
// variant for each share of nodes that crashes; most scenarios have one).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/core/overlay/strategy_id.h"

namespace freshet::bench {

/// One query. What the words mean is said in README.md, section "Results".
struct QueryRow {
  std::uint32_t query = 0;         ///< its number in the run, from 0
  std::uint64_t origin = 0;        ///< label of the asking node
  std::uint64_t messages = 0;      ///< every frame that the query caused, hits excepted
  std::uint64_t query_frames = 0;  ///< the Query frames among them
  std::uint64_t duplicates = 0;    ///< Query frames with a GUID known to their receiver
  double bytes = 0;                ///< of `messages`, with the query's share of route table traffic
  std::uint64_t reached = 0;       ///< distinct nodes that got it, the origin not counted
  std::uint64_t alive = 0;         ///< nodes alive when it was asked, the origin among them
  std::uint64_t hits = 0;          ///< distinct (node, object) pairs, the origin's own not counted
  std::optional<double> first_hit_ms;     ///< since it was asked
  std::optional<double> last_reached_ms;  ///< when the last node got it, since it was asked
  std::optional<std::uint32_t> first_hit_hops;
  double asked_at_s = 0;  ///< virtual time, since the mesh had settled

  [[nodiscard]] double coverage() const {
    return alive > 1 ? static_cast<double>(reached) / static_cast<double>(alive - 1) : 0.0;
  }
};

/// By number of links travelled; [0] is empty.
struct HopCount {
  std::uint64_t first = 0;       ///< Query frames that were the first at their node
  std::uint64_t duplicates = 0;  ///< the others
};

/// A node's part in a run.
struct NodeLoad {
  std::uint32_t degree = 0;     ///< links when the workload began
  std::uint64_t frames_in = 0;  ///< of all queries: every frame but hits
  std::uint64_t hits_in = 0;    ///< QueryHit frames, those passed on included
};

/// Bytes over all links, by type of frame, frames of no query (pings) included.
struct TypeTraffic {
  std::string type;  ///< "query", "hit", "announce", "graft", "prune", "check", "table", "ping", …
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};

struct Variant {
  std::string name;  ///< "" when there is one variant; "crash 30 %"
  double crash = 0;  ///< share of nodes that die at once
  friend bool operator==(const Variant&, const Variant&) = default;
};

struct Run {
  core::overlay::StrategyId strategy = core::overlay::StrategyId::flood;
  std::uint64_t seed = 0;
  Variant variant;
  bool complete = true;  ///< false: interrupted; the queries that were done are there
  std::uint64_t nodes = 0;
  std::uint64_t links = 0;
  std::vector<QueryRow> queries;
  std::vector<HopCount> hops;
  std::vector<NodeLoad> loads;  ///< by node, in the order of RunSet::labels
  std::vector<TypeTraffic> traffic;
  std::uint64_t digest = 0;  ///< of all nodes' state at the end
};

/// What a whole invocation of `sim` or `testbed` yields.
struct RunSet {
  std::string scenario_name;
  std::string scenario_text;  ///< the file as read
  std::string runner;         ///< "sim" or "testbed"
  std::string command;        ///< one line that repeats it
  std::vector<std::uint64_t> seeds;
  std::uint8_t ttl = 7;
  std::vector<std::uint64_t> labels;  ///< of nodes; empty: 0, 1, 2, …
  std::optional<double> crash_at_s;   ///< on the clock of QueryRow::asked_at_s
  std::vector<Run> runs;  ///< by variant, then strategy in the scenario's order, then seed

  // Not part of what must be equal for equal seeds.
  std::uint64_t deliveries = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
  std::uint64_t peak_rss_bytes = 0;
  bool interrupted = false;
};

}  // namespace freshet::bench
