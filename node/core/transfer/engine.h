// Fetches and serves contents over transfer links: the BitTorrent peer protocol (BEP 3, 6, 10, and
// 52's hash requests) as a deterministic state machine. It never sees a block's bytes (io.h); it
// decides which block is asked of whom, what is verified against what, who is served, and who is
// dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/core/transfer/config.h"
#include "node/core/transfer/counters.h"
#include "node/core/transfer/io.h"

namespace freshet::core::transfer {

class Engine {
 public:
  /// `config` and `counters` outlive the engine.
  Engine(const Config& config, Counters& counters, const NodeKey& self, const Rng& rng);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  Engine(Engine&&) = delete;
  Engine& operator=(Engine&&) = delete;

  /// Consumes one input and appends its effects to `out`, in the order in which they must happen.
  /// REQUIRES: `now` is not earlier than in the previous call.
  void handle(const Input& input, TimePoint now, std::vector<Effect>& out);

  /// When DeadlinePassed must next be delivered; nullopt while nothing is pending. It may be early,
  /// never late.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  /// A hash of the whole state: the same seed and inputs give the same digest.
  [[nodiscard]] std::uint64_t digest() const;

  [[nodiscard]] std::size_t link_count() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::core::transfer
