#include "node/cli/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include <utf8proc.h>

#include "node/base/bytes.h"
#include "node/base/check.h"

namespace freshet::cli {
namespace {

constexpr std::string_view kEllipsis = "…";

template <typename... Args>
std::string formatted(const char* format, Args... args) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), static_cast<std::size_t>(std::clamp(length, 0, 63))};
}

// The first character of `bytes`, and how many bytes it takes; -1 and 1 for what is none.
struct Decoded {
  utf8proc_int32_t code_point = -1;
  std::size_t length = 1;
};
Decoded decode(std::string_view bytes) {
  Decoded decoded;
  const auto length = utf8proc_iterate(
      bytes_of(bytes).data(), static_cast<utf8proc_ssize_t>(bytes.size()), &decoded.code_point);
  if (length <= 0) return {};
  decoded.length = static_cast<std::size_t>(length);
  return decoded;
}

bool is_harmless(utf8proc_int32_t code_point) {
  // Joiners are part of how emoji and Indic scripts are written.
  if (code_point == 0x200C || code_point == 0x200D) return true;
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return true;
  }
}

std::string escape(utf8proc_int32_t code_point) {
  switch (code_point) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const auto value = static_cast<unsigned>(code_point);
  return value < 0x80 ? formatted("\\x%02x", value) : formatted("\\u{%x}", value);
}

}  // namespace

std::string escape_text(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Decoded next = decode(bytes);
    if (next.code_point < 0) {
      text += formatted("\\x%02x", static_cast<unsigned>(static_cast<Byte>(bytes.front())));
    } else if (is_harmless(next.code_point)) {
      text += bytes.substr(0, next.length);
    } else {
      text += escape(next.code_point);
    }
    bytes.remove_prefix(next.length);
  }
  return text;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.code_point >= 0) {
      width += static_cast<std::size_t>(std::max(utf8proc_charwidth(next.code_point), 0));
    }
    text.remove_prefix(next.length);
  }
  return width;
}

std::string fit(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t used = 0;
  std::size_t end = 0;
  while (end < text.size()) {
    const Decoded next = decode(text.substr(end));
    const int width = next.code_point < 0 ? 0 : utf8proc_charwidth(next.code_point);
    used += static_cast<std::size_t>(std::max(width, 0));
    if (used > columns - 1) break;
    end += next.length;
  }
  return std::string(text.substr(0, end)) + std::string(kEllipsis);
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1000) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return formatted(value < 9.95 ? "%.1f %s" : "%.0f %s", value, kUnits[unit]);
}

std::string human_duration(std::chrono::duration<double> time) {
  const double seconds = std::max(time.count(), 0.0);
  if (seconds < 0.995) return formatted("%.2f s", seconds);
  if (seconds < 59.95) return formatted("%.1f s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(std::min(seconds, 1e15)));
  const auto minutes = static_cast<std::size_t>(whole / 60);
  if (minutes < 60)
    return formatted("%zu m %02zu s", minutes, static_cast<std::size_t>(whole % 60));
  if (minutes < std::size_t{48} * 60) return formatted("%zu h %02zu m", minutes / 60, minutes % 60);
  return formatted("%zu d %zu h", minutes / 60 / 24, minutes / 60 % 24);
}

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits + " " + std::string(count == 1 ? singular : plural);
}

void Table::add(std::vector<std::string> cells) {
  FRESHET_CHECK(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = escape_text(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::string> Table::lines() const {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = display_width(columns_[i].title);
    for (const auto& row : rows_) width = std::max(width, display_width(row[i]));
    widths.push_back(width);
  }
  std::vector<std::string> lines;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) line += "  ";
      line += padded(cell_of(i), widths[i], columns_[i].right);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  };
  add_line([&](std::size_t i) { return columns_[i].title; });
  for (const auto& row : rows_) {
    add_line([&](std::size_t i) { return row[i]; });
  }
  return lines;
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  const std::size_t taken = display_width(text);
  const std::string spaces(width > taken ? width - taken : 0, ' ');
  return right ? spaces + std::string(text) : std::string(text) + spaces;
}

}  // namespace freshet::cli
