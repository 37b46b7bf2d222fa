// The catalogue's tables: steps from version to version, and indexes where a look-up needs one.
#include <doctest/doctest.h>

#include "node/store/catalogue.h"
#include "node/store/catalogue_sql.h"
#include "node/store/schema.h"
#include "node/store/sqlite.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr UnixSeconds kNow = 1'700'000'000;

/// A catalogue as the first version made it, with one hashed and one unhashed file.
void make_first(const std::string& file) {
  auto database = Database::open(file);
  REQUIRE(database.ok());
  REQUIRE(database->execute(kSchemaSteps.front()).ok());
  const std::string marks =
      "PRAGMA user_version = 1; PRAGMA application_id = " + std::to_string(kApplicationId);
  REQUIRE(database->execute(marks.c_str()).ok());
  REQUIRE(database
              ->execute("INSERT INTO share VALUES (1, '/share', 0);"
                        "INSERT INTO content VALUES (1, zeroblob(32), 0, x'');"
                        "INSERT INTO file VALUES (1, 1, 'a', 0, 5, 6, 7, 1);"
                        "INSERT INTO file VALUES (2, 1, 'b', 3, 5, 8, 7, NULL)")
              .ok());
}

}  // namespace

TEST_CASE("a catalogue of the first version keeps its files and their hashes") {
  const TempFolder temp;
  make_first(temp / "catalogue.sqlite");
  auto catalogue = Catalogue::open(temp / "catalogue.sqlite", kNow);
  REQUIRE(catalogue.ok());
  CHECK_FALSE(catalogue->set_aside().has_value());
  const auto totals = catalogue->totals();
  REQUIRE(totals.ok());
  CHECK(totals->files == 2);
  CHECK(totals->hashed_files == 1);
}

TEST_CASE("a file's other names are found by an index, hashed or not") {
  const TempFolder temp;
  const std::string file = temp / "catalogue.sqlite";
  REQUIRE(Catalogue::open(file, kNow).ok());
  auto database = Database::open(file);
  REQUIRE(database.ok());
  for (const char* look_up : {kLinked, kByInode}) {
    auto plan = database->prepare(("EXPLAIN QUERY PLAN " + std::string(look_up)).c_str());
    REQUIRE(plan.ok());
    const auto row = plan->step();
    REQUIRE((row.ok() && *row));
    const std::string how(text_of(plan->blob(3)));
    CHECK_MESSAGE(how.find("SEARCH file USING INDEX file_by_inode") == 0, how);
  }
}

}  // namespace freshet::store
