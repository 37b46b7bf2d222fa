// A byte stream cut into frames, wherever reads cut it.
#include "node/core/overlay/frame_reader.h"

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::FrameReader;

Bytes three_frames() {
  Bytes stream;
  for (std::uint8_t number = 1; number <= 3; ++number) {
    const Bytes frame =
        Rig::encode({.guid = guid(number), .type = wire::FrameType::query, .ttl = 4},
                    Bytes(std::size_t{10} * (number - 1), number));
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  return stream;
}

std::vector<std::uint8_t> read(Bytes& kept, ByteView fed) {
  std::vector<std::uint8_t> numbers;
  FrameReader reader(kept, fed);
  while (const auto frame = reader.next()) {
    CHECK(frame->body.size() == frame->header.body_bytes);
    for (const Byte byte : frame->body) CHECK(byte == frame->header.guid.bytes[0]);
    numbers.push_back(frame->header.guid.bytes[0]);
  }
  return numbers;
}

TEST_CASE("frames come out whole, in order, wherever one read ends") {
  const Bytes stream = three_frames();
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    Bytes kept;
    auto numbers = read(kept, ByteView(stream).first(cut));
    const auto rest = read(kept, ByteView(stream).subspan(cut));
    numbers.insert(numbers.end(), rest.begin(), rest.end());
    CHECK(numbers == std::vector<std::uint8_t>{1, 2, 3});
    CHECK(kept.empty());
  }
}

TEST_CASE("frames come out whole when every byte comes alone") {
  Bytes kept;
  std::vector<std::uint8_t> numbers;
  for (const Byte byte : three_frames()) {
    const auto more = read(kept, ByteView(&byte, 1));
    numbers.insert(numbers.end(), more.begin(), more.end());
  }
  CHECK(numbers == std::vector<std::uint8_t>{1, 2, 3});
}

TEST_CASE("a length beyond the limit is not waited for") {
  Bytes header(wire::kFrameHeaderBytes);
  wire::encode_header({.guid = guid(1), .body_bytes = wire::kMaxBodyBytes + 1}, header.data());
  for (const std::size_t cut : {std::size_t{0}, std::size_t{5}, header.size()}) {
    Bytes kept;
    FrameReader first(kept, ByteView(header).first(cut));
    CHECK(first.next() == nullptr);
    FrameReader second(kept, ByteView(header).subspan(cut));
    CHECK(second.next() == nullptr);
    CHECK((first.oversized() || second.oversized()));
  }
}

TEST_CASE("a node takes a query whose bytes come in two reads, whatever the cut") {
  const Bytes frame = Rig::encode({.guid = guid(1), .type = wire::FrameType::query, .ttl = 4},
                                  wire::encode(words("boat")));
  for (std::size_t cut = 1; cut < frame.size(); ++cut) {
    CAPTURE(cut);
    Rig rig;
    const LinkId from = rig.link_to(1);
    const LinkId to = rig.link_to(2);
    rig.receive_bytes(from, ByteView(frame).first(cut));
    CHECK(rig.sent.empty());
    rig.receive_bytes(from, ByteView(frame).subspan(cut));
    CHECK(rig.sent_on(to).size() == 1);
    CHECK(rig.node.overlay().links().find(from)->extra == nullptr);
  }
}

}  // namespace
}  // namespace freshet::core::testing
