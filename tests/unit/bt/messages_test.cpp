#include "node/wire/bt/messages.h"

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/wire/bt/piece_set.h"
#include "node/wire/bt/stream_splitter.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

constexpr BlockRange kBlock{.piece = 7, .begin = 0x4000, .length = 0x4000};

template <typename M>
M round_trip(const M& message) {
  Bytes bytes;
  append(bytes, message);
  CHECK(load_be<std::uint32_t>(bytes.data()) == bytes.size() - kLengthPrefixBytes);
  const auto decoded = decode_message(ByteView(bytes).subspan(kLengthPrefixBytes));
  REQUIRE(decoded);
  REQUIRE(std::holds_alternative<M>(*decoded));
  return std::get<M>(*decoded);
}

Handshake handshake() {
  Handshake value{.extensions = true, .fast = true, .v2 = true, .info_hash = {}, .peer_id = {}};
  value.info_hash.bytes[0] = 9;
  value.peer_id[19] = 8;
  return value;
}

Bytes piece_message(const BlockRange& block) {
  const auto header = piece_header(block);
  Bytes bytes(header.begin(), header.end());
  for (std::uint32_t i = 0; i < block.length; ++i) bytes.push_back(static_cast<Byte>(i));
  return bytes;
}

}  // namespace

TEST_CASE("a handshake comes back as it was") {
  const Bytes bytes = encode(handshake());
  CHECK(bytes.size() == kHandshakeBytes);
  CHECK(decode_handshake(bytes) == handshake());
  CHECK_FALSE(decode_handshake(ByteView(bytes).first(67)));
  Bytes wrong = bytes;
  wrong[3] = 'x';
  CHECK_FALSE(decode_handshake(wrong));
}

TEST_CASE("every message comes back as it was") {
  CHECK(round_trip(Request{kBlock}).block == kBlock);
  CHECK(round_trip(Cancel{kBlock}).block == kBlock);
  CHECK(round_trip(Reject{kBlock}).block == kBlock);
  CHECK(round_trip(Have{3}).piece == 3);
  CHECK(round_trip(Suggest{4}).piece == 4);
  CHECK(round_trip(AllowedFast{5}).piece == 5);
  round_trip(Choke{});
  round_trip(Unchoke{});
  round_trip(Interested{});
  round_trip(NotInterested{});
  round_trip(HaveAll{});
  round_trip(HaveNone{});
  const HashRequest request{
      .root = {}, .base_layer = 1, .index = 512, .length = 2, .proof_layers = 3};
  CHECK(round_trip(request) == request);
  CHECK(round_trip(HashReject{request}).request == request);
  Hashes hashes{.request = request, .hashes = {5, Sha256{}}};
  hashes.hashes[4].bytes[1] = 1;
  const Hashes back = round_trip(hashes);
  CHECK(back.request == request);
  CHECK(back.hashes == hashes.hashes);
  Bytes bytes;
  append(bytes, Extended{.id = 2, .payload = bytes_of("abc")});
  const auto decoded = decode_message(ByteView(bytes).subspan(4));
  REQUIRE(decoded);
  CHECK(text_of(std::get<Extended>(*decoded).payload) == "abc");
}

TEST_CASE("messages of a wrong length are refused") {
  for (const unsigned type : {0U, 1U, 2U, 3U, 4U, 6U, 8U, 13U, 14U, 15U, 16U, 17U, 21U, 22U, 23U}) {
    Bytes message(1 + 5, 0);
    message[0] = static_cast<Byte>(type);
    CHECK_FALSE(decode_message(message));
  }
  CHECK_FALSE(decode_message(Bytes{20}));
  CHECK_FALSE(decode_message(Bytes{7, 0, 0, 0, 0, 0, 0, 0, 0, 1}));
  CHECK_FALSE(decode_message(Bytes(1 + 48 + 31, 22)));
}

TEST_CASE("an unknown type is reported, not refused") {
  const auto message = decode_message(Bytes{99, 1, 2});
  REQUIRE(message);
  CHECK(std::get<Unknown>(*message).type == 99);
}

TEST_CASE("the splitter finds the same items wherever the stream is cut") {
  Bytes stream = encode(handshake());
  append(stream, Interested{});
  append(stream, KeepAlive{});
  const Bytes piece = piece_message(kBlock);
  stream.insert(stream.end(), piece.begin(), piece.end());
  append(stream, Have{1});
  Rng rng = Rng::from_seed(5);
  for (int round = 0; round < 200; ++round) {
    StreamSplitter splitter;
    std::vector<StreamSplitter::Kind> kinds;
    Bytes payload;
    BlockRange block;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t limit = round % 2 == 0 ? 90 : 20000;
      const std::size_t size = std::min<std::size_t>(1 + rng.below(limit), stream.size() - at);
      const Bytes chunk(stream.begin() + static_cast<std::ptrdiff_t>(at),
                        stream.begin() + static_cast<std::ptrdiff_t>(at + size));
      at += size;
      splitter.feed(chunk);
      for (auto item = splitter.next(); item.kind != StreamSplitter::Kind::more;
           item = splitter.next()) {
        REQUIRE(item.kind != StreamSplitter::Kind::broken);
        kinds.push_back(item.kind);
        if (item.kind == StreamSplitter::Kind::piece) {
          payload.assign(item.bytes.begin(), item.bytes.end());
          block = item.block;
        }
      }
    }
    using enum StreamSplitter::Kind;
    CHECK(kinds == std::vector{handshake, message, message, StreamSplitter::Kind::piece, message});
    CHECK(block == kBlock);
    REQUIRE(payload.size() == kBlock.length);
    CHECK(payload[1000] == static_cast<Byte>(1000));
  }
}

TEST_CASE("a stream that is not BitTorrent breaks at its first wrong byte") {
  StreamSplitter splitter;
  const Bytes bytes{19, 'B', 'i', 'x'};
  splitter.feed(bytes);
  CHECK(splitter.next().kind == StreamSplitter::Kind::broken);
  splitter.feed(bytes);
  CHECK(splitter.next().kind == StreamSplitter::Kind::broken);
}

TEST_CASE("a length beyond the limit breaks the stream before anything is held") {
  for (const Bytes& tail : {Bytes{0x00, 0x01, 0x00, 0x01},  // 64 KiB + 1
                            Bytes{0xFF, 0xFF, 0xFF, 0xFF},
                            Bytes{0x00, 0x00, 0x40, 0x0A, 7},     // a piece of 16,385 bytes
                            Bytes{0x00, 0x00, 0x00, 0x09, 7}}) {  // a piece of none
    Bytes stream = encode(handshake());
    stream.insert(stream.end(), tail.begin(), tail.end());
    StreamSplitter splitter;
    splitter.feed(stream);
    CHECK(splitter.next().kind == StreamSplitter::Kind::handshake);
    CHECK(splitter.next().kind == StreamSplitter::Kind::broken);
  }
}

TEST_CASE("a piece set is BEP 3's bitfield") {
  PieceSet set(10);
  CHECK(set.add(0));
  CHECK(set.add(9));
  CHECK_FALSE(set.add(9));
  CHECK(set.count() == 2);
  CHECK(Bytes(set.bitfield().begin(), set.bitfield().end()) == Bytes{0x80, 0x40});
  CHECK(PieceSet::from_bitfield(set.bitfield(), 10) == set);
  CHECK_FALSE(PieceSet::from_bitfield(set.bitfield(), 9));   // a spare bit is set
  CHECK_FALSE(PieceSet::from_bitfield(set.bitfield(), 17));  // a byte is missing
  CHECK(PieceSet::full(10).all());
  CHECK(PieceSet::from_bitfield(PieceSet::full(10).bitfield(), 10) == PieceSet::full(10));
  CHECK(set.remove(0));
  CHECK(set.count() == 1);
}
