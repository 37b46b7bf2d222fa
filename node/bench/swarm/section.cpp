#include "node/bench/swarm/section.h"

#include <bit>
#include <optional>
#include <string>
#include <string_view>

#include "node/bench/values.h"
#include "node/core/transfer/choker.h"
#include "node/wire/bt/merkle.h"

namespace freshet::bench {
namespace {

constexpr std::uint64_t kMaxPeers = 100'000;
constexpr std::uint64_t kMaxSlots = 1000;
// Each block of the content is 32 bytes of hash here.
constexpr std::uint64_t kMaxSwarmBytes = std::uint64_t{64} << 30U;
constexpr std::string_view kTimeForms = "it is a time such as \"1ms\", \"30s\" or \"5m\"";
constexpr std::string_view kRateForms =
    "it is \"none\", or a rate such as \"100KB/s\" or \"20Mbit/s\"";
constexpr std::string_view kSizeForms = "it is a size such as \"64KiB\" or \"32MiB\"";

std::optional<CapacitySpec> parse_capacity(std::string_view text) {
  if (text == "skewed") return CapacitySpec{.is_skewed = true, .rate = 0};
  const auto rate = parse_bandwidth(text);
  return rate ? std::optional(CapacitySpec{.is_skewed = false, .rate = *rate}) : std::nullopt;
}

std::optional<std::uint64_t> parse_content_size(std::string_view text) {
  const auto size = parse_size(text);
  return size && *size > 0 && *size <= kMaxSwarmBytes ? size : std::nullopt;
}

std::optional<std::uint32_t> parse_piece(std::string_view text) {
  if (text == "auto") return 0;
  const auto size = parse_size(text);
  const bool fits = size && *size >= wire::bt::kBlockBytes && *size <= (std::uint64_t{1} << 30U)
                    && std::has_single_bit(*size);
  return fits ? std::optional(static_cast<std::uint32_t>(*size)) : std::nullopt;
}

std::optional<std::string> parse_choker(std::string_view text) {
  if (!core::transfer::choker_named(text)) return std::nullopt;
  return std::string(text);
}

std::optional<std::uint64_t> parse_buffer(std::string_view text) {
  const auto size = parse_size(text);
  return size && *size >= 2 * wire::bt::kBlockBytes && *size <= (std::uint64_t{1} << 30U)
             ? size
             : std::nullopt;
}

// What it sends on each link is a share of its uplink.
void check_strategic(const SwarmSpec& swarm, Section& section) {
  if (swarm.strategic > 0 && !swarm.up.is_skewed && swarm.up.rate == 0)
    section.complain_about("strategic", "peers split their uplink, so `up` must not be \"none\"");
}

void check_pieces(const SwarmSpec& swarm, Section& section) {
  if (swarm.piece_length == 0 || swarm.size_bytes <= wire::bt::kBlockBytes) return;
  const std::uint64_t pieces = (swarm.size_bytes + swarm.piece_length - 1) / swarm.piece_length;
  if (pieces < 2 || pieces > wire::bt::kMaxPieces)
    section.complain_about("piece",
                           "makes " + std::to_string(pieces) + " pieces; 2 to "
                               + std::to_string(wire::bt::kMaxPieces) + " may be there");
}

void read_peers(Section& section, SwarmSpec& swarm) {
  section.read_whole("seeds", swarm.seeds, 1, kMaxPeers);
  section.read_whole("leechers", swarm.leechers, 1, kMaxPeers);
  section.read_as("arrival", swarm.arrival, parse_duration, kTimeForms);
  section.read_share("free_riders", swarm.free_riders, true);
  section.read_share("strategic", swarm.strategic, true);
  section.read_flag("leave", swarm.leave);
  section.read_whole("known", swarm.known_peers, 1, kMaxPeers);
  if (swarm.free_riders + swarm.strategic > 1)
    section.complain_about("strategic", "and free_riders are more than everyone");
}

}  // namespace

void read_swarm(Section& section, SwarmSpec& swarm) {
  section.read_as("size", swarm.size_bytes, parse_content_size, kSizeForms);
  section.read_as("piece",
                  swarm.piece_length,
                  parse_piece,
                  "it is \"auto\", or a power of two from \"16KiB\" up");
  read_peers(section, swarm);
  constexpr std::string_view kCapacities =
      "it is \"skewed\", \"none\", or a rate such as \"100KB/s\" or \"20Mbit/s\"";
  section.read_as("up", swarm.up, parse_capacity, kCapacities);
  section.read_as("down", swarm.down, parse_capacity, kCapacities);
  section.read_as("seed_up", swarm.seed_up, parse_bandwidth, kRateForms);
  section.read_as("latency", swarm.latency, parse_duration, kTimeForms);
  section.read_as(
      "choker", swarm.choker, parse_choker, "it is one of reciprocal, proportional, random");
  section.read_whole("slots", swarm.slots, 0, kMaxSlots);
  section.read_as("buffer", swarm.buffer_bytes, parse_buffer, kSizeForms);
  section.read_as("give_up", swarm.give_up, parse_duration, kTimeForms);
  section.finish();
  check_strategic(swarm, section);
  check_pieces(swarm, section);
}

}  // namespace freshet::bench
