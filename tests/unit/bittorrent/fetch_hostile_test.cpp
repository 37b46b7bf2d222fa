// Peers of ill will, and what they cost: a link at most, and memory within bounds.
#include <doctest/doctest.h>

#include "node/core/bittorrent/fetch.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/metainfo.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kPieces = 10;
constexpr std::uint32_t kPiece = 32768;

std::shared_ptr<const TorrentLayout> some_layout(std::uint32_t pieces) {
  return std::make_shared<const TorrentLayout>(
      *read_layout(encode_info({.kind = TorrentKind::v1,
                                .name = "x",
                                .size_bytes = std::uint64_t{pieces} * kPiece,
                                .piece_length = kPiece,
                                .pieces = Bytes(std::size_t{pieces} * 20),
                                .root = std::nullopt})));
}

// One peer that says what the test makes it say.
struct Talk final : Fetch::Host {
  explicit Talk(bool is_known = true, std::uint32_t pieces = kPieces)
      : layout(some_layout(pieces)) {
    config.peer_id.fill('n');
    if (is_known) fetch.begin(layout, PieceSet(pieces));
    link(1);
  }
  ~Talk() = default;
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  // What is heard is another one's from now on.
  PeerNumber link(Byte number) {
    fetch.add_peer(Endpoint::v4({10, 0, 0, number}, 6881), PeerBook::Word::user, now);
    peer = *fetch.next_dial(now);
    fetch.opened(peer, now);
    PeerId id{};
    id.front() = number;
    hear(encode(Handshake{
        .extensions = true, .fast = true, .v2 = false, .info_hash = layout->name, .peer_id = id}));
    return peer;
  }
  void hear(const Bytes& bytes) { fetch.on_bytes(peer, bytes, now); }
  template <typename M>
  void hear_message(const M& message) {
    Bytes bytes;
    append(bytes, message);
    hear(bytes);
  }
  void hear_piece(const BlockRange& block, Byte filled_with = 0) {
    Bytes bytes;
    const auto header = piece_header(block);
    bytes.assign(header.begin(), header.end());
    bytes.resize(bytes.size() + block.length, filled_with);
    hear(bytes);
  }
  void hear_extended(std::uint8_t id, const Bytes& payload) {
    hear_message(Extended{.id = id, .payload = payload});
  }
  void offer_metadata(std::int64_t size) {
    BencodeWriter hello;
    hello.begin_dictionary().key("m").begin_dictionary().key("ut_metadata").integer(3).end();
    hear_extended(0, hello.key("metadata_size").integer(size).end().take());
  }
  void hear_metadata(std::uint32_t piece, std::uint64_t size, ByteView data) {
    hear_extended(1,
                  encode(MetadataMessage{.type = MetadataMessage::Type::data,
                                         .piece = piece,
                                         .total_size = size,
                                         .data = data}));
  }
  void refuse_metadata() {
    hear_extended(
        1,
        encode(MetadataMessage{
            .type = MetadataMessage::Type::reject, .piece = 0, .total_size = 0, .data = {}}));
  }
  void second() {
    now += std::chrono::seconds(1);
    fetch.on_time(now);
  }
  void keep(const BlockRange& /*block*/, ByteView /*bytes*/) override { ++kept; }
  void verify(std::uint32_t /*piece*/) override {}
  void on_metadata(const Bytes& /*info*/) override { ++metadata; }
  void on_layers(const TorrentLayout& /*layout*/) override {}
  [[nodiscard]] bool is_over() const { return fetch.is_over(peer); }
  std::size_t said() { return fetch.take_output(peer).size(); }

  TimePoint now;
  std::shared_ptr<const TorrentLayout> layout;
  FetchConfig config;
  FetchCounters counters;
  Fetch fetch{layout->name, config, counters, *this, Rng::from_seed(3)};
  PeerNumber peer = 0;
  int kept = 0;
  int metadata = 0;
};

}  // namespace

TEST_CASE("a have or bitfield that does not fit the torrent ends the link") {
  Talk talk;
  CHECK_FALSE(talk.is_over());
  SUBCASE("have") {
    talk.hear_message(Have{.piece = kPieces});
  }
  SUBCASE("allowed fast") {
    talk.hear_message(AllowedFast{.piece = kPieces});
  }
  SUBCASE("bitfield too long") {
    talk.hear_message(Bitfield{.bits = Bytes(3)});
  }
  SUBCASE("spare bits set") {
    talk.hear_message(Bitfield{.bits = Bytes(2, Byte{0xFF})});
  }
  CHECK(talk.is_over());
  CHECK(talk.counters.links_broken == 1);
}

TEST_CASE("the same said before the torrent is known ends the link when it is") {
  Talk talk(false);
  talk.hear_message(Bitfield{.bits = Bytes(2, Byte{0xFF})});
  for (std::uint32_t i = 0; i < 100'000; ++i) talk.hear_message(Have{.piece = i});
  CHECK_FALSE(talk.is_over());
  talk.fetch.begin(talk.layout, PieceSet(kPieces));
  CHECK(talk.is_over());
}

TEST_CASE("whole sets of pieces said again and again end the link; a second one does not") {
  Talk talk;
  bool bits = false;
  SUBCASE("bitfields") {
    bits = true;
  }
  SUBCASE("all and then none") {
    bits = false;
  }
  std::uint32_t said = 0;
  for (; said < 1000 && !talk.is_over(); ++said) {
    if (bits) {
      talk.hear_message(Bitfield{.bits = Bytes{static_cast<Byte>(said), 0}});
    } else if (said % 2 == 0) {
      talk.hear_message(HaveAll{});
    } else {
      talk.hear_message(HaveNone{});
    }
  }
  CHECK(said == talk.config.max_offences + 1);
}

TEST_CASE("small messages of a peer that has nothing to be asked for cost no look at every piece") {
  constexpr std::uint32_t kMany = 5000;
  Talk talk(true, kMany);
  SUBCASE("what it has is on its way") {
    talk.hear_message(Have{.piece = 7});
  }
  SUBCASE("it has nothing") {}
  for (int i = 0; i < 1000; ++i) {
    talk.hear_message(Choke{});
    talk.hear_message(Unchoke{});
    talk.hear_message(Have{.piece = 7});
  }
  CHECK_FALSE(talk.is_over());
  CHECK(talk.fetch.plan()->looks() <= 5 * kMany);
}

TEST_CASE("blocks that nobody asked for are dropped, and end the link when they go on") {
  Talk talk;
  for (int i = 0; i < 100 && !talk.is_over(); ++i)
    talk.hear_piece({.piece = 0, .begin = 0, .length = 16384});
  CHECK(talk.is_over());
  CHECK(talk.kept == 0);
  CHECK(talk.counters.blocks_unasked == talk.config.max_offences);
}

TEST_CASE("requests are rejected one by one, and end the link when they go on") {
  Talk talk;
  (void)talk.said();
  std::size_t asked = 0;
  for (; asked < 1000 && !talk.is_over(); ++asked)
    talk.hear_message(Request{.block = {.piece = 0, .begin = 0, .length = 16384}});
  CHECK(asked == talk.config.max_offences);
  CHECK(talk.said() <= asked * 17);
}

TEST_CASE("who rejects every request is left after a while") {
  Talk talk;
  talk.hear_message(HaveAll{});
  talk.hear_message(Unchoke{});
  StreamSplitter splitter;
  bool shaken = false;
  for (int turn = 0; turn < 1000 && !talk.is_over(); ++turn) {
    const Bytes out = talk.fetch.take_output(talk.peer);
    Bytes answer;
    splitter.feed(out);
    for (auto item = splitter.next(); item.kind != StreamSplitter::Kind::more;
         item = splitter.next()) {
      if (!std::exchange(shaken, true)) continue;
      const auto message = decode_message(item.bytes);
      if (const auto* request = message ? std::get_if<Request>(&*message) : nullptr)
        append(answer, Reject{.block = request->block});
    }
    talk.hear(answer);
  }
  CHECK(talk.is_over());
  CHECK(talk.counters.requests_rejected <= 2 * talk.config.most_window + 1);
}

TEST_CASE("a message beyond the limit ends the link before it is read") {
  Talk talk;
  talk.hear({0x7F, 0xFF, 0xFF, 0xFF, 5});
  CHECK(talk.is_over());
}

TEST_CASE("metadata of an absurd size is not asked for, and wrong metadata ends the link") {
  Talk talk(false);
  (void)talk.said();
  SUBCASE("absurd") {
    talk.offer_metadata(std::int64_t{1} << 40U);
    CHECK(talk.said() == 0);
    CHECK_FALSE(talk.is_over());
  }
  SUBCASE("wrong") {
    talk.offer_metadata(5);
    CHECK(talk.said() > 0);
    talk.hear_metadata(0, 5, bytes_of("wrong"));
    CHECK(talk.is_over());
    CHECK(talk.fetch.banned_peers() == 1);
    CHECK(talk.counters.metadata_bad == 1);
  }
  SUBCASE("never comes") {
    talk.offer_metadata(5);
    for (int i = 0; i < 11; ++i) talk.second();
    (void)talk.said();
    talk.second();  // is asked again: it may have been busy
    CHECK(talk.said() > 0);
  }
  CHECK(talk.metadata == 0);
}

TEST_CASE("who offers metadata for ever and never sends it all does not keep it from coming") {
  Talk talk(false);
  const PeerNumber liar = talk.peer;
  constexpr std::uint32_t kClaimed = 200 * 16384;
  const Bytes some(16384);
  talk.offer_metadata(kClaimed);
  const Bytes info = encode_info({.kind = TorrentKind::v1,
                                  .name = "x",
                                  .size_bytes = kPieces * kPiece,
                                  .piece_length = kPiece,
                                  .pieces = Bytes(kPieces * 20),
                                  .root = std::nullopt});
  const PeerNumber honest = talk.link(2);
  talk.offer_metadata(static_cast<std::int64_t>(info.size()));
  (void)talk.said();
  talk.peer = liar;
  SUBCASE("it refuses, and offers at once") {
    talk.refuse_metadata();
    talk.offer_metadata(kClaimed);
  }
  SUBCASE("it is silent, and offers again and again") {
    for (int i = 0; i < 11; ++i) {
      talk.offer_metadata(kClaimed);
      talk.second();
    }
  }
  SUBCASE("it trickles") {
    for (std::uint32_t i = 0; i < 31; ++i) {
      if (i % 5 == 0) talk.hear_metadata(i / 5, kClaimed, some);
      talk.second();
    }
  }
  SUBCASE("it sends the first piece again and again") {
    for (std::uint32_t i = 0; i < 12; ++i) {
      talk.hear_metadata(0, kClaimed, some);
      talk.second();
    }
  }
  SUBCASE("it goes") {
    talk.fetch.closed(liar, talk.now);
  }
  talk.peer = honest;
  CHECK(talk.said() > 0);
  talk.hear_metadata(0, info.size(), info);
  CHECK(talk.metadata == 1);
}

TEST_CASE("who refuses metadata is asked again, more and more rarely") {
  Talk talk(false);
  talk.offer_metadata(5);
  int asked = 0;
  for (int i = 0; i < 100; ++i) {
    if (talk.said() > 0) {
      ++asked;
      talk.refuse_metadata();
    }
    talk.second();
  }
  CHECK(asked >= 5);
  CHECK(asked <= 8);
}

TEST_CASE("a liar does not get banned who brought the rest of a bad piece, and is banned itself") {
  Talk talk(true, 2);
  talk.config.most_window = 1;
  const PeerNumber liar = talk.peer;
  const PeerNumber honest = talk.link(2);
  const auto say = [&](PeerNumber peer, const BlockRange& block, Byte bytes) {
    talk.peer = peer;
    talk.hear_piece(block, bytes);
  };
  for (const std::uint32_t piece : {0U, 1U}) {
    const BlockRange first{.piece = piece, .begin = 0, .length = 16384};
    const BlockRange second{.piece = piece, .begin = 16384, .length = 16384};
    for (const PeerNumber peer : {liar, honest}) {
      talk.peer = peer;
      talk.hear_message(Have{.piece = piece});
      talk.hear_message(Unchoke{});
    }
    say(liar, first, 1);
    say(honest, second, 0);
    talk.fetch.verified(piece, Fetch::Verdict::bad);
    CHECK(talk.fetch.banned_peers() == 0);
    // It is asked for all of it, and does well this time.
    say(liar, first, 0);
    say(liar, second, 0);
    talk.fetch.verified(piece, Fetch::Verdict::ok);
    CHECK(talk.fetch.banned_peers() == piece);  // the first time nobody had looked
  }
  CHECK(talk.fetch.complete());
  CHECK(talk.fetch.is_over(liar));
  CHECK_FALSE(talk.fetch.is_over(honest));
}

TEST_CASE("a piece that must come from one alone does not wait for one that chokes") {
  Talk talk(true, 1);
  talk.config.most_window = 1;
  const PeerNumber first = talk.peer;
  const PeerNumber second = talk.link(2);
  const auto block = [](std::uint32_t number) {
    return BlockRange{.piece = 0, .begin = number * 16384, .length = 16384};
  };
  const auto say = [&](PeerNumber peer, std::uint32_t number) {
    talk.peer = peer;
    talk.hear_piece(block(number));
  };
  for (const PeerNumber peer : {first, second}) {
    talk.peer = peer;
    talk.hear_message(HaveAll{});
    talk.hear_message(Unchoke{});
  }
  say(first, 0);
  say(second, 1);
  talk.fetch.verified(0, Fetch::Verdict::bad);
  say(first, 0);
  REQUIRE(talk.kept == 3);
  talk.peer = first;
  talk.hear_message(Choke{});
  talk.hear_message(Reject{.block = block(1)});
  say(second, 0);
  say(second, 1);
  CHECK(talk.kept == 5);
}

TEST_CASE("before the metadata, a source is who offers it and has not failed at it") {
  Talk talk(false);
  CHECK(talk.fetch.sources() == 0);
  talk.offer_metadata(5);
  CHECK(talk.fetch.sources() == 1);
  talk.refuse_metadata();
  talk.offer_metadata(5);
  CHECK(talk.fetch.sources() == 0);
}

TEST_CASE("whoever has nothing that is lacked is no source") {
  Talk talk(false);
  PieceSet have(kPieces);
  have.add(7);
  talk.fetch.begin(talk.layout, have);
  talk.hear_message(Have{.piece = 7});
  CHECK(talk.fetch.sources() == 0);
  talk.hear_message(Have{.piece = 8});
  CHECK(talk.fetch.sources() == 1);
  talk.hear_message(Unchoke{});
  talk.fetch.verified(8, Fetch::Verdict::ok);
  CHECK(talk.fetch.sources() == 0);
}

TEST_CASE("who unchokes, brings nothing and comes again is a source once") {
  Talk talk;
  const auto promise = [&] {
    talk.hear_message(HaveAll{});
    talk.hear_message(Unchoke{});
  };
  promise();
  CHECK(talk.fetch.sources() == 1);
  for (int i = 0; i < 61; ++i) talk.second();
  REQUIRE(talk.is_over());
  talk.fetch.closed(talk.peer, talk.now);
  for (int i = 0; i < 5; ++i) talk.second();
  talk.link(1);
  promise();
  CHECK(talk.fetch.sources() == 0);
  talk.hear_piece({.piece = 3, .begin = 0, .length = 16384});
  CHECK(talk.fetch.sources() == 1);
}

TEST_CASE("peer exchange fills the book to its limit and no further") {
  Talk talk;
  for (int round = 0; round < 100; ++round) {
    Bytes v4;
    for (int i = 0; i < 100; ++i) {
      const std::array<Byte, 6> at = {
          11, 0, static_cast<Byte>(round), static_cast<Byte>(i), 0x1A, 0xE1};
      v4.insert(v4.end(), at.begin(), at.end());
    }
    BencodeWriter message;
    talk.hear_extended(2, message.begin_dictionary().key("added").bytes(v4).end().take());
  }
  CHECK(talk.fetch.known_peers() == 1 + PeerBook::kMaxStrangers);
  CHECK_FALSE(talk.is_over());
}
