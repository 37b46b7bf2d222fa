// Single changes between two scans.
#include <map>

#include <doctest/doctest.h>

#include "node/store/catalogue.h"
#include "node/store/hasher.h"
#include "node/store/look_at.h"
#include "node/store/scanner.h"
#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr UnixSeconds kLiveNow = 1'700'000'000;

struct Live {
  TempFolder temp;
  std::string path = temp / "share";
  Catalogue catalogue = std::move(*Catalogue::open(temp / "catalogue.sqlite", kLiveNow));
  ShareLocation location{path, false};
  ShareId share;

  Live() {
    std::filesystem::create_directory(path);
    share = *catalogue.add_share(location);
  }
  void write(const std::string& name, const std::string& text) {
    temp.write("share/" + name, text);
  }
  void rename(const std::string& from, const std::string& to) {
    std::filesystem::rename(path + "/" + from, path + "/" + to);
  }
  std::size_t list(const std::string& folder) {
    const auto listed = list_folder(location, folder);
    REQUIRE(listed.ok());
    const FolderListing there = listed->value_or(FolderListing{});
    const auto changes = catalogue.reconcile(share, folder, there.files, there.folders);
    REQUIRE(changes.ok());
    return changes->size();
  }
  std::size_t look(const std::set<std::string>& names) {
    const auto looked = look_at(location, names);
    REQUIRE(looked.ok());
    const auto changes = catalogue.note(share, looked->there, looked->gone);
    REQUIRE(changes.ok());
    return changes->size();
  }
  std::size_t hash() {
    std::vector<HashedFile> hashed;
    const auto read = catalogue.for_each_file([&](const CatalogueFile& one) -> Status {
      if (!one.content)
        hashed.push_back({one.id, one.stamp, *hash_file({path, one.relative, one.stamp})});
      return kOk;
    });
    REQUIRE(read.ok());
    return *catalogue.record_hashes(hashed);
  }
  std::map<std::string, bool> files() {  // and whether they are hashed
    std::map<std::string, bool> all;
    const auto read = catalogue.for_each_file([&](const CatalogueFile& one) -> Status {
      all[one.relative] = one.content.has_value();
      return kOk;
    });
    REQUIRE(read.ok());
    return all;
  }
};

using Files = std::map<std::string, bool>;

}  // namespace

TEST_CASE("a listing adds, changes and removes right in its folder, and nothing beside or below") {
  Live live;
  live.write("a", "1");
  live.write("d/b", "2");
  live.write("d/e/c", "3");
  live.write("d-/x", "4");
  live.write("d0", "5");
  for (const char* folder : {"", "d", "d/e", "d-"}) live.list(folder);
  CHECK(live.files().size() == 5);
  std::filesystem::remove(live.path + "/d/b");
  live.write("d/new", "6");
  std::filesystem::remove(live.path + "/d/e/c");  // not told
  CHECK(live.list("d") == 2);
  CHECK(live.list("d") == 0);
  CHECK(live.files()
        == Files{{"a", false}, {"d-/x", false}, {"d/e/c", false}, {"d/new", false}, {"d0", false}});
}

TEST_CASE("what lay below a folder that is gone is gone") {
  Live live;
  for (const char* name : {"d/a", "d/e/b", "d/e/f/c", "d-e", "d0/x", "e"}) live.write(name, name);
  for (const char* folder : {"", "d", "d/e", "d/e/f", "d0"}) live.list(folder);
  std::filesystem::remove_all(live.path + "/d/e");
  CHECK(live.list("d") == 2);  // told by the folder that it lay in
  std::filesystem::remove_all(live.path + "/d");
  CHECK(live.list("d") == 1);  // or by itself
  CHECK(live.files() == Files{{"d-e", false}, {"d0/x", false}, {"e", false}});
}

TEST_CASE("a rename keeps the hash, whichever name is told first, and a folder's too") {
  Live live;
  live.write("a", "one");
  live.write("d/b", "two");
  live.list("");
  live.list("d");
  CHECK(live.hash() == 2);
  live.rename("a", "z");
  live.look({"a"});
  live.look({"z"});
  live.rename("z", "y");
  live.look({"y"});
  live.look({"z"});
  live.rename("d", "t");
  live.list("d");
  live.list("t");
  CHECK(live.files() == Files{{"t/b", true}, {"y", true}});
  CHECK(live.hash() == 0);
}

TEST_CASE("the hash of a file that is gone is kept for one look, and then dropped") {
  Live live;
  live.write("a", "one");
  live.look({"a"});
  live.hash();
  const auto id = hash_file({live.path, "a", stamp_at(live.path + "/a")})->id;
  live.rename("a", "z");
  live.look({"a"});
  CHECK(live.catalogue.forget_gone().ok());
  CHECK(live.catalogue.content(id)->has_value());
  CHECK(live.catalogue.forget_gone().ok());
  CHECK_FALSE(live.catalogue.content(id)->has_value());
  live.look({"z"});
  CHECK(live.files() == Files{{"z", false}});
  CHECK(live.hash() == 1);
  // One that came back is not dropped.
  live.rename("z", "a");
  live.look({"a", "z"});
  CHECK(live.catalogue.forget_gone().ok());
  CHECK(live.catalogue.forget_gone().ok());
  CHECK(live.catalogue.content(id)->has_value());
}

TEST_CASE("of two files of one content that go one after the other, each keeps its hash") {
  Live live;
  live.write("a", "one");
  live.write("b", "one");
  live.look({"a", "b"});
  live.hash();
  const auto id = hash_file({live.path, "b", stamp_at(live.path + "/b")})->id;
  live.rename("a", ".a");
  live.look({"a"});
  CHECK(live.catalogue.forget_gone().ok());
  live.rename("b", "z");
  live.look({"b"});
  CHECK(live.catalogue.forget_gone().ok());
  live.look({"z"});
  CHECK(live.files() == Files{{"z", true}});
  CHECK(live.catalogue.content(id)->has_value());
}

TEST_CASE("a file that was changed and put back by another name is known by both stamps") {
  Live live;
  live.write("a", "one");
  live.look({"a"});
  live.hash();
  live.rename("a", "b");
  live.write("a", "other");
  CHECK(live.look({"a", "b"}) == 2);
  CHECK(live.files() == Files{{"a", false}, {"b", true}});
}

TEST_CASE("who writes by one name of a file changes what is known of its others") {
  Live live;
  live.write("a", "one");
  std::filesystem::create_hard_link(live.path + "/a", live.path + "/b");
  live.look({"a", "b"});
  CHECK(live.hash() == 2);
  live.write("a", "another");
  CHECK(live.look({"a"}) == 2);
  CHECK(live.files() == Files{{"a", false}, {"b", false}});
  live.write("b", "yet another");  // unhashed ones too
  CHECK(live.look({"b"}) == 2);
  CHECK(live.hash() == 2);
}

TEST_CASE("a scan ends well on a full disk, and another drops what nobody uses") {
  Live live;
  live.write("a", "one");
  live.look({"a"});
  live.hash();
  const auto id = hash_file({live.path, "a", stamp_at(live.path + "/a")})->id;
  live.rename("a", ".a");
  live.look({"a"});
  {
    const FileSizeLimit full(1);
    CHECK_FALSE(live.catalogue.add_share({"/other", false}).ok());  // nothing can be written
    REQUIRE(live.catalogue.begin_scan(live.share).ok());
    CHECK(live.catalogue.end_scan().ok());
  }
  CHECK(live.catalogue.content(id)->has_value());
  REQUIRE(live.catalogue.begin_scan(live.share).ok());
  CHECK(live.catalogue.end_scan().ok());
  CHECK_FALSE(live.catalogue.content(id)->has_value());
}

TEST_CASE("the catalogue knows when all files of a share were on another device") {
  Live live;
  CHECK_FALSE(*live.catalogue.all_elsewhere(live.share, 1));  // there are none
  live.write("a", "one");
  live.look({"a"});
  const auto device = stamp_at(live.path + "/a").device;
  CHECK_FALSE(*live.catalogue.all_elsewhere(live.share, device));
  CHECK(*live.catalogue.all_elsewhere(live.share, device + 1));
}

}  // namespace freshet::store
