// A Query looked at in place. Every node that a flood reaches judges the query's body and looks
// whether it could answer; nearly none can, and those need no copy of it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "node/base/bytes.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::wire {

class QueryView {
 public:
  /// `body` outlives the view.
  explicit QueryView(ByteView body);
  QueryView(const QueryView&) = delete;
  QueryView& operator=(const QueryView&) = delete;
  ~QueryView() = default;

  /// False exactly where decode_query() is nullopt; nothing else is to be asked then.
  [[nodiscard]] bool well_formed() const { return well_formed_; }
  /// Words that must all match.
  [[nodiscard]] std::size_t term_count() const { return term_count_; }
  [[nodiscard]] std::string_view term(std::size_t i) const {
    return {terms_[i].text, terms_[i].size};
  }
  [[nodiscard]] std::uint32_t max_hits() const { return max_hits_; }

 private:
  struct Reader;
  struct Term {
    const char* text;
    std::size_t size;
  };

  std::array<Term, kMaxQueryWords> terms_;  ///< as many as are counted; the others are not written
  std::size_t term_count_ = 0;
  std::uint32_t max_hits_ = 0;
  bool well_formed_ = false;
};

}  // namespace freshet::wire
