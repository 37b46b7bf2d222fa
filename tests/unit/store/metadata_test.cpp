// What files say of themselves: kept, looked up, and read by a process that may fail.
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "node/store/catalogue.h"
#include "node/store/media_signature.h"
#include "node/store/metadata_protocol.h"
#include "node/store/metadata_table.h"
#include "node/store/metadata_worker.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr UnixSeconds kMetadataNow = 1'700'000'000;
const wire::FileMetadata kSong{.artist = "Björk", .title = "Jóga", .duration_ms = 1042};

ContentId content_of(Byte number) {
  ContentId content;
  content.bytes.fill(number);
  return content;
}

std::vector<KnownMetadata> all_in(Catalogue& catalogue) {
  std::vector<KnownMetadata> all;
  REQUIRE(catalogue.for_each_metadata([&](const KnownMetadata& one) -> Status {
    all.push_back(one);
    return kOk;
  }));
  return all;
}

ErrorCode failure_of(MetadataWorker& worker, const std::stop_token& stop = {}) {
  const auto metadata = worker.read(STDIN_FILENO, stop);
  REQUIRE_FALSE(metadata.ok());
  return metadata.error().code;
}

}  // namespace

TEST_CASE(
    "the catalogue keeps what contents say by content, and which say nothing, until no file has "
    "them") {
  const TempFolder temp;
  const std::string file = temp / "catalogue.sqlite";
  {
    auto catalogue = Catalogue::open(file, kMetadataNow);
    REQUIRE(catalogue.ok());
    const auto share = catalogue->add_share({.path = "/share"});
    REQUIRE(catalogue->add_file(*share,
                                {.relative = "a.mp3", .stamp = {}},
                                {.id = content_of(1), .size_bytes = 0, .piece_layer = {}}));
    const std::array<KnownMetadata, 3> known{
        {{content_of(1), kSong}, {content_of(2), kSong}, {content_of(3), {}}}};
    REQUIRE(catalogue->record_metadata(known));
    const std::array<KnownMetadata, 1> again{{{content_of(3), {}}}};
    REQUIRE(catalogue->record_metadata(again));
  }
  auto catalogue = Catalogue::open(file, kMetadataNow);
  auto all = all_in(*catalogue);
  REQUIRE(all.size() == 2);
  CHECK(all[0].content == content_of(1));
  CHECK(all[0].metadata == kSong);
  CHECK(*catalogue->was_looked_into(content_of(3)));
  CHECK_FALSE(*catalogue->was_looked_into(content_of(4)));
  REQUIRE(catalogue->forget_unused_metadata());
  all = all_in(*catalogue);
  REQUIRE(all.size() == 1);
  CHECK(all[0].content == content_of(1));
  CHECK_FALSE(*catalogue->was_looked_into(content_of(3)));
}

TEST_CASE("files that wait to be looked into are those of wanted names and of new contents") {
  const TempFolder temp;
  auto catalogue = Catalogue::open(temp / "catalogue.sqlite", kMetadataNow);
  REQUIRE(catalogue.ok());
  const auto share = catalogue->add_share({.path = "/share"});
  const auto add = [&](const std::string& path, Byte content) {
    return *catalogue->add_file(*share,
                                {.relative = path, .stamp = {.inode = content}},
                                {.id = content_of(content), .size_bytes = 0, .piece_layer = {}});
  };
  const FileId fresh = add("albums/new.mp3", 1);
  add("albums/read.mp3", 2);
  add("albums/nothing.mp3", 3);
  add("mp3/readme.txt", 4);
  const std::array<KnownMetadata, 2> known{{{content_of(2), kSong}, {content_of(3), {}}}};
  REQUIRE(catalogue->record_metadata(known));
  std::vector<FileId> unread;
  REQUIRE(catalogue->for_each_unread([](std::string_view name) { return name.ends_with(".mp3"); },
                                     [&](FileId file) -> Status {
                                       unread.push_back(file);
                                       return kOk;
                                     }));
  CHECK(unread == std::vector<FileId>{fresh});
}

TEST_CASE("the table in memory finds what says something") {
  MetadataTable table;
  table.add(content_of(1), kSong);
  table.add(content_of(2), {});
  for (Byte i = 3; i < 200; ++i) table.add(content_of(i), {.title = "title " + std::to_string(i)});
  REQUIRE(table.find(content_of(1)));
  CHECK(*table.find(content_of(1)) == kSong);
  CHECK(table.find(content_of(2)) == nullptr);
  CHECK(table.find(content_of(150))->title == "title 150");
  CHECK(table.size() == 198);
  CHECK(table.memory_bytes() < 64 * 1024);
}

TEST_CASE("a file begins like media, or is not looked into") {
  const auto begins = [](std::string_view front) {
    return begins_like_media(bytes_of(front));
  };
  using namespace std::string_view_literals;
  CHECK(begins("ID3\x04"sv));
  CHECK(begins("\xFF\xFB\x90\x00"sv));
  CHECK(
      begins("\x00\x00\x00\x20"
             "ftypisom"sv));
  CHECK(begins("%PDF-1.4"sv));
  CHECK_FALSE(begins(""sv));
  CHECK_FALSE(begins("I"sv));
  CHECK_FALSE(begins("\xFF"sv));
  CHECK_FALSE(begins("\xFF\xFF\xFF\xFF"sv.substr(0, 1)));
  CHECK_FALSE(begins("#!/bin/sh"sv));
  CHECK_FALSE(begins(std::string_view("\0\0\0\0ftyp", 7)));
}

TEST_CASE("a worker that ends, never begins or is not there is no worker") {
  constexpr MetadataPatience kLittle{.start = std::chrono::milliseconds(50),
                                     .file = std::chrono::milliseconds(50)};
  MetadataWorker ends({"/bin/false"});
  CHECK(failure_of(ends) == ErrorCode::io);
  CHECK(failure_of(ends) == ErrorCode::io);
  CHECK(ends.starts() == 2);
  MetadataWorker silent({"/bin/sleep", "1000"}, kLittle);
  CHECK(failure_of(silent) == ErrorCode::io);
  MetadataWorker missing({"/nowhere/at/all"});
  CHECK(failure_of(missing) == ErrorCode::io);
  CHECK(missing.starts() == 0);
}

TEST_CASE("whoever waits for a worker can be told to stop") {
  MetadataWorker silent({"/bin/sleep", "1000"});
  std::stop_source stop;
  stop.request_stop();
  CHECK(failure_of(silent, stop.get_token()) == ErrorCode::canceled);
}

TEST_CASE("an answer is taken only when it is one") {
  Bytes reply{kMetadataAnswer};
  CHECK(parse_metadata_reply(reply)->empty());
  const Bytes body = wire::encode(kSong);
  reply.insert(reply.end(), body.begin(), body.end());
  CHECK(parse_metadata_reply(reply) == kSong);
  reply.front() = kMetadataReady;
  CHECK_FALSE(parse_metadata_reply(reply));
  CHECK_FALSE(parse_metadata_reply({}));
  CHECK_FALSE(parse_metadata_reply(Bytes(kMaxMetadataReplyBytes + 1, kMetadataAnswer)));
}

TEST_CASE("a text of a library becomes one line of whole characters") {
  CHECK(wire::metadata_text("  a\tb\r\nc \x7F") == "a b c");
  CHECK(wire::metadata_text("\n \n").empty());
  CHECK(wire::metadata_text("no\xC3").empty());
  std::string longest(255, 'x');
  CHECK(wire::metadata_text(longest + "ö") == longest);
  CHECK(wire::metadata_text(longest + "yz") == longest + "y");
}

}  // namespace freshet::store
