// A Query looked at in place. Every node that a flood reaches judges the query's body and looks
// whether it could answer; nearly none can, and those need no copy of it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "node/base/bytes.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::wire {

class QueryView {
 public:
  /// nullopt exactly where decode_query() is. `body` outlives the view.
  static std::optional<QueryView> of(ByteView body);

  /// Words that must all match.
  [[nodiscard]] std::span<const std::string_view> terms() const {
    return std::span(terms_).first(term_count_);
  }
  [[nodiscard]] std::uint32_t max_hits() const { return max_hits_; }

 private:
  struct Reader;
  QueryView() = default;

  std::array<std::string_view, kMaxQueryWords> terms_;
  std::size_t term_count_ = 0;
  std::uint32_t max_hits_ = 0;
};

}  // namespace freshet::wire
