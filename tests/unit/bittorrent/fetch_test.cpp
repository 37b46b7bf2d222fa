#include "node/core/bittorrent/fetch.h"

#include <map>
#include <set>

#include <doctest/doctest.h>

#include "node/core/bittorrent/seed_link.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/sha1.h"
#include "tests/support/content.h"
#include "tests/support/sha1_pieces.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kFetchPiece = 32768;

TorrentPtr torrent_of(const Bytes& content) {
  TorrentInfo info{.kind = TorrentKind::v1,
                   .name = "x",
                   .size_bytes = content.size(),
                   .piece_length = kFetchPiece,
                   .pieces = testing::sha1_pieces(content, kFetchPiece),
                   .root = std::nullopt};
  const Bytes encoded = encode_info(info);
  return core::bittorrent::make_torrent({}, std::move(info), encoded);
}

// A client that has all of it, by the node's own serving side. `lies`: pieces that it sends wrong.
struct Seed {
  Seed(const TorrentPtr& the_torrent, char letter, const TimePoint& now)
      : torrent(the_torrent),
        link(
            config_for(letter),
            counters,
            [this](const InfoHash& name) { return name == *torrent->names.v1 ? torrent : nullptr; },
            now) {}
  const SeedConfig& config_for(char letter) {
    config.peer_id.fill(static_cast<Byte>(letter));
    return config;
  }
  Bytes answer(ByteView bytes, const Bytes& content, TimePoint now) {
    if (!bytes.empty()) link.on_bytes(bytes, now);
    if (link.is_interested() && !mute) link.set_choked(false);
    for (std::uint32_t i = 0; i < pace; ++i) {
      const auto block = link.next_read(0);
      if (!block) break;
      Bytes payload(
          content.begin()
              + static_cast<std::ptrdiff_t>(std::size_t{block->piece} * kFetchPiece + block->begin),
          content.begin()
              + static_cast<std::ptrdiff_t>(std::size_t{block->piece} * kFetchPiece + block->begin
                                            + block->length));
      if (lies.contains(block->piece)) payload.front() ^= 1U;
      link.on_block(*block, ByteView(payload));
      ++sent;
    }
    return link.take_output();
  }

  TorrentPtr torrent;
  SeedConfig config;
  Counters counters;
  SeedLink link;
  std::set<std::uint32_t> lies;
  bool mute = false;
  std::uint32_t pace = 1000;  ///< blocks a turn
  std::uint32_t sent = 0;
};

// A fetch and the seeds that it dials, in turns, until nothing moves.
struct World final : Fetch::Host {
  explicit World(std::size_t size)
      : content(testing::content_of(size)),
        torrent(torrent_of(content)),
        got(size) {
    config.peer_id.fill('n');
    layout = std::make_shared<const TorrentLayout>(*read_layout(torrent->encoded_info));
  }
  ~World() = default;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  Seed& add_seed(char letter) {
    const Endpoint at = Endpoint::v4({10, 0, 0, static_cast<Byte>(seeds.size() + 1)}, 6881);
    fetch.add_peer(at, PeerBook::Word::user, now);
    return *(seeds[at] = std::make_unique<Seed>(torrent, letter, now));
  }
  void begin() { fetch.begin(layout, PieceSet(layout->piece_count())); }

  void keep(const BlockRange& block, ByteView bytes) override {
    std::copy(
        bytes.begin(),
        bytes.end(),
        got.begin()
            + static_cast<std::ptrdiff_t>(std::size_t{block.piece} * kFetchPiece + block.begin));
    kept += 1;
  }
  void verify(std::uint32_t piece) override { whole.push_back(piece); }
  void on_metadata(const Bytes& info) override { metadata = info; }
  void on_layers(const TorrentLayout& /*layout*/) override {}

  void judge() {
    for (const std::uint32_t piece : std::exchange(whole, {})) {
      const ByteView bytes =
          ByteView(got).subspan(std::size_t{piece} * kFetchPiece, layout->piece_bytes(piece));
      fetch.verified(piece,
                     layout->is_piece(piece, bytes) ? Fetch::Verdict::ok : Fetch::Verdict::bad);
    }
  }
  void turn() {
    while (const auto peer = fetch.next_dial(now)) {
      fetch.opened(*peer, now);
      linked.insert(*peer);
    }
    for (const PeerNumber peer : std::set(linked)) {
      const Bytes out = fetch.take_output(peer);
      const Bytes answer = seeds.at(fetch.at(peer))->answer(out, content, now);
      if (!answer.empty()) fetch.on_bytes(peer, answer, now);
      judge();
      if (!fetch.is_over(peer)) continue;
      fetch.closed(peer, now);
      linked.erase(peer);
    }
  }
  void turns(int count) {
    for (int i = 0; i < count && !fetch.complete(); ++i) turn();
  }
  // Every link ends, and each client takes a new one.
  void break_links() {
    for (const PeerNumber peer : std::exchange(linked, {})) {
      fetch.closed(peer, now);
      auto& seed = seeds.at(fetch.at(peer));
      seed = std::make_unique<Seed>(torrent, static_cast<char>(seed->config.peer_id.front()), now);
    }
  }
  void seconds(int count) {
    for (int i = 0; i < count && !fetch.complete(); ++i) {
      now += std::chrono::seconds(1);
      fetch.on_time(now);
      turns(3);
    }
  }

  TimePoint now;
  Bytes content;
  TorrentPtr torrent;
  std::shared_ptr<const TorrentLayout> layout;
  FetchConfig config;
  FetchCounters counters;
  Fetch fetch{*torrent->names.v1, config, counters, *this, Rng::from_seed(5)};
  std::map<Endpoint, std::unique_ptr<Seed>> seeds;
  std::set<PeerNumber> linked;
  Bytes got;
  Bytes metadata;
  std::vector<std::uint32_t> whole;
  std::uint32_t kept = 0;
};

}  // namespace

TEST_CASE("a torrent is fetched from one client, each block once") {
  World world(kFetchPiece * 20 + 5000);
  world.add_seed('a');
  world.begin();
  world.turns(20);
  CHECK(world.fetch.complete());
  CHECK(world.got == world.content);
  CHECK(world.kept == 41);
  CHECK(world.fetch.verified_bytes() == world.content.size());
  CHECK(world.counters.blocks_unasked == 0);
  CHECK(world.counters.links_broken == 0);
}

TEST_CASE("several clients share the work") {
  World world(kFetchPiece * 64);
  world.config.first_window = 8;
  for (const char letter : {'a', 'b', 'c'}) world.add_seed(letter).pace = 8;
  world.begin();
  world.turns(60);
  CHECK(world.fetch.complete());
  CHECK(world.got == world.content);
  for (const auto& [at, seed] : world.seeds) CHECK(seed->sent > 20);
}

TEST_CASE("what is verified already is not asked again") {
  World world(kFetchPiece * 8);
  world.add_seed('a');
  PieceSet have(8);
  for (const std::uint32_t piece : {0U, 3U, 7U}) have.add(piece);
  world.fetch.begin(world.layout, have);
  CHECK(world.fetch.verified_bytes() == 3 * kFetchPiece);
  world.turns(20);
  CHECK(world.fetch.complete());
  CHECK(world.kept == 10);
}

TEST_CASE("a magnet link's metadata comes from a client, and then its content") {
  World world(kFetchPiece * 3000);  // 60 kB of hashes: several pieces of metadata
  world.add_seed('a');
  world.turns(4);
  CHECK(world.metadata == world.torrent->encoded_info);
  CHECK(world.fetch.sources() == 1);
  world.begin();
  world.turns(500);
  CHECK(world.fetch.complete());
}

TEST_CASE("who sends bad bytes is found out and banned, alone or among others") {
  World world(kFetchPiece * 12);
  SUBCASE("alone, then another comes") {
    world.add_seed('a').lies = {4};
    world.begin();
    world.turns(20);
    CHECK_FALSE(world.fetch.complete());
    CHECK(world.fetch.banned_peers() == 1);
    CHECK(world.fetch.sources() == 0);
    world.add_seed('b');
  }
  SUBCASE("among others") {
    world.config.first_window = 2;
    auto& liar = world.add_seed('a');
    for (std::uint32_t piece = 0; piece < 12; ++piece) liar.lies.insert(piece);
    world.add_seed('b');
    world.add_seed('c');
    world.begin();
  }
  world.turns(100);
  world.seconds(60);
  CHECK(world.fetch.complete());
  CHECK(world.got == world.content);
  CHECK(world.fetch.banned_peers() == 1);
  CHECK(world.counters.pieces_bad > 0);
}

TEST_CASE("a client that stops sending is relieved of its blocks by the others") {
  World world(kFetchPiece * 16);
  auto& slow = world.add_seed('a');
  slow.pace = 1;
  world.begin();
  world.turns(3);
  slow.pace = 0;
  world.add_seed('b');
  world.seconds(6);
  CHECK(world.fetch.complete());
  CHECK(world.got == world.content);
}

TEST_CASE("a client is not blamed for what the node chose not to read") {
  World world(kFetchPiece * 16);
  auto& seed = world.add_seed('a');
  seed.pace = 1;
  world.begin();
  world.turns(3);
  for (int i = 0; i < 300; ++i) {
    world.now += std::chrono::seconds(1);
    world.fetch.on_time(world.now, std::chrono::seconds(1));
  }
  seed.pace = 1000;
  world.turns(20);
  CHECK(world.fetch.complete());
  CHECK(world.counters.links_silent == 0);
  CHECK(world.counters.blocks_unasked == 0);  // none was asked twice
}

TEST_CASE("a block that was given up and is asked again is not lost with its link") {
  World world(kFetchPiece * 4);
  auto& slow = world.add_seed('a');
  slow.pace = 0;
  world.begin();
  world.seconds(4);  // all was asked of it, and given up
  slow.pace = 1;
  world.turns(3);  // and is asked again
  slow.pace = 0;
  SUBCASE("which ends") {
    world.break_links();
  }
  SUBCASE("which stalls again, and ends") {
    world.seconds(4);
    world.break_links();
  }
  SUBCASE("which unchokes, and goes on") {
    slow.link.set_choked(true);
    world.turns(1);
    slow.pace = 1000;
  }
  world.seconds(20);
  CHECK(world.fetch.complete());
  CHECK(world.got == world.content);
}

TEST_CASE("a client that never unchokes holds nothing up, and is no work") {
  World world(kFetchPiece * 4);
  world.add_seed('a').mute = true;
  world.begin();
  world.turns(10);
  CHECK(world.kept == 0);
  CHECK(world.fetch.sources() == 1);  // it may yet
  world.seconds(61);
  CHECK(world.fetch.sources() == 0);
  world.add_seed('b');
  world.turns(20);
  CHECK(world.fetch.complete());
}

TEST_CASE("a client of another torrent, or this node itself, is left") {
  World world(kFetchPiece);
  auto& other = world.add_seed('a');
  other.torrent = torrent_of(testing::content_of(5));
  world.add_seed('n');  // the node's own peer id
  world.begin();
  world.turns(10);
  CHECK(world.fetch.sources() == 0);
  CHECK_FALSE(world.fetch.complete());
}

TEST_CASE("whom nothing could be asked of is asked when blocks come back, and in the end-game") {
  const World world(kFetchPiece * 2);
  FetchPlan plan(*world.layout, PieceSet(2), Rng::from_seed(1));
  const auto only = [](std::uint32_t piece) {
    return [piece](std::uint32_t each) {
      return each == piece;
    };
  };
  const auto first = plan.pick(1, only(0));
  REQUIRE(first);
  REQUIRE(plan.pick(1, only(0)));
  CHECK_FALSE(plan.pick(2, only(0)));
  std::uint64_t news = plan.news();
  SUBCASE("blocks come back") {
    plan.release(*first, 1);
    CHECK(plan.news() != news);
    CHECK(plan.pick(2, only(0)) == *first);
    CHECK_FALSE(plan.pick(2, only(0)));
    news = plan.news();
    plan.leave(1);
    CHECK(plan.news() != news);
  }
  SUBCASE("the end-game begins") {
    REQUIRE(plan.pick(1, only(1)));
    CHECK(plan.news() == news);
    REQUIRE(plan.pick(1, only(1)));
    CHECK(plan.news() != news);
  }
  CHECK(plan.pick(2, only(0)));
}

TEST_CASE("strangers cannot make the node dial low ports, nor fill its book without end") {
  PeerBook book;
  const TimePoint now;
  const auto at = [](int number, std::uint16_t port) {
    return Endpoint::v4({10, 0, static_cast<Byte>(number / 256), static_cast<Byte>(number % 256)},
                        port);
  };
  CHECK_FALSE(book.add(at(1, 22), PeerBook::Word::stranger, now));
  CHECK(book.add(at(1, 22), PeerBook::Word::user, now));
  CHECK_FALSE(book.add(at(1, 22), PeerBook::Word::user, now));
  CHECK_FALSE(book.add(at(1, 0), PeerBook::Word::user, now));
  for (int i = 0; i < 1000; ++i) book.add(at(i, 6881), PeerBook::Word::stranger, now);
  CHECK(book.size() == 1 + PeerBook::kMaxStrangers);
  CHECK(book.add(at(2000, 6881), PeerBook::Word::user, now));
  for (int i = 0; i < 1000; ++i) book.add(at(i, 6882), PeerBook::Word::user, now);
  CHECK(book.size() == PeerBook::kMaxPeers);
}

TEST_CASE("a claimed size of metadata is bounded, and wrong pieces of it are refused") {
  CHECK_FALSE(MetadataDownload::of_size(0));
  CHECK_FALSE(MetadataDownload::of_size(-1));
  CHECK_FALSE(MetadataDownload::of_size(INT64_MAX));
  CHECK_FALSE(MetadataDownload::of_size(static_cast<std::int64_t>(kMaxInfoBytes) + 1));
  auto metadata = MetadataDownload::of_size(5);
  REQUIRE(metadata);
  CHECK(metadata->next() == 0U);
  CHECK_FALSE(metadata->next());
  const Bytes five(5);
  MetadataMessage message{
      .type = MetadataMessage::Type::data, .piece = 0, .total_size = 5, .data = five};
  message.total_size = 6;
  CHECK(metadata->take(message) == MetadataDownload::Taken::refused);
  message.total_size = 5;
  CHECK(metadata->take(message) == MetadataDownload::Taken::whole);
  CHECK(metadata->take(message) == MetadataDownload::Taken::again);
  CHECK(metadata->checked(sha1(five)) == five);
  CHECK_FALSE(metadata->checked(InfoHash()));
}
