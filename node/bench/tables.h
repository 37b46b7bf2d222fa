// Tables for a terminal: columns aligned, in plain text.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace freshet::bench {

/// Columns are as wide as their widest cell, by code points; the first `names` are aligned to the
/// left, the others to the right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> titles, std::size_t names = 1) : names_(names) {
    rows_.push_back(std::move(titles));
  }
  /// REQUIRES: as many cells as titles.
  void add(std::vector<std::string> cells);
  /// Lines that end in a line feed.
  [[nodiscard]] std::string text() const;

 private:
  std::size_t names_;
  std::vector<std::vector<std::string>> rows_;  ///< titles first
};

/// One field of CSV (RFC 4180), in quotes where it must be.
std::string csv_field(const std::string& text);

}  // namespace freshet::bench
