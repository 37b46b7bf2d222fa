// What the scenarios share: files to find, the question that finds them, simulations by seed.
#pragma once

#include <cstdint>
#include <string>

#include "node/sim/simulation.h"

namespace freshet::sim::testing {

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

/// The query's result. Fails the simulation's test by CHECK when a rule was broken.
inline QueryResult must(Result<QueryResult> result) {
  if (!result) check_failed(result.error().message.c_str(), "tests/sim", 0);
  return std::move(result).value();
}

}  // namespace freshet::sim::testing
