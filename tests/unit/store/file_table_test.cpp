#include "node/store/file_table.h"

#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"

namespace freshet::store {
namespace {

ContentId content(std::uint8_t number) {
  ContentId id;
  id.bytes[0] = number;
  return id;
}

CatalogueFile file(std::int64_t id,
                   const std::string& path,
                   std::optional<ContentId> content = std::nullopt) {
  return {.id = FileId{id},
          .share = ShareId{1 + id % 3},
          .relative = path,
          .stamp = {.size_bytes = static_cast<std::uint64_t>(id) * 10,
                    .mtime_ns = id * 7,
                    .inode = static_cast<std::uint64_t>(id) + 100,
                    .device = static_cast<std::uint64_t>(id % 2)},
          .content = content};
}

bool same(const CatalogueFile& a, const CatalogueFile& b) {
  return a.id == b.id && a.share == b.share && a.relative == b.relative && a.stamp == b.stamp
         && a.content == b.content;
}

}  // namespace

TEST_CASE("a file comes back from the table as it went in") {
  for (const std::string path : {"a", "x/a", "x/y/a", "/a", "x/", "", "a\nb/\xFF"}) {
    FileTable table;
    const CatalogueFile kept = file(7, path, content(1));
    const auto place = table.add(kept);
    REQUIRE(place);
    CHECK(same(table.file(*place), kept));
    CHECK(table.find(FileId{7}) == place);
    CHECK(table.find(content(1)) == place);
    CHECK(table.name(*place) == file_name_of(path));
  }
}

TEST_CASE("a table refuses an id that it has, one that is no row's, and a name beyond all limits") {
  FileTable table;
  REQUIRE(table.add(file(1, "a")));
  CHECK_FALSE(table.add(file(1, "b")));
  CHECK_FALSE(table.add(file(0, "b")));
  CHECK_FALSE(table.add(file(2, std::string(NamePool::kMaxNameBytes + 1, 'n'))));
  CHECK(table.add(file(2, std::string(NamePool::kMaxNameBytes, 'n'))));
  CHECK(table.size() == 2);
}

TEST_CASE("of the files of one content the first that is left is found, whichever goes") {
  FileTable table;
  const auto a = table.add(file(1, "a", content(1)));
  const auto b = table.add(file(2, "b"));
  const auto c = table.add(file(3, "c", content(1)));
  table.identify(*b, content(1));
  CHECK(table.find(content(1)) == a);
  table.remove(*c);
  CHECK(table.find(content(1)) == a);
  table.remove(*a);
  CHECK(table.find(content(1)) == b);
  table.remove(*b);
  CHECK_FALSE(table.find(content(1)));
  CHECK(table.size() == 0);
}

TEST_CASE("after any changes the table holds what a plain map holds") {
  constexpr std::uint64_t kSeed = 20'261;
  CAPTURE(kSeed);
  Rng rng = Rng::from_seed(kSeed);
  FileTable table;
  std::map<std::int64_t, CatalogueFile> plain;
  for (int step = 0; step < 20'000; ++step) {
    const auto id = static_cast<std::int64_t>(1 + rng.below(300));
    const auto place = table.find(FileId{id});
    REQUIRE(place.has_value() == plain.contains(id));
    if (!place) {
      std::string path = "folder" + std::to_string(rng.below(20)) + "/";
      path += std::string(rng.below(400), 'x') + std::to_string(step);
      plain[id] = file(id, path);
      if (rng.below(2) == 0) plain[id].content = content(static_cast<std::uint8_t>(rng.below(9)));
      REQUIRE(table.add(plain[id]));
    } else if (!plain[id].content && rng.below(3) == 0) {
      plain[id].content = content(static_cast<std::uint8_t>(rng.below(9)));
      table.identify(*place, *plain[id].content);
    } else {
      table.remove(*place);
      plain.erase(id);
    }
  }
  REQUIRE(table.size() == plain.size());
  CHECK(table.places() <= 300);
  CHECK(table.memory_bytes() < 1'000'000);  // 10,000 names of 200 bytes went through it
  for (const auto& [id, kept] : plain) {
    const auto place = table.find(FileId{id});
    REQUIRE(place);
    CHECK(same(table.file(*place), kept));
    if (kept.content)
      CHECK(plain[table.id(*table.find(*kept.content)).value].content == kept.content);
  }
}

}  // namespace freshet::store
