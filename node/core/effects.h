// What one input led to: effects in the order in which they must happen, with the links and the
// bytes that they refer to. A host keeps one and reuses it, so that a relayed frame costs no
// allocation.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/core/io.h"

namespace freshet::core {

class EffectBuffer {
 public:
  /// Forgets everything, keeps the memory.
  void clear() {
    effects_.clear();
    links_.clear();
    kept_.clear();
  }

  template <typename E>
  void push(E&& effect) {
    effects_.emplace_back(std::forward<E>(effect));
  }
  /// Collects the links of a Relay: note links().size() first, add, then make the range.
  void add_link(LinkId link) { links_.push_back(link); }
  [[nodiscard]] std::uint32_t link_count() const {
    return static_cast<std::uint32_t>(links_.size());
  }
  [[nodiscard]] overlay::LinkRange links_since(std::uint32_t first) const {
    return {.first = first, .count = link_count() - first};
  }
  /// Takes bytes that an effect borrows; the view holds until clear().
  ByteView keep(Bytes bytes) { return kept_.emplace_back(std::move(bytes)); }

  [[nodiscard]] std::span<Effect> effects() { return effects_; }
  [[nodiscard]] std::span<const LinkId> links(overlay::LinkRange range) const {
    return std::span(links_).subspan(range.first, range.count);
  }

 private:
  std::vector<Effect> effects_;
  std::vector<LinkId> links_;
  std::vector<Bytes> kept_;
};

}  // namespace freshet::core
