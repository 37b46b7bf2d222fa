#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/frame.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

HitRecord record_of(std::vector<HitFile> files) {
  HitRecord record;
  record.node.bytes.fill(5);
  record.name = "desk";
  record.files = std::move(files);
  return record;
}

std::optional<QueryHit> through_wire(const HitRecord& record, ByteView signature = {}) {
  return decode_query_hit(encode_query_hit(encode_record(record), signature));
}

std::optional<QueryHit> with_name(std::string name) {
  return through_wire(record_of({{std::nullopt, std::move(name), 1}}));
}

}  // namespace

TEST_CASE("a hit comes back with its record, its files and its signature") {
  ContentId id;
  id.bytes.fill(0xAA);
  HitRecord record =
      record_of({{id, "blue boat.pdf", 1ULL << 40U}, {std::nullopt, "\xFF\xFE.bin", 0}});
  record.addresses = {Endpoint::v4({192, 0, 2, 1}, 7346),
                      Endpoint::parse("[2001:db8::2]:7346").value()};
  record.bittorrent = true;
  const auto hit = through_wire(record, Bytes(64, 1));
  REQUIRE(hit);
  CHECK(hit->record.node == record.node);
  CHECK(hit->record.bittorrent);
  CHECK(hit->record.name == "desk");
  CHECK(hit->record.addresses == record.addresses);
  REQUIRE(hit->record.files.size() == 2);
  CHECK(hit->record.files[0].content == id);
  CHECK(hit->record.files[0].name == "blue boat.pdf");
  CHECK(hit->record.files[0].size_bytes == 1ULL << 40U);
  CHECK_FALSE(hit->record.files[1].content.has_value());
  CHECK(hit->record.files[1].name == "\xFF\xFE.bin");
  CHECK(hit->signature == Bytes(64, 1));
}

TEST_CASE("file names that lead out of a folder, or are none, are refused") {
  CHECK(with_name("a"));
  CHECK(with_name("..."));
  CHECK(with_name(".hidden"));
  CHECK_FALSE(with_name(""));
  CHECK_FALSE(with_name("."));
  CHECK_FALSE(with_name(".."));
  CHECK_FALSE(with_name("a/b"));
  CHECK_FALSE(with_name("/"));
  CHECK_FALSE(with_name(std::string("a\0b", 3)));
}

TEST_CASE("a file name is taken up to its limit and not beyond") {
  CHECK(with_name(std::string(kMaxFileNameBytes, 'f')));
  CHECK_FALSE(with_name(std::string(kMaxFileNameBytes + 1, 'f')));
}

TEST_CASE("a hit takes as many files and addresses as the limits say, and fits into a frame") {
  HitRecord record = record_of({});
  record.files.assign(kMaxHitFiles, {ContentId{}, std::string(kMaxFileNameBytes, 'f'), ~0ULL});
  record.addresses.assign(kMaxHitAddresses, Endpoint::parse("[2001:db8::2]:7346").value());
  CHECK(encode_query_hit(encode_record(record), Bytes(64)).size() <= kMaxBodyBytes);
  CHECK(through_wire(record));
  HitRecord more_files = record;
  more_files.files.push_back(record.files.front());
  CHECK_FALSE(through_wire(more_files));
  HitRecord more_addresses = record;
  more_addresses.addresses.push_back(record.addresses.front());
  CHECK_FALSE(through_wire(more_addresses));
}

TEST_CASE("a hit's signature is absent or 64 bytes") {
  const HitRecord record = record_of({});
  CHECK(through_wire(record, {}));
  CHECK(through_wire(record, Bytes(64)));
  CHECK_FALSE(through_wire(record, Bytes(63)));
  CHECK_FALSE(through_wire(record, Bytes(65)));
}

TEST_CASE("a hit without a node's key, or with one of a wrong length, is malformed") {
  CHECK_FALSE(decode_query_hit({}));
  CHECK_FALSE(decode_query_hit(
      RawMessage().message(1, RawMessage().text(1, std::string(31, 'k')).bytes()).bytes()));
  CHECK(decode_query_hit(
      RawMessage().message(1, RawMessage().text(1, std::string(32, 'k')).bytes()).bytes()));
}

TEST_CASE("a hit does not say link-local addresses") {
  HitRecord record = record_of({});
  record.addresses = {Endpoint::parse("[fe80::1%2]:7346").value(), Endpoint::v4({192, 0, 2, 1}, 1)};
  const auto hit = through_wire(record);
  REQUIRE(hit);
  CHECK(hit->record.addresses == std::vector{Endpoint::v4({192, 0, 2, 1}, 1)});
}

TEST_CASE("a node's name in a hit is short UTF-8") {
  HitRecord record = record_of({});
  record.name = std::string(kMaxNodeNameBytes, 'n');
  CHECK(through_wire(record));
  record.name += 'n';
  CHECK_FALSE(through_wire(record));
  record.name = "\x80";
  CHECK_FALSE(through_wire(record));
}

TEST_CASE("messages nested deeper than any schema of ours do not break the decoder") {
  Bytes nested = RawMessage().varint(1, 1).bytes();
  for (int depth = 0; depth < 5'000; ++depth) nested = RawMessage().message(1, nested).bytes();
  CHECK_FALSE(decode_query_hit(nested));
  CHECK_FALSE(decode_pong(nested));
}

TEST_CASE("groups nested in a record, which proto3 does not write, are malformed") {
  const Bytes groups(30'000, 0x0B);  // field 1, start of a group
  CHECK_FALSE(decode_query_hit(groups));
  CHECK_FALSE(decode_query_hit(RawMessage().message(1, groups).bytes()));
}

}  // namespace freshet::wire
