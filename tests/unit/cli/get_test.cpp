// Where -o puts a file.
#include "node/cli/commands/get.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "node/cli/commands/share.h"
#include "tests/unit/cli/temp_folder.h"

namespace freshet::cli {

namespace fs = std::filesystem;

TEST_CASE("without -o, or with -o -, the daemon chooses the folder") {
  CHECK(destination_of(std::nullopt, true).value().folder.empty());
  CHECK(destination_of("-", false).value().folder.empty());
}

TEST_CASE("-o with a folder keeps the file's own name") {
  const TempFolder folder;
  const auto to = destination_of(folder.path(), true);
  REQUIRE(to.ok());
  CHECK(to->folder == folder.path());
  CHECK(to->file_name.empty());
}

TEST_CASE("-o with a path that is not there is the file's new name") {
  const TempFolder folder;
  const auto to = destination_of(folder / "new.bin", false);
  REQUIRE(to.ok());
  CHECK(to->folder == folder.path());
  CHECK(to->file_name == "new.bin");
}

TEST_CASE("-o with a slash at its end makes the folder") {
  const TempFolder folder;
  const auto to = destination_of(folder / "a/b/", true);
  REQUIRE(to.ok());
  CHECK(to->folder == folder / "a/b");
  CHECK(fs::is_directory(folder / "a/b"));
}

TEST_CASE("-o refuses one name for several files, and a folder that is not there") {
  const TempFolder folder;
  CHECK(destination_of(folder / "x", true).error().code == ErrorCode::invalid);
  CHECK(destination_of(folder / "gone/x", false).error().code == ErrorCode::io);
}

TEST_CASE("a typed path becomes absolute, without dots and without a slash at its end") {
  CHECK(absolute_path("/a/./b/../c/") == "/a/c");
  CHECK(absolute_path("/") == "/");
  CHECK(absolute_path("x") == (fs::current_path() / "x").string());
  CHECK(absolute_path(".") == fs::current_path().string());
}

}  // namespace freshet::cli
