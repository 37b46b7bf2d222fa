// Percent-encoding (RFC 3986, section 2.1): a byte as '%' and two hexadecimal digits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet {

/// What never needs encoding (RFC 3986, section 2.3).
inline constexpr std::string_view kUnreserved =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

/// Every byte that is not in `plain` encoded, in capitals.
std::string percent_encoded(std::string_view text, std::string_view plain = kUnreserved);
/// nullopt: a '%' without two digits behind it. The result may be any bytes.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace freshet
