#include "node/bench/json_parts.h"

#include <array>
#include <charconv>

namespace freshet::bench {
namespace {

constexpr int kIndent = 2;

}  // namespace

Json or_null(std::optional<double> value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json_of(const Estimate& estimate) {
  return {{"mean", estimate.mean}, {"ci95", or_null(estimate.ci95)}};
}

Json json_of(const Host& host) {
  return {{"name", host.name},
          {"system", host.system},
          {"cpu", host.cpu},
          {"cores", host.cores},
          {"memory_bytes", host.memory_bytes}};
}

std::string hex(std::uint64_t value) {
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value, 16).ptr;
  const std::string digits(text.data(), end);
  return std::string(text.size() - digits.size(), '0') + digits;
}

std::string file_text(const Json& json) {
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace freshet::bench
