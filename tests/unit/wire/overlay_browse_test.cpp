#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "node/wire/overlay/browse.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

BrowsedFile file(std::string name, BrowsePlace place) {
  return {.file = {.content = std::nullopt, .name = std::move(name), .size_bytes = 7},
          .place = place};
}

Bytes raw_file(std::string_view name, BrowsePlace place) {
  return RawMessage().text(2, name).varint(4, place).bytes();
}

}  // namespace

TEST_CASE("a question comes back as it was, and an empty body asks for the first page") {
  const auto browse = decode_browse(encode(Browse{.from = 90, .max_files = 3, .wants_ids = true}));
  REQUIRE(browse);
  CHECK(browse->from == 90);
  CHECK(browse->max_files == 3);
  CHECK(browse->wants_ids);
  const auto first = decode_browse({});
  REQUIRE(first);
  CHECK(first->from == 0);
  CHECK_FALSE(decode_browse(RawMessage().text(9, std::string(80, 'x')).bytes()));
}

TEST_CASE("a page comes back with its files, their places and where to go on") {
  BrowsePage page{.state = BrowseState::listed,
                  .addresses = {Endpoint::v4({192, 0, 2, 1}, 7346)},
                  .files = {file("a.txt", 0), file("\xFF\xFE.bin", 4)},
                  .next = 5};
  page.files[0].file.content.emplace().bytes.fill(0xAA);
  const auto again = decode_browse_page(encode(page));
  REQUIRE(again);
  CHECK(again->state == BrowseState::listed);
  CHECK(again->addresses == page.addresses);
  REQUIRE(again->files.size() == 2);
  CHECK(again->files[0].file.content == page.files[0].file.content);
  CHECK(again->files[0].file.name == "a.txt");
  CHECK(again->files[0].place == 0);
  CHECK_FALSE(again->files[1].file.content.has_value());
  CHECK(again->files[1].file.name == "\xFF\xFE.bin");
  CHECK(again->files[1].file.size_bytes == 7);
  CHECK(again->files[1].place == 4);
  CHECK(again->next == 5);
}

TEST_CASE(
    "a page with more files or addresses than it may hold is malformed, and none is written") {
  BrowsePage page;
  RawMessage raw;
  for (std::size_t i = 0; i <= kMaxHitFiles; ++i) {
    page.files.push_back(file("f" + std::to_string(i), i));
    raw.message(3, raw_file("f", i));
  }
  CHECK_FALSE(decode_browse_page(raw.bytes()));
  const auto written = decode_browse_page(encode(page));
  REQUIRE(written);
  CHECK(written->files.size() == kMaxHitFiles);
}

TEST_CASE("the largest page fits into a frame") {
  BrowsePage page;
  for (std::size_t i = 0; i < kMaxHitFiles; ++i) {
    page.files.push_back(file(std::string(kMaxFileNameBytes, 'n'), (1ULL << 40U) + i));
    page.files.back().file.content.emplace().bytes.fill(1);
    page.files.back().file.size_bytes = UINT64_MAX;
  }
  for (std::size_t i = 0; i < kMaxHitAddresses; ++i)
    page.addresses.push_back(Endpoint::parse("[2001:db8::2]:7346").value());
  page.next = 1ULL << 41U;
  const Bytes body = encode(page);
  CHECK(body.size() <= kMaxBodyBytes);
  CHECK(decode_browse_page(body));
}

TEST_CASE("a page that does not get on is malformed") {
  const auto page = [](std::vector<BrowsePlace> places, BrowsePlace next) {
    RawMessage raw;
    for (const BrowsePlace place : places) raw.message(3, raw_file("f", place));
    return decode_browse_page(raw.varint(4, next).bytes()).has_value();
  };
  CHECK(page({1, 2, 9}, 10));
  CHECK(page({1, 2, 9}, 0));
  CHECK(page({}, 10));
  CHECK_FALSE(page({1, 1}, 10));
  CHECK_FALSE(page({2, 1}, 10));
  CHECK_FALSE(page({1, 2, 9}, 9));
}

TEST_CASE("names that lead out of a folder, or are none, make a page malformed") {
  for (const std::string& name : {std::string(),
                                  std::string("."),
                                  std::string(".."),
                                  std::string("a/b"),
                                  std::string("a\0b", 3),
                                  std::string(kMaxFileNameBytes + 1, 'n')}) {
    CHECK_FALSE(decode_browse_page(RawMessage().message(3, raw_file(name, 1)).bytes()));
  }
  CHECK_FALSE(decode_browse_page(
      RawMessage().message(3, RawMessage().text(1, "short").text(2, "a").bytes()).bytes()));
}

}  // namespace freshet::wire
