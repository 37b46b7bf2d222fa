#include "node/store/file_ids.h"

#include <random>
#include <set>

#include <doctest/doctest.h>

namespace freshet::store {

TEST_CASE("a million numbers one after the other take a bit each, and little more") {
  FileIds ids;
  constexpr std::int64_t kMany = 1'000'000;
  for (std::int64_t id = 1; id <= kMany; ++id) ids.insert(FileId{id});
  CHECK(ids.size() == kMany);
  CHECK(ids.memory_bytes() < kMany / 3);
  CHECK(ids.pop_lowest() == FileId{1});
  CHECK(ids.pop_lowest() == FileId{2});
}

TEST_CASE("ids agree with a set, whatever comes and goes") {
  FileIds ids;
  std::set<std::int64_t> model;
  std::mt19937 random(1);
  for (int step = 0; step < 40'000; ++step) {
    const auto id = static_cast<std::int64_t>(random() % 2000) + 1;
    const bool inserts = (random() & 1U) != 0;
    if (inserts) {
      CHECK(ids.insert(FileId{id}) == model.insert(id).second);
    } else {
      CHECK(ids.erase(FileId{id}) == (model.erase(id) > 0));
    }
    CHECK(ids.size() == model.size());
    CHECK(ids.contains(FileId{id}) == model.contains(id));
  }
  while (!model.empty()) {
    CHECK(ids.pop_lowest() == FileId{*model.begin()});
    model.erase(model.begin());
  }
  CHECK_FALSE(ids.pop_lowest().has_value());
  CHECK(ids.memory_bytes() == 0);
}

}  // namespace freshet::store
