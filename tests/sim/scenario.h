// What the scenarios share: files to find, the question that finds them, simulations by seed.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "node/sim/simulation.h"

namespace freshet::sim::testing {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): 5s reads as 5 s

/// Gives `node` a file named `name`.
inline void put(FileTable& table, NodeIndex node, const std::string& name) {
  table.add(node, {.content = std::nullopt, .name = name, .size_bytes = 1});
}

inline wire::Query ask_for(const std::string& term) {
  wire::Query query;
  query.terms = {term};
  return query;
}

inline SimulationConfig with_seed(std::uint64_t seed) {
  SimulationConfig config;
  config.seed = seed;
  config.reproduce = "tests/test_sim, seed " + std::to_string(seed);
  return config;
}

/// The query's result; fails the test, with the reason, when a rule was broken.
inline QueryResult must(Result<QueryResult> result) {
  if (!result) FAIL(result.error().message);
  return std::move(result).value();
}
inline void must(const Status& status) {
  if (!status) FAIL(status.error().message);
}

/// Runs a host; fails the test when a rule was broken.
inline void run_for(Host& host, Duration time) {
  if (!host.run_until(host.now() + time)) FAIL(*host.failure());
}

/// A flood asked of a host of its own, run until it is over.
inline QueryResult ask(Host& host, NodeIndex origin, const wire::Query& query, std::uint8_t ttl) {
  return must(run_query(host, {.origin = origin, .query = query, .ttl = ttl}));
}

}  // namespace freshet::sim::testing
