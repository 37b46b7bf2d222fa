// Text in HTML: escaped always, and tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace freshet::bench::report {

/// `text` for content and for quoted attributes of HTML and SVG. Control characters that neither
/// may hold become U+FFFD; so do bytes that are not UTF-8.
std::string escape(std::string_view text);

/// The first column names its rows; the others hold numbers.
struct HtmlTable {
  std::string caption;  ///< HTML
  /// Above the titles, from the first column on: what several have in common.
  std::vector<std::pair<std::string, std::size_t>> groups;
  std::vector<std::string> titles;  ///< empty: no head
  std::vector<std::vector<std::string>> rows;
  std::size_t names = 1;           ///< columns at the front that hold words
  std::vector<std::size_t> rules;  ///< rows before which a line is drawn
};

/// Titles and cells are escaped here.
std::string to_html(const HtmlTable& table);

}  // namespace freshet::bench::report
