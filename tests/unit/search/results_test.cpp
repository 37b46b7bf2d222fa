// One search's results: grouping, numbers, merges, limits.
#include "node/core/search/results.h"

#include <string>

#include <doctest/doctest.h>

namespace freshet::core::search {
namespace {

using Numbers = std::vector<ResultNumber>;

NodeKey node(Byte n) {
  NodeKey key;
  key.bytes.fill(n);
  return key;
}
ContentId content(Byte first, Byte rest = 0) {
  ContentId id;
  id.bytes.fill(rest);
  id.bytes[0] = first;
  return id;
}
wire::HitFile file(std::optional<ContentId> id, std::string name, std::uint64_t size = 10) {
  return {.content = id, .name = std::move(name), .size_bytes = size};
}
wire::HitRecord record(Byte n, std::vector<wire::HitFile> files) {
  return {.node = node(n),
          .name = "node" + std::to_string(n),
          .addresses = {},
          .files = std::move(files)};
}

}  // namespace

TEST_CASE(
    "the same content from several nodes is one result with many sources and the fewest hops") {
  ResultSet set;
  CHECK(set.add(record(1, {file(content(7), "a.txt"), file(content(8), "b.txt")}), 3)
        == Numbers{1, 2});
  CHECK(set.add(record(2, {file(content(7), "other name.txt")}), 2) == Numbers{1});
  CHECK(set.size() == 2);
  CHECK(set.answered() == 2);
  const SearchResult* one = set.by_number(1);
  REQUIRE(one != nullptr);
  CHECK(one->name == "a.txt");
  CHECK(one->hops == 2);
  CHECK(one->sources.size() == 2);
  CHECK(one->sources[1].node == node(2));
  CHECK(one->sources[1].file_name == "other name.txt");
  CHECK(set.by_id(content(8))->number == 2);
  CHECK(set.by_number(0) == nullptr);
  CHECK(set.by_number(3) == nullptr);
}

TEST_CASE("a content's other names are told once each, and stay when results become one") {
  ResultSet set;
  set.add(record(1, {file(content(7), "a.txt"), file(content(7), "b.txt")}), 1);
  CHECK(set.by_number(1)->other_names == std::vector<std::string>{"b.txt"});
  CHECK(set.add(record(1, {file(content(7), "b.txt")}), 1).empty());
  set.add(record(2, {file(std::nullopt, "c.txt")}), 1);
  REQUIRE(set.size() == 2);
  CHECK(set.add(record(2, {file(content(7), "c.txt")}), 1) == Numbers{1});
  CHECK(set.by_number(2)->number == 1);
  CHECK(set.by_number(1)->other_names == std::vector<std::string>{"b.txt", "c.txt"});
}

TEST_CASE("other names are bounded") {
  ResultSet set;
  for (int i = 0; i < 100; ++i)
    set.add(record(1, {file(content(7), "name " + std::to_string(i))}), 1);
  CHECK(set.by_number(1)->other_names.size() == kMaxOtherNames);
}

TEST_CASE("who answered is counted by the fewest hops") {
  ResultSet set;
  set.add(record(1, {file(content(7), "a")}), 3);
  set.add(record(1, {file(content(8), "b")}), 1);
  set.add(record(2, {file(content(8), "b")}), 3);
  CHECK(set.answered_by_hops() == std::vector<std::uint32_t>{0, 1, 0, 1});
}

TEST_CASE("a hit that says nothing new changes nothing") {
  ResultSet set;
  set.add(record(1, {file(content(7), "a")}), 3);
  CHECK(set.add(record(1, {file(content(7), "a")}), 3).empty());
  CHECK(set.add(record(1, {file(content(7), "a")}), 5).empty());
  CHECK(set.add(record(1, {file(content(7), "a")}), 1) == Numbers{1});
}

TEST_CASE("without an id the same name and size of two nodes are two results") {
  ResultSet set;
  CHECK(set.add(record(1, {file({}, "a"), file({}, "a", 11), file({}, "b")}), 1)
        == Numbers{1, 2, 3});
  CHECK(set.add(record(2, {file({}, "a")}), 1) == Numbers{4});
  CHECK(set.add(record(2, {file({}, "a")}), 1).empty());
}

TEST_CASE("an id that arrives later belongs to the file that waited for it") {
  ResultSet set;
  set.add(record(1, {file({}, "a")}), 1);
  CHECK_FALSE(set.by_number(1)->id.has_value());
  CHECK(set.add(record(1, {file(content(7), "a")}), 1) == Numbers{1});
  CHECK(set.by_number(1)->id == content(7));
  CHECK(set.by_number(1)->sources.size() == 1);
  CHECK(set.add(record(1, {file({}, "a")}), 1).empty());
  CHECK(set.size() == 1);
}

TEST_CASE(
    "when ids show that two results are one, the lower number stays and the other leads to it") {
  ResultSet set;
  set.add(record(1, {file(content(7), "x")}), 2);
  set.add(record(2, {file({}, "y")}), 1);
  CHECK(set.add(record(2, {file(content(7), "y")}), 1) == Numbers{1});
  CHECK(set.size() == 1);
  CHECK(set.all().size() == 1);
  CHECK(set.by_number(2) == set.by_number(1));
  CHECK(set.by_number(1)->sources.size() == 2);
  CHECK(set.by_number(1)->hops == 1);
  CHECK(set.add(record(3, {file({}, "z")}), 1) == Numbers{3});
}

TEST_CASE("a result without id that came first takes in the later one that has it") {
  ResultSet set;
  set.add(record(1, {file({}, "y")}), 4);
  set.add(record(2, {file(content(7), "x")}), 1);
  CHECK(set.add(record(1, {file(content(7), "y")}), 4) == Numbers{1});
  CHECK(set.by_number(1)->id == content(7));
  CHECK(set.by_number(2)->number == 1);
  CHECK(set.by_id(content(7))->number == 1);
  CHECK(set.by_number(1)->name == "y");
}

TEST_CASE("merges within one record are reported once, under the number that stays") {
  ResultSet set;
  set.add(record(1, {file({}, "a"), file({}, "b")}), 1);
  CHECK(set.add(record(1, {file(content(7), "a"), file(content(7), "b")}), 1) == Numbers{1});
  CHECK(set.by_number(2)->number == 1);
  CHECK(set.by_number(1)->sources.size() == 1);
}

TEST_CASE("two files of a node with the same name and size but different ids are two results") {
  ResultSet set;
  CHECK(set.add(record(1, {file(content(7), "README"), file(content(8), "README")}), 1)
        == Numbers{1, 2});
  CHECK(set.by_id(content(7))->number == 1);
  CHECK(set.by_id(content(8))->number == 2);
}

TEST_CASE("a source keeps its latest addresses") {
  ResultSet set;
  auto hit = record(1, {file(content(7), "a")});
  hit.addresses = {Endpoint::v4({10, 0, 0, 1}, 1)};
  set.add(hit, 1);
  hit.addresses = {Endpoint::v4({10, 0, 0, 2}, 2)};
  set.add(hit, 1);
  hit.addresses = {};
  set.add(hit, 1);
  REQUIRE(set.by_number(1)->sources[0].addresses.size() == 1);
  CHECK(set.by_number(1)->sources[0].addresses[0].port == 2);
}

TEST_CASE("a result is named by its number, its id, or the beginning of its id alone") {
  ResultSet set;
  set.add(record(1,
                 {file(content(0xAB, 0x10), "a"),
                  file(content(0xAB, 0x20), "b"),
                  file(content(0x01), "c")}),
          1);
  CHECK(set.resolve("2").value()->name == "b");
  CHECK(set.resolve("ab1").value()->name == "a");
  CHECK(set.resolve("AB2").value()->name == "b");
  CHECK(set.resolve(content(0xAB, 0x20).hex()).value()->name == "b");
  CHECK(set.resolve("01").value()->number == 1);  // a number first
  CHECK(set.resolve("0100").value()->name == "c");
  const auto ambiguous = set.resolve("ab");
  REQUIRE_FALSE(ambiguous.ok());
  CHECK(ambiguous.error().code == ErrorCode::invalid);
  CHECK(ambiguous.error().message.find("several") != std::string::npos);
  CHECK(set.resolve("4").error().code == ErrorCode::not_found);
  CHECK(set.resolve("ff").error().code == ErrorCode::not_found);
  CHECK(set.resolve("").error().code == ErrorCode::invalid);
  CHECK(set.resolve("xyz").error().code == ErrorCode::invalid);
  CHECK(set.resolve(std::string(65, 'a')).error().code == ErrorCode::invalid);
  CHECK(set.resolve("99999999999999999999").error().code == ErrorCode::not_found);
}

TEST_CASE("a record without files is no answer") {
  ResultSet set;
  CHECK(set.add(record(1, {}), 1).empty());
  CHECK(set.answered() == 0);
}

TEST_CASE("what a peer can fill is bounded, and what did not fit is counted") {
  ResultSet set;
  for (std::size_t i = 0; i < kMaxResults + 50; i += 50) {
    std::vector<wire::HitFile> files;
    for (std::size_t k = 0; k < 50; ++k) files.push_back(file({}, std::to_string(i + k)));
    set.add(record(1, std::move(files)), 1);
  }
  CHECK(set.size() == kMaxResults);
  CHECK(set.dropped() == 50);

  ResultSet many;
  for (std::size_t i = 0; i < kMaxSourcesPerResult + 10; ++i) {
    auto hit = record(1, {file(content(7), "a")});
    store_le(static_cast<std::uint32_t>(i), hit.node.bytes.data());
    many.add(hit, 1);
  }
  CHECK(many.by_number(1)->sources.size() == kMaxSourcesPerResult);
  CHECK(many.dropped() == 10);
}

}  // namespace freshet::core::search
