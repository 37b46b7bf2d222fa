// Route tables on the wire: what they carry comes back, and nothing beyond their limits does.
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/route_table.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

using Places = std::vector<std::uint32_t>;

/// So many ascending places below 2^bits, drawn.
Places some_places(Rng& rng, std::size_t count, std::uint8_t bits) {
  Places places;
  const std::uint64_t end = std::uint64_t{1} << bits;
  std::uint64_t next = 0;
  for (std::size_t left = count; left > 0; --left) {
    const std::uint64_t spread = (end - next) / left;  // at least one, as count <= 2^bits
    next += rng.below(spread);
    places.push_back(static_cast<std::uint32_t>(next++));
  }
  return places;
}

RouteTable table_of(TableKind kind) {
  RouteTable table;
  table.kind = kind;
  table.sequence = 77;
  table.bits = 12;
  table.added = {0, 5, 4095};
  table.removed = {1, 6};
  table.more = true;
  return table;
}

constexpr std::uint32_t kKind = 1;

}  // namespace

TEST_CASE("places come back as they were written, at every number of bits") {
  constexpr std::uint64_t kSeed = 5;
  CAPTURE(kSeed);
  Rng rng = Rng::from_seed(kSeed);
  for (std::uint8_t bits = 1; bits <= 32; ++bits) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
      if (count > (std::uint64_t{1} << bits)) continue;
      const Places places = some_places(rng, count, bits);
      const auto decoded = decode_places(encode_places(places), bits);
      REQUIRE(decoded);
      CHECK(*decoded == places);
    }
  }
}

TEST_CASE("no places are no bytes") {
  CHECK(encode_places({}).empty());
  CHECK(decode_places({}, 8) == Places{});
}

TEST_CASE("the first and the last place of 32 bits come back") {
  for (const Places& places :
       {Places{0}, Places{0xFFFFFFFF}, Places{0, 0xFFFFFFFF}, Places{0xFFFFFFFE, 0xFFFFFFFF}}) {
    CHECK(decode_places(encode_places(places), 32) == places);
  }
}

TEST_CASE("as many places as a list may have come back, lying close or far") {
  Rng rng = Rng::from_seed(6);
  Places close(kMaxTablePlaces);
  for (std::uint32_t i = 0; i < kMaxTablePlaces; ++i) close[i] = i;
  CHECK(decode_places(encode_places(close), 14) == close);
  const Places far = some_places(rng, kMaxTablePlaces, 32);
  CHECK(decode_places(encode_places(far), 32) == far);
}

TEST_CASE("a place costs about 1.5 bits more than the logarithm of the mean gap") {
  constexpr int kPlaces = 2000;
  Rng rng = Rng::from_seed(7);
  for (const unsigned log_gap : {3U, 7U, 12U}) {
    Places places;
    std::uint32_t next = 0;
    for (int i = 0; i < kPlaces; ++i) {
      while (rng.below(std::uint64_t{1} << log_gap) != 0) ++next;
      places.push_back(next++);
    }
    const double bits = 8.0 * static_cast<double>(encode_places(places).size()) / kPlaces;
    CHECK(bits < log_gap + 2.0);
    CHECK(bits > log_gap);
  }
}

TEST_CASE("a place that does not fit into the bits is malformed") {
  const Bytes coded = encode_places(Places{3, 256});
  CHECK(decode_places(coded, 9));
  CHECK_FALSE(decode_places(coded, 8));
}

TEST_CASE("a list that was cut is malformed") {
  const Bytes coded = encode_places(Places{3, 70, 256, 1000, 1001, 5000});
  for (std::size_t length = 1; length < coded.size(); ++length)
    CHECK_FALSE(decode_places(ByteView(coded).first(length), 16));
}

TEST_CASE("a list of more places than the limit, or than it has bits, is malformed") {
  Bytes coded = {0, 0x80, 0x80, 0x01};  // 16384 places of one bit each
  coded.resize(4 + kMaxTablePlaces / 8);
  CHECK(decode_places(coded, 15));
  CHECK_FALSE(decode_places(coded, 13));
  coded[1] = 0x81;  // one more
  coded.push_back(0);
  CHECK_FALSE(decode_places(coded, 15));
  CHECK_FALSE(decode_places(Bytes{0, 9, 0}, 15));
  CHECK_FALSE(decode_places(Bytes{0, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F}, 15));
}

TEST_CASE("a Rice parameter beyond 31, or gaps that leave all bounds, are malformed") {
  CHECK(decode_places(Bytes{31, 1, 0, 0, 0, 0}, 32) == Places{0});
  CHECK_FALSE(decode_places(Bytes{32, 1, 0, 0, 0, 0, 0}, 32));
  CHECK_FALSE(decode_places(Bytes{31, 1, 0x07, 0, 0, 0, 0}, 32));
  CHECK_FALSE(decode_places(Bytes(2000, 0xFF), 32));
}

TEST_CASE("a table and a patch come back as they were written") {
  for (const TableKind kind : {TableKind::whole, TableKind::patch}) {
    const RouteTable table = table_of(kind);
    const auto decoded = decode_route_table(encode(table));
    REQUIRE(decoded);
    CHECK(decoded->kind == kind);
    CHECK(decoded->sequence == 77);
    CHECK(decoded->bits == 12);
    CHECK(decoded->added == table.added);
    CHECK(decoded->removed == table.removed);
    CHECK(decoded->more);
  }
}

TEST_CASE("a wish and `everything` carry no places") {
  for (const TableKind kind : {TableKind::want, TableKind::everything}) {
    const auto decoded = decode_route_table(encode(table_of(kind)));
    REQUIRE(decoded);
    CHECK(decoded->kind == kind);
    CHECK(decoded->sequence == 77);
    CHECK(decoded->added.empty());
    CHECK(decoded->removed.empty());
    CHECK_FALSE(decoded->more);
  }
}

TEST_CASE("an empty body is a wish") {
  const auto decoded = decode_route_table({});
  REQUIRE(decoded);
  CHECK(decoded->kind == TableKind::want);
  CHECK(encode(RouteTable{}).empty());
}

TEST_CASE("a table of a kind that is not known is malformed") {
  CHECK(decode_route_table(RawMessage().varint(kKind, 3).bytes()));
  CHECK_FALSE(decode_route_table(RawMessage().varint(kKind, 4).bytes()));
}

TEST_CASE("a table of no bits or more than 32 is malformed") {
  RouteTable table = table_of(TableKind::whole);
  table.added.clear();
  table.removed.clear();
  for (const std::uint8_t bits : {std::uint8_t{1}, std::uint8_t{32}}) {
    table.bits = bits;
    CHECK(decode_route_table(encode(table)));
  }
  for (const std::uint8_t bits : {std::uint8_t{0}, std::uint8_t{33}, std::uint8_t{255}}) {
    table.bits = bits;
    CHECK_FALSE(decode_route_table(encode(table)));
  }
}

TEST_CASE("a table with a place beyond its bits is malformed, in either list") {
  RouteTable table = table_of(TableKind::patch);
  table.added.back() = 4096;
  CHECK_FALSE(decode_route_table(encode(table)));
  table = table_of(TableKind::patch);
  table.removed.back() = 4096;
  CHECK_FALSE(decode_route_table(encode(table)));
}

TEST_CASE("a full table fits into a frame") {
  Rng rng = Rng::from_seed(8);
  RouteTable table = table_of(TableKind::patch);
  table.bits = 25;
  table.added = some_places(rng, kMaxTablePlaces, 25);
  table.removed = some_places(rng, kMaxTablePlaces, 25);
  CHECK(encode(table).size() <= kMaxBodyBytes);
  table.kind = TableKind::whole;
  table.bits = 32;
  table.added = some_places(rng, kMaxTablePlaces, 32);
  table.removed.clear();
  CHECK(encode(table).size() <= kMaxBodyBytes);
}

TEST_CASE("a body that is no message is no table and no walker") {
  CHECK_FALSE(decode_route_table(Bytes{0x08}));
  CHECK_FALSE(decode_walker(Bytes{0x08}));
  RawMessage many;
  for (int i = 0; i < 1000; ++i) many.varint(99, 1);
  CHECK_FALSE(decode_route_table(many.bytes()));
  CHECK_FALSE(decode_walker(many.bytes()));
}

TEST_CASE("a walker's number comes back") {
  for (const std::uint32_t walker : {0U, 1U, 15U, 300U, 0xFFFFFFFFU})
    CHECK(decode_walker(encode_walker(walker)) == walker);
}

}  // namespace freshet::wire
