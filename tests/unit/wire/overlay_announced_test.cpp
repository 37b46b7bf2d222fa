// The field by which queries are announced in other frames.
#include <doctest/doctest.h>

#include "node/wire/overlay/announced.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::wire {
namespace {

std::vector<Announced> some(std::size_t count) {
  std::vector<Announced> queries(count);
  for (std::size_t i = 0; i < count; ++i) {
    queries[i].guid.bytes.fill(static_cast<Byte>(i + 1));
    queries[i].ttl = static_cast<std::uint8_t>(i + 1);
    queries[i].hops = static_cast<std::uint8_t>(2 * i);
  }
  return queries;
}

TEST_CASE("announced: what is written is read") {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{7}, kMaxAnnounced}) {
    Bytes body;
    append_announced(body, some(count));
    CHECK(body.size() <= kMaxAnnouncedField);
    CHECK(body.empty() == (count == 0));
    CHECK(read_announced(body) == some(count));
  }
}

TEST_CASE("announced: a pong carries them beside what it has, and either reader finds its own") {
  Bytes body = encode(Pong{.nodes = {}, .links = 5});
  append_announced(body, some(3));
  CHECK(read_announced(body) == some(3));
  CHECK(decode_pong(body)->links == 5);
  CHECK(read_announced(encode(Pong{.nodes = {}, .links = 5}))->empty());
}

TEST_CASE("announced: too many, half of one and other kinds of fields are malformed") {
  Bytes twice;
  append_announced(twice, some(kMaxAnnounced));
  append_announced(twice, some(1));
  CHECK_FALSE(read_announced(twice));
  Bytes half;
  append_announced(half, some(1));
  half[1] = static_cast<Byte>(kAnnouncedBytes - 1);
  half.pop_back();
  CHECK_FALSE(read_announced(half));
  CHECK_FALSE(read_announced(Bytes{0x18, 0x01}));  // a number
  CHECK_FALSE(read_announced(Bytes{0x1A, 0x05}));  // cut
}

}  // namespace
}  // namespace freshet::wire
