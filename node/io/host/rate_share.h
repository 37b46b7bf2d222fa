// A limit of the user's on what the node sends, or fetches, holds for two that do not know one
// another: transfers between nodes, and those with BitTorrent clients. Each gets what the other
// leaves, and half of it at least. Sans-IO.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "node/base/time.h"

namespace freshet::io {

class RateShare {
 public:
  /// Bytes a second; 0: no limit.
  struct Shares {
    std::uint64_t nodes = 0;
    std::uint64_t clients = 0;
    bool operator==(const Shares&) const = default;
  };
  /// Bytes so far, in all.
  struct Moved {
    std::uint64_t nodes = 0;
    std::uint64_t clients = 0;
  };
  /// How often moved() should be called.
  static constexpr std::chrono::milliseconds kEvery{200};

  /// Bytes a second; 0: no limit.
  void set_rate(std::uint64_t rate) { rate_ = rate; }
  void moved(const Moved& moved, TimePoint now);
  /// From now on.
  [[nodiscard]] Shares shares() const;

 private:
  static constexpr std::size_t kSteps = 10;

  /// What one of the two takes: who only begins takes more than it has taken for long.
  class Use {
   public:
    void moved(std::uint64_t bytes, TimePoint now);
    /// Bytes a second.
    [[nodiscard]] std::uint64_t rate() const { return rate_; }

   private:
    struct Step {
      TimePoint at;
      std::uint64_t bytes = 0;  ///< in all, until then
    };
    std::array<Step, kSteps> steps_{};  ///< a ring
    std::size_t oldest_ = 0;
    std::uint64_t rate_ = 0;
    bool begun_ = false;
  };
  [[nodiscard]] std::uint64_t left_by(std::uint64_t use) const;

  std::uint64_t rate_ = 0;
  Use nodes_;
  Use clients_;
};

}  // namespace freshet::io
