// Parts that the JSON of runs and of swarms have in common. For the .cpp files that write it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "node/bench/manifest.h"
#include "node/bench/stats.h"

namespace freshet::bench {

using Json = nlohmann::ordered_json;

Json or_null(std::optional<double> value);
Json json_of(const Estimate& estimate);
Json json_of(const Host& host);
/// Sixteen hexadecimal digits.
std::string hex(std::uint64_t value);
/// A whole file.
std::string file_text(const Json& json);

}  // namespace freshet::bench
