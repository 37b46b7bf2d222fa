#include "node/cli/range_text.h"

#include <CLI/App.hpp>

#include "node/core/search/filter_text.h"

namespace freshet::cli {
namespace {

Error bad_range(std::string_view text, const char* why) {
  return {.code = ErrorCode::invalid,
          .message = "'" + std::string(text) + "' " + why + "; such as 1M..2M, 500.. or ..64K"};
}

// Half a byte is none.
std::optional<std::uint64_t> parse_place(std::string_view text) {
  const bool has_unit = text.find_first_not_of("0123456789.") != std::string_view::npos;
  if (!has_unit && text.find('.') != std::string_view::npos) return std::nullopt;
  return core::search::parse_size(text);
}

}  // namespace

Result<api::ByteRange> parse_range(std::string_view text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos || text.size() == 2)
    return bad_range(text, "is no range of bytes");
  const std::string_view from = text.substr(0, dots);
  const std::string_view to = text.substr(dots + 2);
  const auto first = from.empty() ? std::optional<std::uint64_t>(0) : parse_place(from);
  if (!first) return bad_range(text, "is no range of bytes");
  if (to.empty()) return api::ByteRange{.offset = *first, .length = std::nullopt};
  const auto end = parse_place(to);
  if (!end) return bad_range(text, "is no range of bytes");
  if (*end <= *first) return bad_range(text, "is an empty range");
  return api::ByteRange{.offset = *first, .length = *end - *first};
}

// CLI11 hands the word over; what it is not is said there and then.
void add_range(CLI::App& command,
               const std::string& option,
               std::optional<api::ByteRange>& range,
               const std::string& description) {
  command
      .add_option_function<std::string>(
          option,
          [&range, option](const std::string& text) {
            const auto parsed = parse_range(text);
            if (!parsed) throw CLI::ValidationError(option, parsed.error().message);
            range = *parsed;
          },
          description)
      ->type_name("FROM..TO");
}

}  // namespace freshet::cli
