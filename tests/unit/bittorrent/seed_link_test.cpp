#include "node/core/bittorrent/seed_link.h"

#include <string>

#include <doctest/doctest.h>

#include "node/core/bittorrent/upload_slots.h"

using namespace freshet;                    // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::bittorrent;  // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;          // NOLINT(google-build-using-namespace): a test

namespace {

TorrentPtr small_torrent() {
  const TorrentInfo info{.kind = TorrentKind::v1,
                         .name = "x",
                         .size_bytes = 40000,
                         .piece_length = 16384,
                         .pieces = Bytes(60),
                         .root = std::nullopt};
  return core::bittorrent::make_torrent({}, info, encode_info(info));
}

// A client that speaks to a link of the node's.
struct Client {
  explicit Client(SeedConfig the_config = {}) : config(the_config) { config.peer_id.fill('n'); }
  void greet(bool fast = true, bool extensions = true) {
    PeerId id{};
    id.fill('c');
    say(encode(Handshake{.extensions = extensions,
                         .fast = fast,
                         .v2 = false,
                         .info_hash = *torrent->names.v1,
                         .peer_id = id}));
    heard();
  }
  void say(const Bytes& bytes) { link.on_bytes(bytes, now); }
  template <typename M>
  void send(const M& message) {
    Bytes bytes;
    append(bytes, message);
    say(bytes);
  }
  /// The types of the messages that came, -1 for the handshake.
  std::vector<int> heard() {
    std::vector<int> types;
    last = link.take_output();
    splitter.feed(last);
    for (auto item = splitter.next(); item.kind != StreamSplitter::Kind::more;
         item = splitter.next()) {
      REQUIRE(item.kind != StreamSplitter::Kind::broken);
      if (item.kind == StreamSplitter::Kind::handshake) types.push_back(-1);
      if (item.kind == StreamSplitter::Kind::piece) types.push_back(7);
      if (item.kind == StreamSplitter::Kind::message)
        types.push_back(item.bytes.empty() ? -2 : item.bytes.front());
    }
    return types;
  }
  void open_slot() {
    send(Interested{});
    link.set_choked(false);
    CHECK(heard() == std::vector<int>{1});
  }

  TimePoint now;
  TorrentPtr torrent = small_torrent();
  SeedConfig config;
  Counters counters;
  SeedLink link{
      config,
      counters,
      [this](const InfoHash& name) { return name == *torrent->names.v1 ? torrent : nullptr; },
      now};
  StreamSplitter splitter;
  Bytes last;
};

using Types = std::vector<int>;

}  // namespace

TEST_CASE("a client hears what is here, and gets the blocks that it asks for") {
  Client client;
  PeerId id{};
  id.fill('c');
  client.say(encode(Handshake{.extensions = true,
                              .fast = true,
                              .v2 = false,
                              .info_hash = *client.torrent->names.v1,
                              .peer_id = id}));
  CHECK(client.heard() == Types{-1, 14, 20});  // have all, extension handshake
  const BlockRange block{.piece = 2, .begin = 0, .length = 7232};
  client.send(Request{.block = block});
  CHECK(client.heard() == Types{16});  // choked: rejected
  client.open_slot();
  client.send(Request{.block = block});
  CHECK(client.link.next_read(0) == block);
  CHECK_FALSE(client.link.next_read(0));
  const Bytes bytes(7232, Byte{5});
  client.link.on_block(block, ByteView(bytes));
  CHECK(client.heard() == Types{7});
  CHECK(client.counters.blocks_sent == 1);
}

TEST_CASE("without the fast extension the pieces are a bitfield, and nothing is rejected aloud") {
  Client client;
  PeerId id{};
  client.say(encode(Handshake{.extensions = false,
                              .fast = false,
                              .v2 = false,
                              .info_hash = *client.torrent->names.v1,
                              .peer_id = id}));
  CHECK(client.heard() == Types{-1, 5});
  client.send(Request{.block = {.piece = 0, .begin = 0, .length = 16384}});
  CHECK(client.heard().empty());
  CHECK(client.counters.requests_rejected == 1);
}

TEST_CASE("another torrent's client, this node itself and what is no BitTorrent are closed") {
  Client stranger;
  stranger.say(encode(
      Handshake{.extensions = true, .fast = true, .v2 = false, .info_hash = {}, .peer_id = {}}));
  CHECK(stranger.link.over());
  CHECK(stranger.link.unknown() == InfoHash{});
  CHECK(stranger.heard().empty());
  Client self;
  self.say(encode(Handshake{.extensions = true,
                            .fast = true,
                            .v2 = false,
                            .info_hash = *self.torrent->names.v1,
                            .peer_id = self.config.peer_id}));
  CHECK(self.link.over());
  Client noise;
  noise.say(Bytes(100, Byte{0x41}));
  CHECK(noise.link.over());
  CHECK(noise.counters.links_broken == 1);
}

TEST_CASE("requests beyond the content, or without end, are rejected and end the link") {
  Client client;
  client.greet();
  client.open_slot();
  for (const BlockRange& bad : {BlockRange{.piece = 3, .begin = 0, .length = 1},
                                BlockRange{.piece = 2, .begin = 0, .length = 7233},
                                BlockRange{.piece = 0, .begin = 16384, .length = 1},
                                BlockRange{.piece = 0, .begin = 0xFFFFFFFF, .length = 16384},
                                BlockRange{.piece = 0, .begin = 0, .length = 0}}) {
    client.send(Request{.block = bad});
    CHECK(client.heard() == Types{16});
  }
  CHECK_FALSE(client.link.over());
  for (std::uint32_t i = 0; i < client.config.max_requests + client.config.max_offences; ++i)
    client.send(Request{.block = {.piece = 0, .begin = 0, .length = 16384}});
  CHECK(client.link.over());
  CHECK(client.counters.links_broken == 1);
}

TEST_CASE("no more is read than the peer takes, and a cancelled request is rejected") {
  Client client;
  client.greet();
  client.open_slot();
  for (std::uint32_t i = 0; i < 100; ++i)
    client.send(Request{.block = {.piece = 0, .begin = 0, .length = 16384}});
  client.send(Cancel{.block = {.piece = 0, .begin = 0, .length = 16384}});
  CHECK(client.heard() == Types{16});
  std::size_t reads = 0;
  while (client.link.next_read(0)) ++reads;
  CHECK(reads == client.config.max_unsent_bytes / 16384);
  CHECK_FALSE(client.link.next_read(client.config.max_unsent_bytes));
}

TEST_CASE("metadata is answered in pieces, each a few times at most") {
  Client client;
  client.greet();
  client.send(Extended{.id = 0, .payload = bytes_of("d1:md11:ut_metadatai7eee")});
  const Bytes ask = encode(MetadataMessage{});
  for (int i = 0; i < 3; ++i) client.send(Extended{.id = 1, .payload = ask});
  CHECK(client.heard() == Types{20, 20, 20});
  CHECK(client.counters.metadata_sent == 3);
  client.send(Extended{.id = 1, .payload = ask});
  CHECK(client.heard() == Types{20});  // a reject
  CHECK(client.counters.metadata_sent == 3);
}

TEST_CASE("hashes are read part by part where the torrent's pieces are small, for so many bytes") {
  Client client;
  constexpr std::uint64_t kSize = std::uint64_t{160} << 20U;  // the node's pieces: 64 KiB
  const Shape theirs = Shape::of(kSize, 32768);
  ContentId root;
  root.bytes.fill(7);
  const TorrentInfo info{.kind = TorrentKind::hybrid,
                         .name = "x",
                         .size_bytes = kSize,
                         .piece_length = 32768,
                         .pieces = Bytes(std::size_t{theirs.piece_count} * 20),
                         .root = root};
  client.torrent = core::bittorrent::make_torrent(root, info, encode_info(info));
  client.greet();
  const auto requests = piece_layer_requests(root, theirs);
  const auto ask_all = [&] {
    Types heard;
    for (const HashRequest& request : requests) {
      client.send(request);
      while (const auto part = client.link.next_hash_request()) {
        REQUIRE(is_answerable(*part, Shape::of(kSize)));
        CHECK_FALSE(client.link.next_hash_request());  // one after the other
        client.link.on_hashes(*part, std::vector<Sha256>(part->length + uncle_count(*part)));
      }
      const auto types = client.heard();
      heard.insert(heard.end(), types.begin(), types.end());
    }
    return heard;
  };
  for (std::uint32_t round = 0; round < client.config.max_hash_rounds; ++round)
    CHECK(ask_all() == Types(requests.size(), 22));
  CHECK(ask_all() == Types(requests.size(), 23));  // rejected
  CHECK_FALSE(client.link.over());
}

TEST_CASE("a second bitfield is taken, one of a wrong length is not, and who has all is left") {
  Client client;
  client.greet();
  const Bytes some = {0x80};
  const Bytes all = {0xE0};
  client.send(Bitfield{.bits = some});
  client.send(Bitfield{.bits = some});
  CHECK_FALSE(client.link.over());
  client.send(Bitfield{.bits = all});
  CHECK(client.link.over());
  CHECK(client.counters.links_broken == 0);
  Client other;
  other.greet();
  const Bytes wrong = {0xE0, 0};
  other.send(Bitfield{.bits = wrong});
  CHECK(other.counters.links_broken == 1);
}

TEST_CASE("silence ends a link, and this side's own is broken in time") {
  Client mute;
  mute.link.on_time(mute.now + mute.config.handshake_time);
  CHECK(mute.link.over());
  Client client;
  client.greet();
  client.link.on_time(client.now + client.config.keep_alive);
  CHECK(client.heard() == Types{-2});
  client.link.on_time(client.now + client.config.silence);
  CHECK(client.link.over());
  CHECK(client.counters.links_silent == 1);
}

TEST_CASE("slots go to who came first, and in turn when more want") {
  UploadSlots slots({.slots = 2, .least_time = std::chrono::seconds(20)});
  TimePoint now;
  CHECK(slots.want(1, now).served == std::vector<UploadSlots::Id>{1});
  CHECK(slots.want(2, now).served == std::vector<UploadSlots::Id>{2});
  CHECK(slots.want(3, now).served.empty());
  CHECK(slots.want(3, now).served.empty());
  CHECK(slots.rotate(now).waiting.empty());
  now += std::chrono::seconds(20);
  const auto turn = slots.rotate(now);
  CHECK(turn.waiting == std::vector<UploadSlots::Id>{1});
  CHECK(turn.served == std::vector<UploadSlots::Id>{3});
  CHECK(slots.leave(2, now).served == std::vector<UploadSlots::Id>{1});
}
