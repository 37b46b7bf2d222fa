// Fetches that give to one another what they have: the links of both are freshet's own.
#include <map>
#include <memory>
#include <optional>

#include <doctest/doctest.h>

#include "node/core/bittorrent/fetch.h"
#include "node/wire/bt/metainfo.h"
#include "tests/support/content.h"
#include "tests/support/sha1_pieces.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kSharedPiece = 32768;
constexpr std::size_t kSharedBytes = 8 * kSharedPiece + 5000;

struct Shared {
  Shared() {
    TorrentInfo made{.kind = TorrentKind::v1,
                     .name = "x",
                     .size_bytes = content.size(),
                     .piece_length = kSharedPiece,
                     .pieces = testing::sha1_pieces(content, kSharedPiece),
                     .root = std::nullopt};
    info = std::make_shared<const Bytes>(encode_info(made));
    layout = std::make_shared<const TorrentLayout>(*read_layout(*info));
  }
  std::shared_ptr<const Bytes> info;
  Bytes content = testing::content_of(kSharedBytes);
  std::shared_ptr<const TorrentLayout> layout;
};

/// A node that fetches, with some pieces already.
struct Fetcher final : Fetch::Host {
  Fetcher(const Shared& the_shared, char letter, bool uploads = true) : shared(the_shared) {
    config.peer_id.fill(static_cast<Byte>(letter));
    config.uploads = uploads;
  }
  ~Fetcher() = default;
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  void begin(std::uint32_t every, std::uint32_t from) {
    PieceSet have(shared.layout->piece_count());
    for (std::uint32_t piece = from; piece < have.size(); piece += every) have.add(piece);
    fetch.begin(shared.layout, have);
  }
  void keep(const BlockRange& block, ByteView bytes) override {
    std::copy(
        bytes.begin(),
        bytes.end(),
        got.begin()
            + static_cast<std::ptrdiff_t>(std::size_t{block.piece} * kSharedPiece + block.begin));
  }
  void verify(std::uint32_t piece) override { whole.push_back(piece); }
  void on_metadata(const Bytes& came) override { info = came; }
  void on_layers(const TorrentLayout& /*layout*/) override {}
  void judge() {
    for (const std::uint32_t piece : std::exchange(whole, {})) {
      const ByteView bytes = ByteView(got).subspan(std::size_t{piece} * kSharedPiece,
                                                   shared.layout->piece_bytes(piece));
      fetch.verified(
          piece, shared.layout->is_piece(piece, bytes) ? Fetch::Verdict::ok : Fetch::Verdict::bad);
    }
  }
  void read(PeerNumber peer, const BlockRange& block) {
    const auto at = std::size_t{block.piece} * kSharedPiece + block.begin;
    fetch.on_read(peer, block, ByteView(shared.content).subspan(at, block.length));
  }
  /// What it says to a peer, blocks included.
  Bytes says(PeerNumber peer) {
    while (const auto block = fetch.next_read(peer, 0)) read(peer, *block);
    return all_output(peer);
  }
  Bytes all_output(PeerNumber peer) {
    Bytes said = fetch.take_output(peer);
    for (Bytes block = fetch.take_block(peer); !block.empty(); block = fetch.take_block(peer))
      said.insert(said.end(), block.begin(), block.end());
    return said;
  }

  const Shared& shared;
  FetchConfig config;
  FetchCounters counters;
  Fetch fetch{shared.layout->name, config, counters, *this, Rng::from_seed(7)};
  Bytes got = Bytes(kSharedBytes);
  std::vector<std::uint32_t> whole;
  Bytes info;
};

const Endpoint kThere = Endpoint::v4({10, 0, 0, 2}, 6881);
const Endpoint kHere = Endpoint::v4({10, 0, 0, 1}, 50000);

/// One that dials another.
struct Two {
  explicit Two(bool other_uploads = true) : b(shared, 'b', other_uploads) {}
  void link() {
    a.fetch.add_peer(kThere, PeerBook::Word::user, now);
    const auto dialled = a.fetch.next_dial(now);
    REQUIRE(dialled);
    a_to_b = *dialled;
    a.fetch.opened(a_to_b, now);
    const auto taken = b.fetch.take(kHere, now);
    REQUIRE(taken);
    b_to_a = *taken;
  }
  void turns(int count) {
    for (int i = 0; i < count; ++i) {
      if (const Bytes said = a.says(a_to_b); !said.empty()) b.fetch.on_bytes(b_to_a, said, now);
      b.judge();
      if (const Bytes said = b.says(b_to_a); !said.empty()) a.fetch.on_bytes(a_to_b, said, now);
      a.judge();
    }
  }
  /// `a` has nothing and asks `b`, which is to read this first.
  std::optional<BlockRange> first_asked() {
    a.begin(9, 9);
    b.begin(2, 1);
    link();
    turns(2);
    b.fetch.on_bytes(b_to_a, a.says(a_to_b), now);
    return b.fetch.next_read(b_to_a, 0);
  }
  void pass(Duration time) {
    now += time;
    a.fetch.on_time(now);
    b.fetch.on_time(now);
  }

  Shared shared;
  TimePoint now = TimePoint{} + std::chrono::hours(1);
  Fetcher a{shared, 'a'};
  Fetcher b;
  PeerNumber a_to_b = 0;
  PeerNumber b_to_a = 0;
};

}  // namespace

TEST_CASE("two that fetch give one another what each has") {
  Two two;
  two.a.begin(2, 0);
  two.b.begin(2, 1);
  two.link();
  two.turns(30);
  CHECK(two.a.fetch.complete());
  CHECK(two.b.fetch.complete());
  CHECK(two.a.counters.uploads.block_bytes_sent == two.b.counters.block_bytes);
  CHECK(two.b.counters.uploads.block_bytes_sent == two.a.counters.block_bytes);
  CHECK(two.b.counters.links_taken == 1);
  // Both have all: there is nothing more between them.
  two.pass(std::chrono::seconds(1));
  CHECK(two.a.fetch.is_over(two.a_to_b));
  CHECK(two.b.fetch.is_over(two.b_to_a));
}

TEST_CASE("what is here is told to those that shook hands before it was known") {
  Two two;
  two.a.begin(9, 9);  // nothing
  two.link();
  two.turns(2);
  CHECK(two.a.fetch.sources() == 0);
  two.b.begin(1, 0);
  two.turns(30);
  CHECK(two.a.fetch.complete());
}

TEST_CASE("the info dictionary is told to who begins with a magnet link") {
  Two two;
  SUBCASE("known before they are linked") {
    two.b.fetch.knows_metadata(two.shared.info);
    two.b.begin(1, 0);
    two.link();
  }
  SUBCASE("known afterwards") {
    two.link();
    two.turns(2);
    CHECK(two.a.info.empty());
    two.b.fetch.knows_metadata(two.shared.info);
    two.b.begin(1, 0);
  }
  two.turns(10);
  two.pass(std::chrono::seconds(1));
  two.turns(10);
  CHECK(two.a.info == *two.shared.info);
  two.a.begin(9, 9);
  two.turns(30);
  CHECK(two.a.fetch.complete());
}

TEST_CASE("who does not answer clients gives nothing, and rejects what is asked for") {
  Two two(false);
  two.a.begin(2, 0);
  two.b.begin(2, 1);
  two.link();
  two.turns(30);
  CHECK(two.b.fetch.complete());
  CHECK_FALSE(two.a.fetch.complete());
  CHECK(two.b.counters.uploads.blocks_sent == 0);
  Bytes ask;
  append(ask, Request{.block = {.piece = 1, .begin = 0, .length = 16384}});
  for (std::uint32_t i = 0; i < two.b.config.max_offences; ++i)
    two.b.fetch.on_bytes(two.b_to_a, ask, two.now);
  CHECK(two.b.fetch.is_over(two.b_to_a));
  CHECK(two.b.counters.uploads.requests_rejected == two.b.config.max_offences);
}

TEST_CASE("a piece that is not here is rejected, and asking on ends the link") {
  Two two;
  two.a.begin(9, 9);
  two.b.begin(2, 1);
  two.link();
  Bytes said = two.a.says(two.a_to_b);
  append(said, Interested{});
  two.b.fetch.on_bytes(two.b_to_a, said, two.now);
  Bytes ask;
  append(ask, Request{.block = {.piece = 0, .begin = 0, .length = 16384}});
  for (std::uint32_t i = 0; i < two.b.config.max_offences; ++i) {
    CHECK_FALSE(two.b.fetch.is_over(two.b_to_a));
    two.b.fetch.on_bytes(two.b_to_a, ask, two.now);
    CHECK_FALSE(two.b.fetch.next_read(two.b_to_a, 0));
  }
  CHECK(two.b.fetch.is_over(two.b_to_a));
}

TEST_CASE("once all is here, a link that wants nothing is left after a while") {
  Two two;
  two.a.begin(9, 9);
  two.b.begin(1, 0);
  REQUIRE(two.b.fetch.complete());
  two.link();
  const Bytes said = two.a.says(two.a_to_b);
  two.b.fetch.on_bytes(two.b_to_a, said, two.now);  // and says no more
  two.pass(std::chrono::seconds(1));
  CHECK_FALSE(two.b.fetch.is_over(two.b_to_a));
  two.pass(two.b.config.last_interest);
  CHECK(two.b.fetch.is_over(two.b_to_a));
}

TEST_CASE("more want something than there are slots: each has a turn") {
  const Shared shared;
  TimePoint now;
  Fetcher seed(shared, 's');
  seed.begin(2, 0);
  constexpr int kMany = 14;
  std::map<PeerNumber, std::unique_ptr<Fetcher>> takers;
  std::map<PeerNumber, PeerNumber> at_taker;
  for (int i = 0; i < kMany; ++i) {
    const auto taken = seed.fetch.take(Endpoint::v4({10, 0, 1, static_cast<Byte>(i)}, 50000), now);
    REQUIRE(taken);
    auto taker = std::make_unique<Fetcher>(shared, static_cast<char>('A' + i), false);
    taker->fetch.add_peer(kThere, PeerBook::Word::user, now);
    at_taker[*taken] = *taker->fetch.next_dial(now);
    taker->fetch.opened(at_taker[*taken], now);
    taker->begin(9, 9);
    takers[*taken] = std::move(taker);
  }
  std::size_t most_served = 0;
  for (int second = 0; second < 200; ++second, now += std::chrono::seconds(1)) {
    std::size_t served = 0;
    for (auto& [peer, taker] : takers) {
      const auto before = taker->counters.blocks;
      seed.fetch.on_bytes(peer, taker->says(at_taker[peer]), now);
      // A block a second is all that it takes.
      if (const auto block = seed.fetch.next_read(peer, 0)) seed.read(peer, *block);
      taker->fetch.on_bytes(at_taker[peer], seed.all_output(peer), now);
      taker->judge();
      taker->fetch.on_time(now);
      served += taker->counters.blocks > before ? 1U : 0U;
    }
    seed.fetch.on_time(now);
    most_served = std::max(most_served, served);
  }
  CHECK(most_served <= seed.config.upload_slots);
  for (const auto& [peer, taker] : takers) CHECK(taker->fetch.verified_bytes() > kSharedBytes / 3);
}

TEST_CASE("what is asked for does not wait behind the blocks that were read, but for a choke") {
  Two two;
  const auto block = two.first_asked();
  REQUIRE(block);
  two.b.read(two.b_to_a, *block);
  CHECK(two.b.fetch.take_output(two.b_to_a).empty());
  Bytes bored;
  append(bored, NotInterested{});
  two.b.fetch.on_bytes(two.b_to_a, bored, two.now);
  CHECK(two.b.fetch.take_block(two.b_to_a).empty());
  CHECK(two.b.fetch.take_output(two.b_to_a).size() > block->length);
}

TEST_CASE("a block that cannot be read ends the link") {
  Two two;
  const auto block = two.first_asked();
  REQUIRE(block);
  two.b.fetch.on_read(two.b_to_a, *block, std::nullopt);
  CHECK(two.b.fetch.is_over(two.b_to_a));
  CHECK(two.b.counters.uploads.read_failures == 1);
}

namespace {

/// Two that dial one another at once, and shake hands on their own links first or on the others'.
struct Crossed {
  explicit Crossed(const Endpoint& b_comes_from) {
    a.begin(2, 0);
    b.begin(2, 1);
    a.fetch.add_peer(kThere, PeerBook::Word::user, now);
    b.fetch.add_peer(Endpoint::v4({10, 0, 0, 1}, 6881), PeerBook::Word::user, now);
    a_own = *a.fetch.next_dial(now);
    b_own = *b.fetch.next_dial(now);
    a.fetch.opened(a_own, now);
    b.fetch.opened(b_own, now);
    b_taken = *b.fetch.take(kHere, now);
    a_taken = *a.fetch.take(b_comes_from, now);
  }
  void a_dialled() {
    b.fetch.on_bytes(b_taken, a.fetch.take_output(a_own), now);
    a.fetch.on_bytes(a_own, b.fetch.take_output(b_taken), now);
  }
  void b_dialled() {
    a.fetch.on_bytes(a_taken, b.fetch.take_output(b_own), now);
    b.fetch.on_bytes(b_own, a.fetch.take_output(a_taken), now);
  }

  Shared shared;
  TimePoint now = TimePoint{} + std::chrono::hours(1);
  Fetcher a{shared, 'a'};
  Fetcher b{shared, 'b'};
  PeerNumber a_own = 0;
  PeerNumber a_taken = 0;
  PeerNumber b_own = 0;
  PeerNumber b_taken = 0;
};

}  // namespace

TEST_CASE("of two links between two, both ends keep that of the greater id") {
  Crossed two(Endpoint::v4({10, 0, 0, 2}, 50001));
  SUBCASE("one after the other") {
    two.a_dialled();
    two.b_dialled();
  }
  SUBCASE("the other after the one") {
    two.b_dialled();
    two.a_dialled();
  }
  CHECK(two.a.fetch.is_over(two.a_own));
  CHECK(two.b.fetch.is_over(two.b_taken));
  CHECK_FALSE(two.a.fetch.is_over(two.a_taken));
  CHECK_FALSE(two.b.fetch.is_over(two.b_own));
  // While that link lasts, the other is not dialled again.
  two.a.fetch.closed(two.a_own, two.now);
  CHECK_FALSE(two.a.fetch.next_dial(two.now + std::chrono::minutes(5)));
  two.a.fetch.closed(two.a_taken, two.now);
  CHECK(two.a.fetch.next_dial(two.now + std::chrono::minutes(5)) == two.a_own);
}

TEST_CASE("who dials from elsewhere with another's id does not push that one out") {
  Crossed two(Endpoint::v4({10, 9, 9, 9}, 50001));
  two.b_dialled();
  CHECK_FALSE(two.a.fetch.is_over(two.a_taken));
  two.b.fetch.on_bytes(two.b_taken, two.a.fetch.take_output(two.a_own), two.now);
  Bytes hello = encode(Handshake{.extensions = false,
                                 .fast = true,
                                 .v2 = false,
                                 .info_hash = two.shared.layout->name,
                                 .peer_id = two.b.config.peer_id});
  two.a.fetch.on_bytes(two.a_own, hello, two.now);
  CHECK_FALSE(two.a.fetch.is_over(two.a_own));
  CHECK_FALSE(two.a.fetch.is_over(two.a_taken));
}

TEST_CASE("who dialled this node leaves all dials to it") {
  Two two;
  for (Byte i = 0; i < PeerBook::kMaxTaken; ++i)
    REQUIRE(two.a.fetch.take(Endpoint::v4({10, 0, 1, i}, 50000), two.now));
  for (Byte i = 0; i < two.a.config.max_links + 1; ++i)
    two.a.fetch.add_peer(Endpoint::v4({10, 0, 2, i}, 6881), PeerBook::Word::stranger, two.now);
  std::uint32_t dialled = 0;
  while (const auto peer = two.a.fetch.next_dial(two.now)) {
    two.a.fetch.opened(*peer, two.now);
    ++dialled;
  }
  CHECK(dialled == two.a.config.max_links);
}

TEST_CASE("few places are for who dials, and none for a sender of whom one is banned") {
  PeerBook book;
  const auto at = [](Byte host, std::uint16_t port) {
    return Endpoint::v4({10, 0, 0, host}, port);
  };
  std::vector<PeerNumber> taken;
  for (std::uint16_t port = 1; port <= 10; ++port)
    if (const auto peer = book.take(at(1, port))) taken.push_back(*peer);
  CHECK(taken.size() == PeerBook::kMaxTakenPerSender);
  // However many come and go, who brought something keeps its place, and trackers' peers have room.
  for (int round = 0; round < 200; ++round) {
    const auto peer = book.take(at(static_cast<Byte>(2 + round), 1));
    REQUIRE(peer);
    book.left(*peer, round == 0, {});
  }
  CHECK(book.size() == PeerBook::kMaxTakenPlaces);
  CHECK(book.at(taken.size() == 4 ? taken.back() + 1 : 0) == at(2, 1));
  CHECK(book.add(at(250, 6881), PeerBook::Word::stranger, {}));
  CHECK(book.next({}));        // that one
  CHECK_FALSE(book.next({}));  // none of the others is dialled
  // Who comes again has the place that it had.
  book.left(taken.front(), false, {});
  CHECK(book.take(at(1, 77)) == taken.front());
  CHECK(book.at(taken.front()).port == 77);
  book.left(taken.front(), false, {});
  book.ban(taken.front());
  CHECK_FALSE(book.take(at(1, 78)));
}
