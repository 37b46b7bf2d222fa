// The file of limits: what is saved comes back, and damage is no limit.
#include "node/store/rate_file.h"

#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

TEST_CASE("limits come back as they were saved, and no file is no limit") {
  const TempFolder folder;
  const std::string file = folder.path() + "/rates";
  REQUIRE(load_rates(file));
  CHECK(*load_rates(file) == SavedRates{});
  const SavedRates rates{.up = 2'000'000, .down = 16'384, .polite = true};
  REQUIRE(save_rates(file, rates));
  CHECK(*load_rates(file) == rates);
}

TEST_CASE("a damaged line is no limit") {
  const TempFolder folder;
  const std::string file = folder.path() + "/rates";
  std::ofstream(file) << "freshet-rates 1\nup fast\ndown 20000\ndown \n";
  REQUIRE(load_rates(file));
  CHECK(*load_rates(file) == SavedRates{.up = 0, .down = 20'000});
  std::ofstream(file) << std::string(10'000, 'u');
  CHECK(*load_rates(file) == SavedRates{});
}

}  // namespace freshet::store
