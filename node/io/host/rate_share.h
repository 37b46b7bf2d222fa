// A limit of the user's on what the node sends, or fetches, holds for two that do not know one
// another: transfers between nodes, and those with BitTorrent clients. Each gets what the other
// leaves, and half of it at least. Sans-IO.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

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
  /// How often next() is called.
  static constexpr std::chrono::milliseconds kEvery{200};

  explicit RateShare(std::uint64_t rate) : rate_(rate) {}

  /// From now on.
  [[nodiscard]] Shares next(const Moved& moved);

 private:
  static constexpr std::size_t kSteps = 10;

  /// What one of the two takes: who only begins takes more than it has taken for long.
  class Use {
   public:
    /// Bytes a second, where so many were moved in all.
    std::uint64_t next(std::uint64_t moved);

   private:
    std::array<std::uint64_t, kSteps> before_{};  ///< what was moved in all, a ring
    std::size_t at_ = 0;                          ///< of the oldest
    bool begun_ = false;
  };
  [[nodiscard]] std::uint64_t left_by(std::uint64_t use) const;

  std::uint64_t rate_;
  Use nodes_;
  Use clients_;
};

}  // namespace freshet::io
