#include "node/bench/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace freshet::bench {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array<Unit, 5> kTimes = {
    {{"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
constexpr double kLongest = 365.0 * 24 * 3600e9;

constexpr std::array<Unit, 10> kRates = {{{"B/s", 1},
                                          {"KB/s", 1e3},
                                          {"MB/s", 1e6},
                                          {"GB/s", 1e9},
                                          {"KiB/s", 1024},
                                          {"MiB/s", 1024.0 * 1024},
                                          {"GiB/s", 1024.0 * 1024 * 1024},
                                          {"kbit/s", 1e3 / 8},
                                          {"Mbit/s", 1e6 / 8},
                                          {"Gbit/s", 1e9 / 8}}};
constexpr double kFastest = 1e15;

constexpr std::array<Unit, 7> kSizes = {{{"B", 1},
                                         {"KB", 1e3},
                                         {"MB", 1e6},
                                         {"GB", 1e9},
                                         {"KiB", 1024},
                                         {"MiB", 1024.0 * 1024},
                                         {"GiB", 1024.0 * 1024 * 1024}}};
constexpr double kLargest = 1e15;

constexpr double kMaxSigma = 5;
constexpr double kMaxSkew = 10;

constexpr std::array<std::string_view, 11> kTopologyKinds = {"line",
                                                             "ring",
                                                             "grid",
                                                             "complete",
                                                             "star",
                                                             "random-regular",
                                                             "erdos-renyi",
                                                             "barabasi-albert",
                                                             "watts-strogatz",
                                                             "file",
                                                             "self"};

/// A number that is not negative, and what follows it.
std::optional<std::pair<double, std::string_view>> leading_number(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || !std::isfinite(number) || std::signbit(number)) return std::nullopt;
  return std::pair(number, text.substr(static_cast<std::size_t>(rest - text.data())));
}

std::optional<double> only_number(std::string_view text) {
  const auto number = leading_number(text);
  if (!number || !number->second.empty()) return std::nullopt;
  return number->first;
}

template <std::size_t N>
std::optional<double> measure(std::string_view text, const std::array<Unit, N>& units) {
  const auto number = leading_number(text);
  if (!number) return std::nullopt;
  const std::string_view wanted =
      number->second.substr(std::min(number->second.find_first_not_of(' '), number->second.size()));
  for (const Unit& unit : units) {
    if (unit.name == wanted) return number->first * unit.factor;
  }
  return std::nullopt;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<LatencySpec> parse_lognormal(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto median = parse_duration(text.substr(0, colon));
  const auto sigma = only_number(text.substr(colon + 1));
  if (!median || *median == Duration{} || !sigma || *sigma == 0 || *sigma > kMaxSigma)
    return std::nullopt;
  return LatencySpec{
      .kind = LatencySpec::Kind::lognormal, .low = *median, .high = *median, .sigma = *sigma};
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  const auto time = measure(text, kTimes);
  if (!time || *time > kLongest) return std::nullopt;
  return Duration(std::llround(*time));
}

std::optional<LatencySpec> parse_latency(std::string_view text) {
  if (take_prefix(text, "lognormal:")) return parse_lognormal(text);
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) {
    const auto constant = parse_duration(text);
    if (!constant) return std::nullopt;
    return LatencySpec{
        .kind = LatencySpec::Kind::constant, .low = *constant, .high = *constant, .sigma = 0};
  }
  const auto low = parse_duration(text.substr(0, dots));
  const auto high = parse_duration(text.substr(dots + 2));
  if (!low || !high || *low > *high) return std::nullopt;
  return LatencySpec{.kind = LatencySpec::Kind::uniform, .low = *low, .high = *high, .sigma = 0};
}

std::optional<std::uint64_t> parse_bandwidth(std::string_view text) {
  if (text == "none") return 0;
  const auto rate = measure(text, kRates);
  if (!rate || *rate < 1 || *rate > kFastest) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(*rate));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto size = measure(text, kSizes);
  if (!size || *size > kLargest || std::floor(*size) != *size) return std::nullopt;
  return static_cast<std::uint64_t>(*size);
}

std::optional<double> parse_skew(std::string_view text) {
  if (text == "uniform") return 0;
  if (!take_prefix(text, "zipf:")) return std::nullopt;
  const auto exponent = only_number(text);
  if (!exponent || *exponent > kMaxSkew) return std::nullopt;
  return exponent;
}

std::optional<Placement> parse_placement(std::string_view text) {
  if (text == "uniform") return Placement::uniform;
  if (text == "proportional") return Placement::proportional;
  if (text == "square-root") return Placement::square_root;
  return std::nullopt;
}

std::optional<TopologyKind> parse_topology_kind(std::string_view text) {
  const auto* const found = std::find(kTopologyKinds.begin(), kTopologyKinds.end(), text);
  if (found == kTopologyKinds.end()) return std::nullopt;
  return static_cast<TopologyKind>(found - kTopologyKinds.begin());
}

std::string_view to_string(TopologyKind kind) {
  return kTopologyKinds[static_cast<std::size_t>(kind)];
}

std::string topology_kinds() {
  std::string all;
  for (const std::string_view kind : kTopologyKinds)
    all.append(all.empty() ? "" : ", ").append(kind);
  return all;
}

std::string to_string(Duration time) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 5> units = {
      {{3'600'000'000'000, "h"},
       {60'000'000'000, "m"},
       {1'000'000'000, "s"},
       {1'000'000, "ms"},
       {1'000, "us"}}};
  for (const auto& [length, name] : units) {
    if (time.count() != 0 && time.count() % length == 0)
      return std::to_string(time.count() / length) + std::string(name);
  }
  return time.count() == 0 ? "0s" : std::to_string(time.count()) + "ns";
}

}  // namespace freshet::bench
