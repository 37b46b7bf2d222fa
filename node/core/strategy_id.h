// The search strategies by number (Query.strategy on the wire) and by name (command line and
// scenario files).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::core {

enum class StrategyId : std::uint8_t {
  flood = 0,        ///< Gnutella 0.4: to every neighbour
  ring = 1,         ///< expanding ring: floods with a growing TTL until enough was found
  walk = 2,         ///< random walkers that check back with the origin
  tree = 3,         ///< Plumtree: along a tree that prunes and mends itself
  routed = 4,       ///< flood whose last hop goes only where a word table can match
  automatic = 5,    ///< the origin chooses as it goes; on the wire a ring whose last hop is routed
                    ///< where it pays
  tabled_tree = 6,  ///< how auto ends; not chosen by name
};

/// Its searches come in rounds, each with a higher TTL, and the last may go by a tree.
constexpr bool is_ring(StrategyId how) {
  return how == StrategyId::ring || how == StrategyId::automatic;
}

constexpr bool is_tree(StrategyId how) {
  return how == StrategyId::tree || how == StrategyId::tabled_tree;
}

inline constexpr std::array<std::string_view, 6> kStrategyNames = {
    "flood", "ring", "walk", "tree", "routed", "auto"};

constexpr std::string_view to_string(StrategyId id) {
  const auto number = static_cast<std::size_t>(id);
  return number < kStrategyNames.size() ? kStrategyNames[number] : "tabled tree";
}

/// All names, for messages: "flood, ring, walk, tree, routed, auto".
inline std::string strategy_list() {
  std::string list;
  for (const std::string_view name : kStrategyNames) (list += list.empty() ? "" : ", ") += name;
  return list;
}

/// nullopt for what is no strategy's name.
constexpr std::optional<StrategyId> strategy_named(std::string_view name) {
  for (std::size_t i = 0; i < kStrategyNames.size(); ++i) {
    if (kStrategyNames[i] == name) return static_cast<StrategyId>(i);
  }
  return std::nullopt;
}

}  // namespace freshet::core
