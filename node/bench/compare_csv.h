// CSV (RFC 4180) as this program writes it: a header, one record a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::bench {

/// The fields of one line. nullopt: a quote is not closed, or text follows one.
std::optional<std::vector<std::string>> csv_fields(std::string_view line);

/// The whole field, or nullopt.
std::optional<std::uint64_t> whole_number(std::string_view field);
/// Likewise; finite and not negative.
std::optional<double> amount(std::string_view field);

}  // namespace freshet::bench
