// The stream of a client that this node serves, read and answered in turns.
#include <algorithm>
#include <cstdlib>

#include "node/core/bittorrent/seed_link.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::size_t kChunk = 97;

TorrentPtr small_torrent() {
  const TorrentInfo info{.kind = TorrentKind::hybrid,
                         .name = "x",
                         .size_bytes = 40000,
                         .piece_length = 16384,
                         .pieces = Bytes(60),
                         .root = ContentId{}};
  return core::bittorrent::make_torrent({}, info, encode_info(info));
}

void answer(SeedLink& link, const SeedConfig& config) {
  if (link.is_interested()) link.set_choked(false);
  while (const auto block = link.next_read(0)) {
    if (block->length > config.max_request_bytes) std::abort();
    const Bytes bytes(block->length);
    link.on_block(*block, ByteView(bytes));
    (void)link.take_output();
  }
  while (const auto request = link.next_hash_request()) link.on_hashes(*request, std::nullopt);
  link.tell_peers({{.id = {}, .at = *Endpoint::parse("10.0.0.1:1")}});
  (void)link.take_output();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TorrentPtr kTorrent = small_torrent();
  const SeedConfig config;
  Counters counters;
  TimePoint now;
  SeedLink link(
      config, counters, [](const InfoHash&) { return kTorrent; }, now);
  for (ByteView rest(data, size); !rest.empty() && !link.over();) {
    const ByteView chunk = rest.first(std::min(kChunk, rest.size()));
    rest = rest.subspan(chunk.size());
    now += std::chrono::seconds(1);
    link.on_bytes(chunk, now);
    link.on_time(now);
    answer(link, config);
  }
  return 0;
}
