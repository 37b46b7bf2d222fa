// The file of bans: what is saved comes back, and damage costs a line.
#include "node/store/ban_file.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {
namespace {

NodeKey key(std::uint8_t number) {
  NodeKey key;
  key.bytes[0] = number;
  return key;
}

TEST_CASE("bans come back as they were saved, and no file is no ban") {
  const TempFolder folder;
  const std::string file = folder.path() + "/bans";
  REQUIRE(load_bans(file));
  CHECK(load_bans(file)->empty());
  const std::vector<SavedBan> bans = {{.key = key(1), .until = std::nullopt},
                                      {.key = key(2), .until = 1'700'000'000}};
  REQUIRE(save_bans(file, bans));
  CHECK(*load_bans(file) == bans);
}

TEST_CASE("a damaged line is left out") {
  const TempFolder folder;
  const std::string file = folder.path() + "/bans";
  std::ofstream(file) << "freshet-bans 1\nnonsense\n"
                      << key(3).hex() << " -\n"
                      << key(4).hex() << " soon\n";
  const auto loaded = load_bans(file);
  REQUIRE(loaded);
  REQUIRE(loaded->size() == 1);
  CHECK(loaded->front().key == key(3));
}

}  // namespace
}  // namespace freshet::store
