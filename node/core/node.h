// One freshet node as a deterministic state machine. Nothing here opens a socket, reads a clock,
// takes a lock or draws randomness that was not seeded: the same inputs at the same times give the
// same effects and the same digest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/core/effects.h"
#include "node/core/io.h"
#include "node/core/overlay/engine.h"
#include "node/core/search/engine.h"
#include "node/core/transfer/engine.h"

namespace freshet::core {

/// Shared by all nodes that behave alike; outlives them.
struct Config {
  overlay::Config overlay;
  search::Config search;
  transfer::Config transfer;
};

/// Where a node counts; may be shared by nodes that run on one thread. Outlives them.
struct Counters {
  overlay::Counters overlay;
  search::Counters search;
  transfer::Counters transfer;
};

/// Routes inputs to its engines and holds no logic of its own. An engine comes into being on first
/// use.
class Node {
 public:
  Node(const Config& config, Counters& counters, NodeKey self, const Rng& rng);
  /// Its engines refer to one another: it stays where it is.
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() = default;

  /// Consumes one input and appends its effects to `out`, in the order in which they must happen.
  /// Never blocks. REQUIRES: `now` is not earlier than in the previous call.
  void handle(const Input& input, TimePoint now, EffectBuffer& out);

  /// When DeadlinePassed must next be delivered; nullopt while nothing is pending. It may be early,
  /// never late.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const {
    return transfer_ ? next_of_both() : overlay_.next_deadline();
  }

  /// A hash of the whole state: the same seed and inputs give the same digest.
  [[nodiscard]] std::uint64_t digest() const;

  [[nodiscard]] const overlay::Engine& overlay() const { return overlay_; }
  [[nodiscard]] const transfer::Engine* transfer() const { return transfer_.get(); }

 private:
  class Junction;

  void handle_transfer(const transfer::Input& input, TimePoint now, EffectBuffer& out);
  void ask_push(const transfer::AskPush& ask, TimePoint now, EffectBuffer& out);
  search::Engine& need_search();
  [[nodiscard]] std::optional<TimePoint> next_of_both() const;

  // What a relayed frame touches comes first and close together: a simulation runs a million of
  // these. No engine uses another one while it is destroyed.
  const Config& config_;
  Counters& counters_;
  std::unique_ptr<search::Engine> search_;
  std::unique_ptr<transfer::Engine> transfer_;
  overlay::Engine overlay_;
};

}  // namespace freshet::core
