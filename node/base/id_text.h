// Ids as people see and type them: hexadecimal, most often the beginning alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace freshet {

/// So many digits are shown: enough to tell the nodes of a mesh apart.
inline constexpr std::size_t kShownIdDigits = 12;
template <typename Id>
std::string shown_id(const Id& id) {
  return id.hex().substr(0, kShownIdDigits);
}

/// ASCII letters in lower case; other bytes as they are.
std::string lower_case(std::string_view text);
/// What was typed, in lower case, if it may be the beginning of an id of 32 bytes: 1 to 64
/// hexadecimal digits in either case.
std::optional<std::string> id_prefix(std::string_view typed);

}  // namespace freshet
