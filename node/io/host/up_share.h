// The user's limit on what the node sends holds for two that do not know one another: transfers
// between nodes, and BitTorrent clients. Each gets what the other leaves, and half of it at least.
// Sans-IO.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace freshet::io {

class UpShare {
 public:
  /// Bytes a second; 0: no limit.
  struct Shares {
    std::uint64_t nodes = 0;
    std::uint64_t clients = 0;
    bool operator==(const Shares&) const = default;
  };
  /// How often next() is called.
  static constexpr std::chrono::milliseconds kEvery{200};

  explicit UpShare(std::uint64_t rate) : rate_(rate) {}

  /// From now on. What was sent so far, in all.
  [[nodiscard]] Shares next(std::uint64_t to_nodes, std::uint64_t to_clients);

 private:
  static constexpr std::size_t kSteps = 10;

  /// What one of the two takes: who only begins takes more than it has taken for long.
  class Use {
   public:
    /// Bytes a second, for one that has sent so much in all.
    std::uint64_t next(std::uint64_t sent);

   private:
    std::array<std::uint64_t, kSteps> before_{};  ///< what was sent in all, a ring
    std::size_t at_ = 0;                          ///< of the oldest
    bool begun_ = false;
  };
  [[nodiscard]] std::uint64_t left_by(std::uint64_t use) const;

  std::uint64_t rate_;
  Use nodes_;
  Use clients_;
};

}  // namespace freshet::io
