// Scenario files as tests write them: what they say, or what is complained of.
#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "node/bench/scenario.h"

namespace freshet::bench {

inline Scenario parsed(std::string_view text) {
  auto scenario = parse_scenario(text, "dir/some.toml");
  INFO((scenario.ok() ? "" : scenario.error().message));
  REQUIRE(scenario.ok());
  return std::move(scenario).value();
}

/// What is wrong with s.toml.
inline std::string complaint(std::string_view text) {
  const auto scenario = parse_scenario(text, "s.toml");
  REQUIRE(!scenario.ok());
  CHECK(scenario.error().code == ErrorCode::invalid);
  return scenario.error().message;
}

/// It is of one line, says where and what.
inline void check_complaint(std::string_view text, std::string_view where, std::string_view what) {
  const std::string message = complaint(text);
  CAPTURE(message);
  CAPTURE(text);
  CHECK(message.find(where) != std::string::npos);
  CHECK(message.find(what) != std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
}

}  // namespace freshet::bench
