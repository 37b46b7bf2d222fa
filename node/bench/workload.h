// What is asked: objects as words, and who asks for which.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/rng.h"
#include "node/bench/draw.h"
#include "node/bench/placement.h"
#include "node/bench/population.h"
#include "node/bench/scenario.h"
#include "node/sim/content.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::bench {

/// The word of an object's name that no other one has: "o123".
std::string word_of(std::uint32_t object);
/// All words of its name, word_of() last. People ask by two or three words, most of which many
/// names have: a Query frame here is about as long as one of theirs.
std::vector<std::string> words_of(std::uint32_t object);
/// The inverse; nullopt for any other text.
std::optional<std::uint32_t> object_named(std::string_view word);
/// An object as a file: its words are its name, and its id and size follow from its number.
wire::HitFile file_of(std::uint32_t object);
/// Asks for that object by all words of its name.
wire::Query query_for(std::uint32_t object);

/// Every node's files, as an ObjectTable has them. Answers what query_for() asks; any other query
/// finds nothing.
class ObjectContent final : public sim::Content {
 public:
  /// `table` outlives this.
  explicit ObjectContent(const ObjectTable& table) : table_(table) {}
  [[nodiscard]] std::vector<wire::HitFile> find(sim::NodeIndex node,
                                                const wire::Query& query,
                                                std::uint32_t limit) const override;
  [[nodiscard]] std::vector<std::uint32_t> word_hashes(sim::NodeIndex node) const override;

 private:
  const ObjectTable& table_;
  mutable std::optional<ObjectsByNode> by_node_;  ///< once it was asked for; not for threads
};

/// The queries of a run. Each has a generator of its own: who asks for what does not depend on what
/// was asked before, nor on the strategy.
class Workload {
 public:
  struct Planned {
    std::uint32_t object = 0;
    sim::NodeIndex origin = sim::kNoNode;
  };

  /// `origin`: asks all of them; nullopt: each is asked by a node that is drawn among those alive.
  Workload(const ContentSpec& content, std::optional<sim::NodeIndex> origin, Rng rng)
      : popularity_(zipf_weights(content.objects, content.popularity_zipf)),
        origin_(origin),
        rng_(rng) {}

  [[nodiscard]] Planned plan(std::uint32_t query, const Population& population) const;

 private:
  WeightedDraw popularity_;
  std::optional<sim::NodeIndex> origin_;
  Rng rng_;
};

}  // namespace freshet::bench
