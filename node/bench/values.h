// The small languages inside a scenario's strings: "50ms", "10ms..100ms", "1MB/s", "zipf:1.0".
// Pure; nullopt for what is none of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/time.h"
#include "node/bench/scenario.h"

namespace freshet::bench {

/// A number and one of us, ms, s, m, h; at most a year.
std::optional<Duration> parse_duration(std::string_view text);
/// A constant, "LOW..HIGH", or "lognormal:MEDIAN:SIGMA" with sigma above 0 and at most 5.
std::optional<LatencySpec> parse_latency(std::string_view text);
/// A number and one of B/s, KB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s, kbit/s, Mbit/s, Gbit/s, in bytes
/// a second; or "none": 0.
std::optional<std::uint64_t> parse_bandwidth(std::string_view text);
/// A whole number of bytes: a number and one of B, KB, MB, GB, KiB, MiB, GiB.
std::optional<std::uint64_t> parse_size(std::string_view text);
/// "uniform": 0; "zipf:S": S, at most 10.
std::optional<double> parse_skew(std::string_view text);
std::optional<Placement> parse_placement(std::string_view text);
std::optional<TopologyKind> parse_topology_kind(std::string_view text);

/// "random-regular"
std::string_view to_string(TopologyKind kind);
/// All of them: "line, ring, …".
std::string topology_kinds();
/// "30 s" as "30s": the largest unit that leaves a whole number.
std::string to_string(Duration time);

}  // namespace freshet::bench
