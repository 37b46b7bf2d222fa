#include "node/wire/overlay/tally.h"

#include <algorithm>
#include <limits>

#include "node/wire/overlay/message.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

void add_to(std::uint64_t& sum, std::uint64_t more) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  sum = more > kMost - sum ? kMost : sum + more;
}

bool is_within_limits(const Tally& tally) {
  const TallyCounts& counts = tally.counts;
  return tally.settles <= kMaxTallySettles && counts.hops <= kMaxTallyHops
         && counts.query_bytes <= kMaxTallyBytes
         && std::max(
                {counts.nodes, counts.queries, counts.duplicates, counts.tallies, counts.silent})
                <= kMaxTallyCount;
}

}  // namespace

void TallyCounts::add(const TallyCounts& more) {
  add_to(nodes, more.nodes);
  add_to(queries, more.queries);
  add_to(query_bytes, more.query_bytes);
  add_to(duplicates, more.duplicates);
  add_to(tallies, more.tallies);
  add_to(silent, more.silent);
  hops = std::max(hops, more.hops);
  open = open || more.open;
}

Bytes encode(const Tally& tally) {
  const TallyCounts& counts = tally.counts;
  pb::Tally message;
  message.set_settles(std::min(tally.settles, kMaxTallySettles));
  message.set_nodes(std::min(counts.nodes, kMaxTallyCount));
  message.set_queries(std::min(counts.queries, kMaxTallyCount));
  message.set_query_bytes(std::min(counts.query_bytes, kMaxTallyBytes));
  message.set_duplicates(std::min(counts.duplicates, kMaxTallyCount));
  message.set_tallies(std::min(counts.tallies, kMaxTallyCount));
  message.set_hops(std::min(counts.hops, kMaxTallyHops));
  message.set_silent(static_cast<std::uint32_t>(
      std::min<std::uint64_t>(counts.silent, std::numeric_limits<std::uint32_t>::max())));
  message.set_open(counts.open);
  return serialize(message);
}

std::optional<Tally> decode_tally(ByteView body) {
  pb::Tally message;
  if (!parse(body, message)) return std::nullopt;
  const Tally tally{.settles = message.settles(),
                    .counts = {.nodes = message.nodes(),
                               .queries = message.queries(),
                               .query_bytes = message.query_bytes(),
                               .duplicates = message.duplicates(),
                               .tallies = message.tallies(),
                               .hops = message.hops(),
                               .silent = message.silent(),
                               .open = message.open()}};
  if (!is_within_limits(tally)) return std::nullopt;
  return tally;
}

}  // namespace freshet::wire
