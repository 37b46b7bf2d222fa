// A client that a torrent is fetched from, and that says anything at all: by magnet link, where its
// metadata may come, with the torrent known, or of v2 with its piece layer lacked. It may ask for
// what came, too. The first byte says which; the second how the bytes are cut.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "node/core/bittorrent/fetch.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/metainfo.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kPiece = 32768;

// Of zeros, where v2 is spoken.
TorrentInfo info_of_three(TorrentKind kind) {
  TorrentInfo info{.kind = kind,
                   .name = "x",
                   .size_bytes = 2 * kPiece + 5000,
                   .piece_length = kPiece,
                   .pieces = {},
                   .root = std::nullopt};
  if (has_v1(kind)) info.pieces = Bytes(60);
  if (has_v2(kind)) info.root = ContentId::from(merkle_root(Bytes(info.size_bytes), 8).view());
  return info;
}

struct World final : Fetch::Host {
  World(TorrentKind kind, bool uploads) {
    config.peer_id.fill('n');
    config.uploads = uploads;
    const Bytes info = encode_info(info_of_three(kind));
    layout = std::make_shared<const TorrentLayout>(*read_layout(info));
    fetch = std::make_unique<Fetch>(
        layout->name, config, counters, *this, Rng::from_seed(1), kind == TorrentKind::v2);
  }
  ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  void keep(const BlockRange& block, ByteView bytes) override {
    if (block.piece >= layout->piece_count() || bytes.size() != block.length) std::abort();
    if (block.begin + block.length > layout->piece_bytes(block.piece)) std::abort();
  }
  void verify(std::uint32_t piece) override { whole.push_back(piece); }
  void on_metadata(const Bytes& info) override {
    if (!is_called(info, layout->name)) std::abort();
    came = true;
  }
  void on_layers(const TorrentLayout& known) override {
    if (known.lacks_layers() || known.nodes.size() != 3) std::abort();
    if (!known.is_piece(2, Bytes(5000))) std::abort();
    layout = std::make_shared<const TorrentLayout>(known);
    came = true;
  }
  void begin() { fetch->begin(layout, PieceSet(layout->piece_count())); }
  // Gives what it is asked for; now and then it cannot be read.
  void serve(PeerNumber peer) {
    while (const auto block = fetch->next_read(peer, 0)) {
      if (!fetch->plan()->have().has(block->piece)) std::abort();
      const Bytes bytes(block->length);
      const bool is_there = ++served % 8 != 0;
      fetch->on_read(peer, *block, is_there ? std::optional<ByteView>(bytes) : std::nullopt);
    }
  }
  // Says bad of every other.
  void judge() {
    for (const std::uint32_t piece : std::exchange(whole, {}))
      fetch->verified(piece, ++judged % 2 == 0 ? Fetch::Verdict::ok : Fetch::Verdict::bad);
  }

  std::shared_ptr<const TorrentLayout> layout;
  FetchConfig config;
  FetchCounters counters;
  std::unique_ptr<Fetch> fetch;
  std::vector<std::uint32_t> whole;
  std::uint32_t judged = 0;
  std::uint32_t served = 0;
  bool came = false;
};

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const bool is_v2 = (data[0] & 8U) != 0;
  World world(is_v2 ? TorrentKind::v2 : TorrentKind::v1, (data[0] & 16U) != 0);
  TimePoint now;
  const bool is_known = data[0] % 2 == 0;
  if (is_v2) {
    world.fetch->ask_layers(*world.layout, now);
  } else if (is_known) {
    world.begin();
  }
  world.fetch->add_peer(Endpoint::v4({10, 0, 0, 1}, 6881), PeerBook::Word::user, now);
  const auto peer = world.fetch->next_dial(now);
  if (!peer) std::abort();
  world.fetch->opened(*peer, now);
  Bytes hello = encode(Handshake{.extensions = true,
                                 .fast = true,
                                 .v2 = is_v2,
                                 .info_hash = world.layout->name,
                                 .peer_id = {}});
  if (data[0] % 4 < 2) world.fetch->on_bytes(*peer, hello, now);
  ByteView rest = ByteView(data, size).subspan(2);
  const std::size_t step = std::size_t{data[1]} * 16 + 1;
  while (!rest.empty() && !world.fetch->is_over(*peer)) {
    const auto part = rest.first(std::min(step, rest.size()));
    rest = rest.subspan(part.size());
    world.fetch->on_bytes(*peer, part, now);
    world.judge();
    world.serve(*peer);
    if (world.came && world.fetch->plan() == nullptr) world.begin();
    now += std::chrono::seconds(1);
    world.fetch->on_time(now);
    while (!world.fetch->take_block(*peer).empty()) {
    }
    // What it makes this side say is within reason of what it said.
    if (world.fetch->take_output(*peer).size() > std::size_t{1} << 20U) std::abort();
  }
  world.fetch->closed(*peer, now);
  return 0;
}
