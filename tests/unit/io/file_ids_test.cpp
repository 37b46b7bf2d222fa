#include "node/io/host/file_ids.h"

#include <random>
#include <set>

#include <doctest/doctest.h>

namespace freshet::io {

TEST_CASE("a million numbers one after the other are one range") {
  FileIds ids;
  constexpr std::int64_t kMany = 1'000'000;
  for (std::int64_t id = 1; id <= kMany; ++id) ids.insert(store::FileId{id});
  CHECK(ids.size() == kMany);
  CHECK(ids.ranges() == 1);
  CHECK(ids.pop_lowest() == store::FileId{1});
  CHECK(ids.ranges() == 1);
}

TEST_CASE("ranges agree with a set, whatever comes and goes") {
  FileIds ids;
  std::set<std::int64_t> model;
  std::mt19937 random(1);
  for (int step = 0; step < 20'000; ++step) {
    const auto id = static_cast<std::int64_t>(random() % 200) + 1;
    const bool inserts = (random() & 1U) != 0;
    if (inserts) {
      CHECK(ids.insert(store::FileId{id}) == model.insert(id).second);
    } else {
      CHECK(ids.erase(store::FileId{id}) == (model.erase(id) > 0));
    }
    CHECK(ids.size() == model.size());
    CHECK(ids.contains(store::FileId{id}) == model.contains(id));
  }
  while (!model.empty()) {
    CHECK(ids.pop_lowest() == store::FileId{*model.begin()});
    model.erase(model.begin());
  }
  CHECK_FALSE(ids.pop_lowest().has_value());
  CHECK(ids.ranges() == 0);
}

}  // namespace freshet::io
