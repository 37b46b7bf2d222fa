// A folder of v2 that is fetched by magnet link: its piece layers by hash requests, its pieces
// judged by them, no padding asked for. Peers are the node's own serving side, and liars.
#include <doctest/doctest.h>

#include "node/core/bittorrent/fetch.h"
#include "node/core/bittorrent/seed_link.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/metainfo.h"
#include "tests/support/content.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kV2Piece = 32768;

struct Album {
  explicit Album(const std::vector<std::size_t>& sizes) {
    TorrentInfo info{.kind = TorrentKind::v2,
                     .name = "album",
                     .size_bytes = 0,
                     .piece_length = kV2Piece,
                     .pieces = {},
                     .root = std::nullopt};
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      const Bytes bytes = testing::content_of(sizes[i], i);
      TreeBuilder builder(bytes.size());
      builder.feed(bytes);
      const auto root = builder.finish()->root;
      contents[root] = bytes;
      info.files.push_back({.path = {std::string(1, static_cast<char>('a' + i))},
                            .size_bytes = bytes.size(),
                            .content = root});
      info.size_bytes += bytes.size();
      stream.resize(aligned(stream.size(), kV2Piece));
      stream.insert(stream.end(), bytes.begin(), bytes.end());
    }
    stream.resize(aligned(stream.size(), kV2Piece));
    const Bytes encoded = encode_info(info);
    torrent = make_torrent({}, std::move(info), encoded);
    name = truncated(*torrent->names.v2);
  }
  [[nodiscard]] std::vector<Sha256> answer(const HashRequest& request) const {
    const Bytes& bytes = contents.at(ContentId::from(request.root.view()));
    const Shape shape = Shape::of(bytes.size(), kV2Piece);
    const auto leaves = leaves_of(bytes);
    return hashes_for(request, shape, layer_above(leaves, 0, shape.piece_layer()), leaves);
  }

  std::map<ContentId, Bytes> contents;
  Bytes stream;
  TorrentPtr torrent;
  InfoHash name;
};

// Dripping: one answer in nine seconds.
enum class Manner { honest, lying, refusing, dripping };

struct Side {
  Side(const Album& the_album, char letter, Manner the_manner)
      : album(the_album),
        manner(the_manner),
        link(
            config_for(letter),
            counters,
            [this](const InfoHash& name) { return name == album.name ? album.torrent : nullptr; },
            TimePoint()) {}
  const SeedConfig& config_for(char letter) {
    config.peer_id.fill(static_cast<Byte>(letter));
    return config;
  }
  Bytes answer(ByteView bytes, TimePoint now) {
    if (!bytes.empty()) link.on_bytes(bytes, now);
    if (link.is_interested()) link.set_choked(false);
    while (manner != Manner::dripping || now >= drips_at) {
      const auto request = link.next_hash_request();
      if (!request) break;
      drips_at = now + std::chrono::seconds(9);
      ++asked;
      auto hashes = album.answer(*request);
      if (manner == Manner::lying) hashes.front().bytes[0] ^= 1U;
      link.on_hashes(*request, manner == Manner::refusing ? std::nullopt : std::optional(hashes));
    }
    while (const auto block = link.next_read(0)) {
      const auto begin =
          album.stream.begin()
          + static_cast<std::ptrdiff_t>(std::size_t{block->piece} * kV2Piece + block->begin);
      const Bytes payload(begin, begin + block->length);
      sent += block->length;
      link.on_block(*block, ByteView(payload));
    }
    return link.take_output();
  }

  const Album& album;
  Manner manner;
  SeedConfig config;
  Counters counters;
  SeedLink link;
  TimePoint drips_at;
  std::uint64_t sent = 0;
  int asked = 0;
};

struct Fetching final : Fetch::Host {
  explicit Fetching(const Album& the_album) : album(the_album), got(album.stream.size()) {
    config.peer_id.fill('n');
  }
  ~Fetching() = default;
  Fetching(const Fetching&) = delete;
  Fetching& operator=(const Fetching&) = delete;

  Side& add(char letter, Manner manner = Manner::honest) {
    const Endpoint at = Endpoint::v4({10, 0, 0, static_cast<Byte>(sides.size() + 1)}, 6881);
    fetch.add_peer(at, PeerBook::Word::user, now);
    return *(sides[at] = std::make_unique<Side>(album, letter, manner));
  }
  void keep(const BlockRange& block, ByteView bytes) override {
    const std::size_t at = std::size_t{block.piece} * kV2Piece + block.begin;
    std::copy(bytes.begin(), bytes.end(), got.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void verify(std::uint32_t piece) override { whole.push_back(piece); }
  void on_metadata(const Bytes& info) override { metadata = info; }
  void on_layers(const TorrentLayout& known) override {
    layout = std::make_shared<const TorrentLayout>(known);
  }
  void go_on() {
    if (!metadata.empty()) fetch.ask_layers(*read_layout(std::exchange(metadata, {})), now);
    if (layout && fetch.plan() == nullptr) fetch.begin(layout, PieceSet(layout->piece_count()));
    for (const std::uint32_t piece : std::exchange(whole, {})) {
      const auto bytes =
          ByteView(got).subspan(std::size_t{piece} * kV2Piece, layout->piece_bytes(piece));
      fetch.verified(piece,
                     layout->is_piece(piece, bytes) ? Fetch::Verdict::ok : Fetch::Verdict::bad);
    }
  }
  void turns(int count) {
    for (int i = 0; i < count && !fetch.complete(); ++i) {
      while (const auto peer = fetch.next_dial(now)) {
        fetch.opened(*peer, now);
        linked.push_back(*peer);
      }
      for (const PeerNumber peer : std::vector(linked)) {
        const Bytes answer = sides.at(fetch.at(peer))->answer(fetch.take_output(peer), now);
        if (!answer.empty()) fetch.on_bytes(peer, answer, now);
        go_on();
        if (!fetch.is_over(peer)) continue;
        fetch.closed(peer, now);
        std::erase(linked, peer);
      }
    }
  }
  void seconds(int count) {
    for (int i = 0; i < count && !fetch.complete(); ++i) {
      now += std::chrono::seconds(1);
      fetch.on_time(now);
      turns(3);
    }
  }

  const Album& album;
  TimePoint now;
  FetchConfig config;
  FetchCounters counters;
  Fetch fetch{album.name, config, counters, *this, Rng::from_seed(5), true};
  std::map<Endpoint, std::unique_ptr<Side>> sides;
  std::vector<PeerNumber> linked;
  Bytes got;
  Bytes metadata;
  std::shared_ptr<const TorrentLayout> layout;
  std::vector<std::uint32_t> whole;
};

}  // namespace

TEST_CASE("a folder of v2 comes by magnet link, its layers proved, without its padding") {
  const Album album({100000, 5000, kV2Piece, 16384 * 9 + 7});
  Fetching fetching(album);
  const Side& side = fetching.add('a');
  fetching.turns(20);
  REQUIRE(fetching.fetch.complete());
  CHECK(fetching.got == album.stream);
  CHECK(fetching.counters.layers_fetched == 1);
  CHECK(side.asked == 2);  // of the two files of several pieces
  CHECK(side.sent == album.torrent->info.size_bytes);
  CHECK(fetching.fetch.verified_bytes() == album.torrent->info.size_bytes);
  CHECK(fetching.counters.links_broken == 0);
  CHECK(side.counters.links_broken == 0);
}

TEST_CASE("layers of more than one request come in as many, whatever is asked at one time") {
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 20; ++i) sizes.push_back(kV2Piece * 2 + i);
  sizes.push_back(std::size_t{kV2Piece} * 1025);
  const Album album(sizes);
  Fetching fetching(album);
  const Side& side = fetching.add('a');
  fetching.turns(400);
  CHECK(fetching.fetch.complete());
  CHECK(side.asked == 20 + 3);
}

TEST_CASE("who lies about a layer is banned, and who refuses is not the last that is asked") {
  const Album album({100000, 70000});
  for (const Manner manner : {Manner::lying, Manner::refusing}) {
    Fetching fetching(album);
    fetching.add('a', manner);
    fetching.turns(20);
    CHECK_FALSE(fetching.fetch.complete());
    CHECK(fetching.fetch.sources() == 0);
    CHECK(fetching.fetch.banned_peers() == (manner == Manner::lying ? 1 : 0));
    fetching.add('b');
    fetching.seconds(10);
    CHECK(fetching.fetch.complete());
    CHECK(fetching.got == album.stream);
  }
}

TEST_CASE("who lets layers drip is left for another after half a minute, longer the next time") {
  const Album album(std::vector<std::size_t>(12, 70000));  // twelve requests of one layer each
  Fetching fetching(album);
  const Side& slow = fetching.add('a', Manner::dripping);
  fetching.seconds(29);
  CHECK(slow.asked == 4);
  CHECK(fetching.fetch.sources() == 1);
  fetching.seconds(2);
  CHECK(fetching.fetch.sources() == 0);
  const Side& quick = fetching.add('b');
  fetching.seconds(5);
  CHECK(fetching.fetch.complete());
  CHECK(fetching.got == album.stream);
  CHECK(quick.asked == 8);  // what the other brought is kept
  CHECK(fetching.counters.peers_banned == 0);
}

TEST_CASE("longer layers have more time") {
  const Album album(std::vector<std::size_t>(12, 70000));
  Fetching fetching(album);
  fetching.config.layer_bytes_in_time = 1000;  // of 1,536
  const Side& slow = fetching.add('a', Manner::dripping);
  fetching.seconds(59);
  CHECK(slow.asked == 7);
  CHECK(fetching.fetch.sources() == 1);
  fetching.seconds(3);
  CHECK(fetching.fetch.sources() == 0);
}

TEST_CASE("who alone has the layers may let them drip, for twice as long each time") {
  const Album album(std::vector<std::size_t>(12, 70000));
  Fetching fetching(album);
  fetching.add('a', Manner::dripping);
  fetching.seconds(120);
  CHECK(fetching.counters.layers_fetched == 1);
}

TEST_CASE("hashes that nobody asked for are an offence each") {
  const Album album({100000});
  Fetching fetching(album);
  fetching.add('a');
  const auto peer = *fetching.fetch.next_dial(fetching.now);
  fetching.fetch.opened(peer, fetching.now);
  Bytes bytes = encode(Handshake{
      .extensions = true, .fast = true, .v2 = true, .info_hash = album.name, .peer_id = {}});
  for (int i = 0; i < 64; ++i) append(bytes, Hashes{.request = {}, .hashes = {}});
  fetching.fetch.on_bytes(peer, bytes, fetching.now);
  CHECK(fetching.fetch.is_over(peer));
}
