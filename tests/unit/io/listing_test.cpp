#include "node/io/host/listing.h"

#include <doctest/doctest.h>

namespace freshet::io {
namespace {

ContentId id(Byte fill) {
  ContentId id;
  id.bytes.fill(fill);
  return id;
}

wire::BrowsedFile file(std::string name,
                       wire::BrowsePlace place,
                       std::optional<ContentId> id = {}) {
  return {.file = {.content = id, .name = std::move(name), .size_bytes = 9}, .place = place};
}

}  // namespace

TEST_CASE("files are numbered as they come, and come back as they were") {
  Listing listing(NodeKey{});
  CHECK(listing.add(file("a.txt", 3, id(0xAA))) == 1);
  CHECK(listing.add(file("\xFF b", 8)) == 2);
  CHECK(listing.count() == 2);
  const auto second = listing.file(2);
  REQUIRE(second);
  CHECK(second->file.name == "\xFF b");
  CHECK(second->file.size_bytes == 9);
  CHECK(second->place == 8);
  CHECK_FALSE(second->file.content.has_value());
  listing.set_id(2, id(0xBB));
  CHECK(listing.file(2)->file.content == id(0xBB));
  CHECK(listing.file(1)->file.name == "a.txt");
  CHECK_FALSE(listing.file(0));
  CHECK_FALSE(listing.file(3));
}

TEST_CASE("a number comes before the front of an id, and an id may have several files") {
  Listing listing(NodeKey{});
  listing.add(file("a", 0, id(0x22)));
  listing.add(file("b", 1, id(0xAA)));
  listing.add(file("c", 2, id(0xAA)));
  listing.add(file("d", 3));
  CHECK(*listing.resolve("2") == 2);
  CHECK(*listing.resolve("22") == 1);
  CHECK(*listing.resolve("aA") == 2);
  CHECK(*listing.resolve(id(0xAA).hex()) == 2);
  for (const char* nothing : {"", "0", "5", "ab", "x", "a b"})
    CHECK(listing.resolve(nothing).error().code == ErrorCode::invalid);
  CHECK(listing.resolve(std::string(65, 'a')).error().code == ErrorCode::invalid);
  ContentId near = id(0xAA);
  near.bytes[31] = 0;
  listing.add(file("e", 4, near));
  CHECK(listing.resolve("aa").error().message.find("several") != std::string::npos);
}

TEST_CASE(
    "of a long list the first files are remembered, and of others it is said that they are not") {
  Listing listing(NodeKey{});
  for (std::uint32_t i = 0; i < Listing::kMaxFiles + 5; ++i) listing.add(file("f", i));
  CHECK(listing.count() == Listing::kMaxFiles + 5);
  CHECK(listing.file(Listing::kMaxFiles));
  CHECK_FALSE(listing.file(Listing::kMaxFiles + 1));
  const auto beyond = listing.resolve(std::to_string(Listing::kMaxFiles + 1));
  CHECK(beyond.error().message.find("name its id") != std::string::npos);
}

}  // namespace freshet::io
