#include "node/store/look_at.h"

#include <doctest/doctest.h>

#include "node/store/scanner.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

TEST_CASE("names are looked at without leaving the share") {
  const TempFolder outside;
  outside.write("secret", "s");
  const TempFolder temp;
  temp.write("a", "one");
  temp.write("d/b", "two!");
  std::filesystem::create_directory_symlink(outside.path(), temp / "out");
  std::filesystem::create_symlink("a", temp / "link");
  const auto looked = look_at({temp.path(), false},
                              {"a", "d", "d/b", "d/none", "link", "none/x", "out/secret", "a/x"});
  REQUIRE(looked.ok());
  REQUIRE(looked->there.size() == 2);
  CHECK(looked->there[0].relative == "a");
  CHECK(looked->there[1].relative == "d/b");
  CHECK(looked->there[1].stamp.size_bytes == 4);
  CHECK(looked->gone
        == std::vector<std::string>{"a/x", "d", "d/none", "link", "none/x", "out/secret"});
  CHECK_FALSE(look_at({temp / "none", false}, {"a"}).ok());
}

TEST_CASE("one folder is listed: its files, its folders, and nothing below them") {
  const TempFolder temp;
  temp.write("d/b", "two");
  temp.write("d/e/f", "x");
  temp.write("d/.hidden", "x");
  const ShareLocation share{temp.path(), false};
  std::vector<std::string> entered;
  const ScanOptions options{
      .excluded = {}, .stop = {}, .entered = [&](const std::string& folder, int) {
        entered.push_back(folder);
      }};
  const auto listed = list_folder(share, "d", options);
  REQUIRE(listed.ok());
  REQUIRE(listed->has_value());
  REQUIRE((*listed)->files.size() == 1);
  CHECK((*listed)->files[0].relative == "d/b");
  CHECK((*listed)->folders == std::vector<std::string>{"d/e"});
  CHECK(entered == std::vector<std::string>{"d"});
  CHECK_FALSE(list_folder(share, "none")->has_value());
  CHECK_FALSE(list_folder(share, "d/.hidden")->has_value());
  CHECK_FALSE(list_folder({temp / "none", false}, "").ok());
}

TEST_CASE("a folder that is there can be listed") {
  const TempFolder temp;
  temp.write("d/b", "two");
  CHECK(can_list({temp.path(), false}, ""));
  CHECK(can_list({temp.path(), false}, "d"));
  CHECK_FALSE(can_list({temp.path(), false}, "d/b"));
  CHECK_FALSE(can_list({temp.path(), false}, "e"));
}

}  // namespace freshet::store
