// How things look to a person: bytes of strangers made harmless, sizes and times in human units,
// tables. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::cli {

/// `bytes` as it may be printed on a terminal, in one line: control characters, invisible
/// formatting (bidirectional overrides above all), line separators and unassigned code points as
/// escapes (\n, \x1b, \u{202e}), bytes that are not UTF-8 as \xNN.
std::string escape_text(std::string_view bytes);

/// Terminal columns that an escaped text takes.
std::size_t display_width(std::string_view text);
/// The front of an escaped text, in at most `columns`, with an ellipsis when something is cut off.
std::string fit(std::string_view text, std::size_t columns);

/// "0 B", "999 B", "1.5 KiB", "20 MiB"; three digits at most.
std::string human_size(std::uint64_t bytes);
/// "0.04 s", "2.5 s", "1 m 05 s", "3 h 12 m", "2 d 4 h".
std::string human_duration(std::chrono::duration<double> time);
/// "1 file", "2 files", "1,234 files".
std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural);

/// Rows under titles, each column as wide as its widest cell. Cells are escaped here.
class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;  ///< aligned to the right
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// REQUIRES: as many cells as columns.
  void add(std::vector<std::string> cells);
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// `text` with spaces to make it `width` columns wide.
std::string padded(std::string_view text, std::size_t width, bool right);

}  // namespace freshet::cli
