// RATE on the command line and for people: bytes a second, such as 500K, 2M or 1.5M; 0 for no
// limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/api/messages.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

/// Bytes a second; K, M and G stand for 2^10, 2^20 and 2^30. nullopt: not a rate, or not one
/// that a node takes (TokenBucket::is_sensible).
std::optional<std::uint64_t> parse_rate(std::string_view text);
/// "up 2.0 MiB/s, down without a limit".
std::string rates_text(const api::RateInfo& rates);

/// Declares an option that takes a rate.
void add_rate(CLI::App& command,
              const std::string& option,
              std::uint64_t& rate,
              const std::string& description);
/// The same, where no word means something else than 0.
void add_rate(CLI::App& command,
              const std::string& option,
              std::optional<std::uint64_t>& rate,
              const std::string& description);

}  // namespace freshet::cli
