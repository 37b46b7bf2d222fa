// SECONDS on the command line: a positive number, fractions allowed.
#pragma once

#include <chrono>
#include <cmath>
#include <string>

#include <CLI/TypeTools.hpp>
#include <CLI/Validators.hpp>

namespace freshet::cli {

inline constexpr double kMinSeconds = 0.001;
inline constexpr double kMaxSeconds = 7 * 24 * 3600;

/// "nan" is a number to most parsers, and in no range.
inline CLI::Validator seconds_range() {
  const auto complaint = [](const std::string& text) -> std::string {
    double seconds = 0;
    const bool number = CLI::detail::lexical_cast(text, seconds);
    if (number && seconds >= kMinSeconds && seconds <= kMaxSeconds) return {};
    return "'" + text + "' is not a number of seconds from 0.001 to a week";
  };
  return {complaint, "", "SECONDS"};
}

/// REQUIRES: within seconds_range().
inline std::chrono::milliseconds millis_of(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000));
}

}  // namespace freshet::cli
