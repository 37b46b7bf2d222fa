#include "node/core/search/filter_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/core/search/file_filter.h"
#include "node/core/search/file_kinds.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

using wire::QueryFilter;

Error invalid(std::string message) {
  return {.code = ErrorCode::invalid, .message = std::move(message)};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

std::string folded_words(std::string_view text) {
  std::string words;
  for (const auto& run : query_words(bytes_of(text))) {
    for (const std::string& word : run) words += (words.empty() ? "" : " ") + word;
  }
  return words;
}

// Calls `use` with each part between commas, as long as it answers kOk.
template <typename Use>
Status each_part(std::string_view value, Use use) {
  while (true) {
    const std::size_t end = std::min(value.find(','), value.size());
    if (const Status status = use(value.substr(0, end)); !status) return status;
    if (end == value.size()) return kOk;
    value.remove_prefix(end + 1);
  }
}

// A number with a decimal fraction: its value, and what follows it.
std::optional<std::pair<double, std::string_view>> take_number(std::string_view text) {
  double value = 0;
  double unit = 1;
  std::size_t digits = 0;
  bool fraction = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !fraction && i + 1 < text.size() && text[i + 1] != '.') {
      fraction = true;
      continue;
    }
    if (text[i] < '0' || text[i] > '9') break;
    if (fraction) unit /= 10;
    value = fraction ? value + unit * (text[i] - '0') : value * 10 + (text[i] - '0');
    ++digits;
  }
  if (digits == 0 || digits > 18) return std::nullopt;
  return std::pair(value, text.substr(i));
}

struct Unit {
  std::string_view name;
  double size;
};

std::optional<double> unit_named(std::string_view name, const auto& units) {
  for (const Unit& unit : units) {
    if (unit.name == name) return unit.size;
  }
  return std::nullopt;
}

constexpr double kKi = 1024;
constexpr std::array<Unit, 6> kSizeUnits = {{{"", 1},
                                             {"b", 1},
                                             {"k", kKi},
                                             {"m", kKi* kKi},
                                             {"g", kKi* kKi* kKi},
                                             {"t", kKi* kKi* kKi* kKi}}};
constexpr double kDay = 86'400;
constexpr std::array<Unit, 6> kAgeUnits = {
    {{"min", 60}, {"h", 3600}, {"d", kDay}, {"w", 7 * kDay}, {"mo", 30 * kDay}, {"y", 365 * kDay}}};

Error bad_size(std::string_view value) {
  return invalid("'" + std::string(value)
                 + "' is no range of sizes; such as size:10M.. or size:1K..2G or size:>1.5G");
}

Status narrow_size(QueryFilter& filter, std::uint64_t from, std::optional<std::uint64_t> below) {
  filter.size_from_bytes = std::max(filter.size_from_bytes, from);
  if (below) {
    filter.size_below_bytes =
        filter.size_below_bytes == 0 ? *below : std::min(filter.size_below_bytes, *below);
  }
  if (below == 0
      || (filter.size_below_bytes != 0 && filter.size_from_bytes >= filter.size_below_bytes)) {
    return invalid("no size is in that range");
  }
  return kOk;
}

Status add_compared_size(std::string_view value, QueryFilter& filter) {
  const bool more = value.front() == '>';
  const bool equal = value.size() > 1 && value[1] == '=';
  const auto size = parse_size(value.substr(equal ? 2 : 1));
  if (!size) return bad_size(value);
  if (more) return narrow_size(filter, equal ? *size : *size + 1, std::nullopt);
  return narrow_size(filter, 0, equal ? *size + 1 : *size);
}

Status add_size(std::string_view value, QueryFilter& filter) {
  if (value.starts_with('>') || value.starts_with('<')) return add_compared_size(value, filter);
  const std::size_t dots = value.find("..");
  if (dots == std::string_view::npos || value.size() == 2) return bad_size(value);
  std::uint64_t from = 0;
  std::optional<std::uint64_t> below;
  if (dots > 0) {
    const auto size = parse_size(value.substr(0, dots));
    if (!size) return bad_size(value);
    from = *size;
  }
  if (dots + 2 < value.size()) {
    const auto size = parse_size(value.substr(dots + 2));
    if (!size) return bad_size(value);
    below = *size + 1;
  }
  return narrow_size(filter, from, below);
}

Status add_age(std::string_view value, QueryFilter& filter) {
  const auto number = take_number(value);
  const auto unit = number ? unit_named(number->second, kAgeUnits) : std::nullopt;
  const double seconds = unit ? number->first * *unit : 0;
  if (seconds < 1 || seconds > UINT32_MAX) {
    return invalid("'" + std::string(value)
                   + "' is no age; a number with min, h, d, w, mo or y, such as newer:7d");
  }
  const auto age = static_cast<std::uint32_t>(seconds);
  filter.max_age_s = filter.max_age_s == 0 ? age : std::min(filter.max_age_s, age);
  return kOk;
}

Status add_kinds(std::string_view value, QueryFilter& filter) {
  return each_part(value, [&](std::string_view name) -> Status {
    const auto kind = file_kind_named(lower(name));
    if (!kind) return invalid("'" + std::string(name) + "' is no type; one of " + file_kind_list());
    filter.kinds |= static_cast<std::uint32_t>(*kind);
    return kOk;
  });
}

Status add_extensions(std::string_view value, QueryFilter& filter) {
  return each_part(value, [&](std::string_view name) -> Status {
    if (name.starts_with('.')) name.remove_prefix(1);
    if (name.empty() || name.find_first_of("./ ") != std::string_view::npos)
      return invalid("'" + std::string(name) + "' is no extension; such as ext:pdf");
    filter.extensions.push_back(lower(name));
    return kOk;
  });
}

Status add_folder(std::string_view value, QueryFilter& filter) {
  std::string words = folded_words(value);
  if (words.empty()) return invalid("no word of a folder's name; such as path:music");
  filter.folders.push_back(std::move(words));
  return kOk;
}

Status add_said(std::string_view value, std::vector<std::string>& to, const char* example) {
  std::string words = folded_words(value);
  if (words.empty())
    return invalid(std::string("no word with a letter or a digit; such as ") + example);
  to.push_back(std::move(words));
  return kOk;
}

Status add_artist(std::string_view value, QueryFilter& filter) {
  return add_said(value, filter.artists, "artist:bjork");
}

Status add_title(std::string_view value, QueryFilter& filter) {
  return add_said(value, filter.titles, "title:hyperballad");
}

Status add_album(std::string_view value, QueryFilter& filter) {
  return add_said(value, filter.albums, "album:homogenic");
}

Status set_peer(std::string_view value, QueryFilter& filter) {
  if (!filter.peer.empty()) return invalid("peer: can be said once");
  filter.peer = lower(value);
  if (!is_hex(filter.peer) || filter.peer.size() < kMinKeyPrefix) filter.peer = folded_words(value);
  if (filter.peer.empty()) return invalid("no word of a node's name, nor the front of its key");
  return kOk;
}

Status set_id(std::string_view value, QueryFilter& filter) {
  if (!filter.id_prefix.empty()) return invalid("id: can be said once");
  filter.id_prefix = lower(value);
  if (!is_hex(filter.id_prefix) || filter.id_prefix.size() > 2 * ContentId::kSize)
    return invalid("'" + std::string(value) + "' is not the front of an id: up to 64 hex digits");
  return kOk;
}

struct FieldRule {
  std::string_view name;
  Status (*add)(std::string_view, QueryFilter&);
};
constexpr std::array<FieldRule, 10> kFields = {{{"type", add_kinds},
                                                {"ext", add_extensions},
                                                {"size", add_size},
                                                {"newer", add_age},
                                                {"path", add_folder},
                                                {"artist", add_artist},
                                                {"title", add_title},
                                                {"album", add_album},
                                                {"peer", set_peer},
                                                {"id", set_id}}};

const FieldRule* field_of(std::string_view argument) {
  const std::size_t colon = argument.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const std::string name = lower(argument.substr(0, colon));
  const auto* found = std::find_if(
      kFields.begin(), kFields.end(), [&](const FieldRule& field) { return field.name == name; });
  return found == kFields.end() ? nullptr : found;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto number = take_number(text);
  if (!number) return std::nullopt;
  std::string unit = lower(number->second);
  if (unit.size() > 1 && unit.back() == 'b') unit.pop_back();  // KB, KiB
  if (unit.size() > 1 && unit.back() == 'i') unit.pop_back();
  const auto factor = unit_named(unit, kSizeUnits);
  if (!factor) return std::nullopt;
  const double bytes = number->first * *factor;
  if (bytes >= 0x1p63) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

bool is_filter(std::string_view argument) {
  return field_of(argument) != nullptr;
}

Status add_filter(std::string_view argument, QueryFilter& filter) {
  const std::string_view value = argument.substr(argument.find(':') + 1);
  const FieldRule* field = field_of(argument);
  if (value.empty()) return invalid("nothing stands behind " + std::string(field->name) + ":");
  return field->add(value, filter);
}

}  // namespace freshet::core::search
