#include "node/base/id_text.h"

#include <algorithm>

#include "node/base/ids.h"

namespace freshet {

std::string lower_case(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

std::optional<std::string> id_prefix(std::string_view typed) {
  if (typed.empty() || typed.size() > 2 * ContentId::kSize) return std::nullopt;
  std::string digits = lower_case(typed);
  const bool is_hex = std::all_of(digits.begin(), digits.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
  return is_hex ? std::optional(std::move(digits)) : std::nullopt;
}

}  // namespace freshet
