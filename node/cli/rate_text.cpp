#include "node/cli/rate_text.h"

#include <charconv>
#include <cmath>

#include <CLI/App.hpp>

#include "node/cli/text.h"
#include "node/core/transfer/token_bucket.h"

namespace freshet::cli {
namespace {

constexpr auto kMostBytes = static_cast<double>(core::transfer::TokenBucket::kMaxRate);

std::optional<double> factor_of(char suffix) {
  switch (suffix) {
    case 'k':
    case 'K':
      return 1024.0;
    case 'm':
    case 'M':
      return 1024.0 * 1024;
    case 'g':
    case 'G':
      return 1024.0 * 1024 * 1024;
    default:
      return std::nullopt;
  }
}

std::string rate_text(std::uint64_t rate) {
  return rate == 0 ? "without a limit" : human_size(rate) + "/s";
}

// CLI11 hands the word over; what it is not is said there and then.
template <typename Rate>
void declare(CLI::App& command,
             const std::string& option,
             Rate& rate,
             const std::string& description) {
  command
      .add_option_function<std::string>(
          option,
          [&rate, option](const std::string& text) {
            const auto parsed = parse_rate(text);
            if (!parsed) {
              throw CLI::ValidationError(
                  option,
                  "'" + text + "' is not a rate: give bytes a second, from 16K to 93G, such as 500K or 2M; 0 for no limit");
            }
            rate = *parsed;
          },
          description)
      ->type_name("RATE");
}

}  // namespace

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  double factor = 1;
  if (!text.empty()) {
    if (const auto known = factor_of(text.back())) {
      factor = *known;
      text.remove_suffix(1);
    }
  }
  double number = 0;
  const auto [end, failed] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (failed != std::errc{} || end != text.data() + text.size() || !(number >= 0)) return {};
  const double bytes = number * factor;
  if (bytes == 0) return 0;
  if (bytes > kMostBytes) return std::nullopt;
  const auto rate = static_cast<std::uint64_t>(std::llround(bytes));
  if (rate == 0 || !core::transfer::TokenBucket::is_sensible(rate)) return std::nullopt;
  return rate;
}

std::string rates_text(const api::RateInfo& rates) {
  return "up " + rate_text(rates.up) + ", down " + rate_text(rates.down)
         + (rates.polite ? ", polite" : "");
}

void add_rate(CLI::App& command,
              const std::string& option,
              std::uint64_t& rate,
              const std::string& description) {
  declare(command, option, rate, description);
}

void add_rate(CLI::App& command,
              const std::string& option,
              std::optional<std::uint64_t>& rate,
              const std::string& description) {
  declare(command, option, rate, description);
}

}  // namespace freshet::cli
