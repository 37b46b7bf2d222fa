// The catalogue's tables: steps from version to version, and indexes where a look-up needs one.
#include <array>

#include <doctest/doctest.h>

#include "node/store/catalogue.h"
#include "node/store/catalogue_sql.h"
#include "node/store/schema.h"
#include "node/store/sqlite.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr UnixSeconds kSchemaNow = 1'700'000'000;

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
                        "INSERT INTO file VALUES (2, 1, 'b', 3, 5, 8, 7, NULL);"
                        // A name of bytes that are no text, in two folders.
                        "INSERT INTO file VALUES (3, 1, x'612FC32F80', 3, 5, 9, 7, 1);"
                        "INSERT INTO file VALUES (9, 1, 'z', 3, 5, 10, 7, NULL);"
                        "DELETE FROM file WHERE id = 9")
              .ok());
}

}  // namespace

TEST_CASE("a catalogue of the first version keeps its files and their hashes") {
  const TempFolder temp;
  make_first(temp / "catalogue.sqlite");
  auto catalogue = Catalogue::open(temp / "catalogue.sqlite", kSchemaNow);
  REQUIRE(catalogue.ok());
  CHECK_FALSE(catalogue->set_aside().has_value());
  const auto totals = catalogue->totals();
  REQUIRE(totals.ok());
  CHECK(totals->files == 3);
  CHECK(totals->hashed_files == 2);
  const auto shares = catalogue->shares();
  REQUIRE((shares.ok() && shares->size() == 1));
  CHECK(shares->front().browse);
  const auto third = catalogue->file(FileId{3});
  REQUIRE((third.ok() && *third));
  CHECK((*third)->relative == "a/\xC3/\x80");
  CHECK((*third)->stamp == FileStamp{.size_bytes = 3, .mtime_ns = 5, .inode = 9, .device = 7});
  CHECK((*third)->content == ContentId{});
  const std::array<ScannedFile, 1> later{{{.relative = "a/c", .stamp = {}}}};
  REQUIRE(catalogue->begin_scan(shares->front().id));
  const auto merged = catalogue->merge(later);
  REQUIRE((merged.ok() && merged->size() == 1));
  CHECK(merged->front().file.id == FileId{10});  // a number of a file that was is not given again
}

TEST_CASE("a file's other names are found by an index, hashed or not") {
  const TempFolder temp;
  const std::string file = temp / "catalogue.sqlite";
  REQUIRE(Catalogue::open(file, kSchemaNow).ok());
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
