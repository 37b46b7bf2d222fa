// A set of files' numbers, as ranges: catalogues number their files one after the other, so a
// million that wait for something are a few ranges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "node/store/types.h"

namespace freshet::io {

class FileIds {
 public:
  /// False: it is there already.
  bool insert(store::FileId file);
  /// False: it is not there.
  bool erase(store::FileId file);
  [[nodiscard]] bool contains(store::FileId file) const;
  /// Takes the lowest out.
  std::optional<store::FileId> pop_lowest();
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t ranges() const { return last_of_.size(); }

 private:
  using Ranges = std::map<std::int64_t, std::int64_t>;
  /// The range with the number in it, or the end.
  [[nodiscard]] Ranges::const_iterator range_of(std::int64_t id) const;

  Ranges last_of_;  ///< by the first of each; no two touch
  std::size_t size_ = 0;
};

}  // namespace freshet::io
