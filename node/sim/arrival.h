// What is known of one query at one node, in four bytes: the link on which it first came, and after
// how few hops it came at best.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/ids.h"

namespace freshet::sim {

class Arrival {
 public:
  /// Links have lower numbers.
  static constexpr std::uint32_t kMaxLinks = 0xFFFFF0;

  /// It did not come.
  Arrival() = default;
  static Arrival at_origin() { return Arrival(kOrigin, 0); }
  static Arrival on(LinkId link, std::uint8_t hops) { return Arrival(link.value, hops); }
  /// It came, and the node crashed since.
  static Arrival forgotten() { return Arrival(kForgotten, 0xFF); }

  [[nodiscard]] bool never_came() const { return link_part() == kNever; }
  /// The node knows it.
  [[nodiscard]] bool is_known() const { return link_part() < kForgotten; }
  [[nodiscard]] std::optional<LinkId> link() const {
    if (link_part() >= kMaxLinks) return std::nullopt;
    return LinkId{link_part()};
  }
  /// 0xFF while it is not known.
  [[nodiscard]] std::uint8_t fewest_hops() const {
    return static_cast<std::uint8_t>(packed_ >> 24U);
  }
  void came_again_after(std::uint8_t hops) {
    if (hops < fewest_hops()) *this = Arrival(link_part(), hops);
  }

 private:
  static constexpr std::uint32_t kNever = 0xFFFFFF;
  static constexpr std::uint32_t kForgotten = 0xFFFFFE;
  static constexpr std::uint32_t kOrigin = 0xFFFFFD;

  Arrival(std::uint32_t link, std::uint8_t hops) : packed_(link | std::uint32_t{hops} << 24U) {}
  [[nodiscard]] std::uint32_t link_part() const { return packed_ & 0xFFFFFFU; }

  std::uint32_t packed_ = 0xFFFFFFFF;
};
static_assert(sizeof(Arrival) == 4);

}  // namespace freshet::sim
