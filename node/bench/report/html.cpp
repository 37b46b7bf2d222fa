#include "node/bench/report/html.h"

#include <algorithm>
#include <cstdint>

namespace freshet::bench::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

constexpr std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// How many bytes the character at the front takes; 0 when it is not UTF-8 (RFC 3629).
std::size_t utf8_length(std::string_view text) {
  const std::uint8_t first = byte_at(text, 0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xC0U) != 0x80) return 0;
  }
  const std::uint8_t second = byte_at(text, 1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

std::string escaped(std::string_view character) {
  switch (character.front()) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\n':
    case '\t':
      return std::string(character);
    default:
      break;
  }
  const std::uint8_t first = byte_at(character, 0);
  return std::string(first < 0x20 || first == 0x7F ? kReplacement : character);
}

std::string cell(std::string_view tag, bool word, std::string_view text) {
  const std::string open = "<" + std::string(tag) + (word ? " class=\"w\">" : ">");
  return open + escape(text) + "</" + std::string(tag) + ">";
}

std::string row(const HtmlTable& table, std::size_t number) {
  const auto& cells = table.rows[number];
  const bool ruled = std::find(table.rules.begin(), table.rules.end(), number) != table.rules.end();
  std::string html = ruled ? "<tr class=\"rule\">" : "<tr>";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    html += i == 0 ? "<th scope=\"row\" class=\"w\">" + escape(cells[i]) + "</th>"
                   : cell("td", i < table.names, cells[i]);
  }
  return html + "</tr>\n";
}

std::string head(const HtmlTable& table) {
  std::string html = "<thead>";
  if (!table.groups.empty()) {
    html += "<tr class=\"groups\">";
    for (const auto& [title, columns] : table.groups) {
      html += "<th colspan=\"" + std::to_string(columns) + "\">"
              + (title.empty() ? "" : "<span>" + escape(title) + "</span>") + "</th>";
    }
    html += "</tr>\n";
  }
  html += "<tr>";
  for (std::size_t i = 0; i < table.titles.size(); ++i) {
    html += cell("th", i < table.names, table.titles[i]);
  }
  return html + "</tr></thead>\n";
}

}  // namespace

std::string escape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    result += length == 0 ? std::string(kReplacement) : escaped(text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

std::string to_html(const HtmlTable& table) {
  std::string html = "<div class=\"table\"><table>\n<caption>" + table.caption + "</caption>\n";
  if (!table.titles.empty()) html += head(table);
  html += "<tbody>\n";
  for (std::size_t i = 0; i < table.rows.size(); ++i) html += row(table, i);
  return html + "</tbody></table></div>\n";
}

}  // namespace freshet::bench::report
