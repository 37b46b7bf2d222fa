#include "node/bench/compare_csv.h"

#include <charconv>
#include <cmath>

namespace freshet::bench {
namespace {

template <typename T>
std::optional<T> read_whole(std::string_view field) {
  T value{};
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

// From an opening quote to behind the closing one; false when there is none.
bool read_quoted(std::string_view line, std::size_t& at, std::string& field) {
  for (++at; at < line.size(); ++at) {
    if (line[at] != '"') {
      field += line[at];
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      field += line[++at];
    } else {
      ++at;
      return at == line.size() || line[at] == ',';
    }
  }
  return false;
}

}  // namespace

std::optional<std::vector<std::string>> csv_fields(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  std::vector<std::string> fields(1);
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ',') {
      fields.emplace_back();
      ++at;
    } else if (line[at] == '"' && fields.back().empty()) {
      if (!read_quoted(line, at, fields.back())) return std::nullopt;
    } else {
      fields.back() += line[at++];
    }
  }
  return fields;
}

std::optional<std::uint64_t> whole_number(std::string_view field) {
  return read_whole<std::uint64_t>(field);
}

std::optional<double> amount(std::string_view field) {
  const auto value = read_whole<double>(field);
  return value && std::isfinite(*value) && *value >= 0 ? value : std::nullopt;
}

}  // namespace freshet::bench
