// What swarms came to, before it is written down. Plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/time.h"

namespace freshet::bench {

enum class PeerClass : std::uint8_t { seed, honest, free_rider, strategic };
inline std::string_view to_string(PeerClass what) {
  constexpr std::array<std::string_view, 4> kNames = {"seed", "honest", "free-rider", "strategic"};
  return kNames[static_cast<std::size_t>(what)];
}

struct SwarmPeer {
  PeerClass what = PeerClass::honest;
  std::uint64_t up = 0;    ///< bytes a second; 0: without limit
  std::uint64_t down = 0;  ///< likewise
  Duration arrives{};
};

struct SwarmPeerRow {
  SwarmPeer peer;
  std::optional<double> took_s;  ///< from its arrival; nullopt: it was given up
  std::uint64_t bytes_in = 0;    ///< payload received
  std::uint64_t bytes_kept = 0;  ///< of it what was of use
  std::uint64_t bytes_out = 0;   ///< payload that others received from it
};

/// One variant on one seed.
struct SwarmRun {
  std::string variant;  ///< "" when there is one
  std::uint64_t seed = 0;
  bool complete = true;  ///< false: interrupted
  double bound_s = 0;    ///< Kumar and Ross
  double ended_s = 0;    ///< when the last one had everything, or all was given up
  double copies = 0;     ///< that the seeds sent, of the content
  double seed_idle = 0;  ///< share of the time in which a seed's uplink sent nothing
  std::uint32_t piece_length = 0;
  std::uint32_t pieces = 0;
  std::uint64_t stalls = 0;
  std::uint64_t events = 0;
  std::uint64_t digest = 0;
  std::vector<SwarmPeerRow> peers;
};

struct SwarmSet {
  std::string scenario_name;
  std::string scenario_text;
  std::string command;
  std::vector<std::uint64_t> seeds;
  std::uint64_t size_bytes = 0;  ///< of the first variant
  std::vector<SwarmRun> runs;    ///< by variant, then seed

  // Not part of what must be equal for equal seeds.
  double cpu_seconds = 0;
  double wall_seconds = 0;
  bool interrupted = false;
};

}  // namespace freshet::bench
