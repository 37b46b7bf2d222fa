// How many links a node carries: measured, not configured. It begins with the usual number. A node
// whose neighbours wait for what it sends, most of them at once, has an uplink that is too slow for
// so many: it gives up a quarter. One that had to refuse somebody, and proved meanwhile that it
// sends much without making anyone wait, takes one more. So weak nodes become leaves with few
// links, strong ones carry many, and both find back (additive increase, multiplicative decrease).
// A single slow neighbour says nothing: it is slow itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "node/base/digest.h"
#include "node/core/overlay/config.h"

namespace freshet::core::overlay {

class Capacity {
 public:
  /// Links that wait for room, of those that are up.
  struct Load {
    std::size_t waiting = 0;
    std::size_t up = 0;
  };

  explicit Capacity(const Config& config);

  /// Links that this node takes: between fewest() and most().
  [[nodiscard]] std::size_t places() const { return places_; }
  /// Links that it looks for.
  [[nodiscard]] std::size_t wanted(const Config& config) const;

  /// So many bytes left the host's buffers.
  void drained(std::uint64_t bytes) { drained_bytes_ += bytes; }
  /// Somebody asked for a link, and there was no place.
  void refused() { has_refused_ = true; }
  /// Judges what happened since the last time. Not more often than every kSampleEvery.
  void sample(const Config& config, const Load& load);

  static std::size_t usual(const Config& config);
  static std::size_t fewest(const Config& config);
  static std::size_t most(const Config& config);
  void digest(Digest& digest) const;

  static constexpr Duration kSampleEvery = std::chrono::seconds(5);
  /// What must have been sent between two samples to count as much.
  static constexpr std::uint64_t kMuch = std::uint64_t{1} << 20U;

 private:
  std::size_t places_;
  std::uint64_t drained_bytes_ = 0;
  bool has_refused_ = false;
};

}  // namespace freshet::core::overlay
