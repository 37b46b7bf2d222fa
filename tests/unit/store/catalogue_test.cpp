#include "node/store/catalogue.h"

#include <map>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "node/store/hasher.h"
#include "node/store/scanner.h"
#include "node/store/shared_file.h"
#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr UnixSeconds kNow = 1'700'000'000;

/// A share on disk and the catalogue that knows it, used as the daemon uses them.
struct Node {
  TempFolder temp;
  std::string share_path = temp / "share";
  std::string file = temp / "catalogue.sqlite";
  std::optional<Catalogue> catalogue;
  ShareId share;

  Node() {
    std::filesystem::create_directory(share_path);
    open();
  }
  void open() {
    catalogue.reset();
    auto opened = Catalogue::open(file, kNow);
    REQUIRE(opened.ok());
    catalogue.emplace(std::move(*opened));
    share = *catalogue->add_share(*resolve_share(share_path));
  }
  std::string write(const std::string& name, const std::string& text) {
    return temp.write("share/" + name, text);
  }

  std::vector<FileChange> scan() {
    REQUIRE(catalogue->begin_scan(share).ok());
    std::vector<FileChange> all;
    const auto report =
        scan_share({share_path, false}, [&](std::span<const ScannedFile> batch) -> Status {
          auto changes = catalogue->merge(batch);
          if (!changes) return changes.error();
          all.insert(all.end(), changes->begin(), changes->end());
          return kOk;
        });
    REQUIRE(report.ok());
    const auto removed = catalogue->end_scan();
    REQUIRE(removed.ok());
    all.insert(all.end(), removed->begin(), removed->end());
    return all;
  }
  /// Hashes what is not hashed, and says how many files had to be read.
  std::size_t hash() {
    std::vector<HashedFile> hashed;
    for (const auto& [path, one] : files()) {
      if (one.content) continue;
      const auto content = hash_file({share_path, one.relative, one.stamp});
      REQUIRE(content.ok());
      hashed.push_back({one.id, one.stamp, *content});
    }
    CHECK(*catalogue->record_hashes(hashed) == hashed.size());
    return hashed.size();
  }
  std::map<std::string, CatalogueFile> files() {
    std::map<std::string, CatalogueFile> result;
    REQUIRE(catalogue
                ->for_each_file([&](const CatalogueFile& one) -> Status {
                  result[one.relative] = one;
                  return kOk;
                })
                .ok());
    return result;
  }
};

}  // namespace

TEST_CASE("an unchanged file is hashed once, also after a restart") {
  Node node;
  node.write("a", "one");
  node.write("d/b", "two");
  CHECK(node.scan().size() == 2);
  CHECK(node.hash() == 2);
  CHECK(node.scan().empty());
  CHECK(node.hash() == 0);
  node.open();
  CHECK(node.scan().empty());
  CHECK(node.hash() == 0);
  CHECK(node.catalogue->totals()->hashed_files == 2);
}

TEST_CASE("a changed file is hashed again, and is then another content") {
  Node node;
  const std::string path = node.write("a", "one");
  node.scan();
  node.hash();
  const auto before = node.files().at("a").content;
  node.write("a", "eno");
  touch_later(path);
  const auto changes = node.scan();
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].change == Change::changed);
  CHECK_FALSE(changes[0].file.content.has_value());
  CHECK(node.hash() == 1);
  CHECK(node.files().at("a").content != before);
  CHECK_FALSE(node.catalogue->content(*before)->has_value());
}

TEST_CASE("a renamed file and a hard link keep their hash") {
  Node node;
  node.write("a", "one");
  node.scan();
  node.hash();
  std::filesystem::rename(node.share_path + "/a", node.share_path + "/b");
  const auto changes = node.scan();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].change == Change::added);
  CHECK(changes[0].file.content.has_value());
  CHECK(changes[1].change == Change::removed);
  CHECK(changes[1].file.relative == "a");
  std::filesystem::create_hard_link(node.share_path + "/b", node.share_path + "/c");
  node.scan();
  CHECK(node.hash() == 0);
  CHECK(node.catalogue->files_with(*node.files().at("c").content)->size() == 2);
}

TEST_CASE("a hash of a file that changed meanwhile is not kept") {
  Node node;
  const std::string path = node.write("a", "one");
  node.scan();
  const CatalogueFile old = node.files().at("a");
  const auto content = hash_file({node.share_path, "a", old.stamp});
  touch_later(path);
  node.scan();
  const std::vector<HashedFile> late = {{old.id, old.stamp, *content}};
  CHECK(*node.catalogue->record_hashes(late) == 0);
  CHECK_FALSE(node.files().at("a").content.has_value());
}

TEST_CASE(
    "content is found by its id and by its info hash, with all its paths and its piece layer") {
  Node node;
  const std::string text = noise(3, 100'000);
  node.write("a", text);
  node.write("d/b", text);
  node.write("other", "x");
  node.scan();
  node.hash();
  const auto expected = hash_file(ref_to(node.temp, "share/a"));
  const auto found = node.catalogue->content(info_hash_of(expected->id));
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK(**found == *expected);
  CHECK(**node.catalogue->content(expected->id) == *expected);
  const auto files = node.catalogue->files_with(expected->id);
  REQUIRE(files->size() == 2);
  CHECK((*files)[0].base == node.share_path);
  for (const FileRef& file : *files) CHECK(read_text(file.absolute()) == text);
  InfoHash unknown = info_hash_of(expected->id);
  unknown.bytes[19] = static_cast<Byte>(unknown.bytes[19] ^ 1U);
  CHECK_FALSE(node.catalogue->content(unknown)->has_value());
}

TEST_CASE("an empty file has a content like any other") {
  Node node;
  node.write("empty", "");
  node.scan();
  CHECK(node.hash() == 1);
  const auto content = node.catalogue->content(*node.files().at("empty").content);
  REQUIRE(content->has_value());
  CHECK((*content)->piece_layer.empty());
}

TEST_CASE("a removed file is forgotten, and its content with its last path") {
  Node node;
  node.write("a", "same");
  node.write("b", "same");
  node.scan();
  node.hash();
  const ContentId content = *node.files().at("a").content;
  std::filesystem::remove(node.share_path + "/a");
  node.scan();
  CHECK(node.catalogue->content(content)->has_value());
  std::filesystem::remove(node.share_path + "/b");
  node.scan();
  CHECK_FALSE(node.catalogue->content(content)->has_value());
  CHECK(node.files().empty());
}

TEST_CASE("a share is listed once, and takes its files along when it goes") {
  Node node;
  node.write("a", "one");
  node.scan();
  node.hash();
  CHECK(*node.catalogue->add_share(*resolve_share(node.share_path + "/.")) == node.share);
  const auto other = node.catalogue->add_share(*resolve_share(node.share_path + "/a"));
  REQUIRE(other.ok());
  const auto shares = node.catalogue->shares();
  REQUIRE(shares->size() == 2);
  CHECK((*shares)[1].location == ShareLocation{node.share_path + "/a", true});
  REQUIRE(node.catalogue->remove_share(node.share).ok());
  CHECK(node.files().empty());
  CHECK(node.catalogue->totals()->files == 0);
  CHECK(node.catalogue->remove_share(node.share).error().code == ErrorCode::not_found);
  CHECK(node.catalogue->begin_scan(node.share).error().code == ErrorCode::not_found);
}

TEST_CASE("a scan whose share is removed meanwhile ends as canceled") {
  Node node;
  REQUIRE(node.catalogue->begin_scan(node.share).ok());
  REQUIRE(node.catalogue->remove_share(node.share).ok());
  CHECK(node.catalogue->merge({}).error().code == ErrorCode::canceled);
  CHECK(node.catalogue->end_scan().error().code == ErrorCode::canceled);
}

TEST_CASE(
    "a finished download is there with its hash at once, and a scan that is under way keeps it") {
  Node node;
  REQUIRE(node.catalogue->begin_scan(node.share).ok());
  node.write("new", "fetched");
  const auto content = hash_file(ref_to(node.temp, "share/new"));
  const auto id = node.catalogue->add_file(
      node.share, {"new", *examine_file(node.share_path + "/new")}, *content);
  REQUIRE(id.ok());
  CHECK(node.catalogue->end_scan()->empty());
  CHECK(node.catalogue->locate(*id)->value().absolute() == node.share_path + "/new");
  CHECK(node.scan().empty());
  CHECK(node.hash() == 0);
}

TEST_CASE("names are bytes in the catalogue too") {
  Node node;
  const std::string name = "caf\xE9 \xF0\x9F\n";
  node.write(name, "x");
  node.scan();
  node.open();
  CHECK(node.files().contains(name));
  CHECK(node.scan().empty());
}

TEST_CASE("what was returned is there after kill -9") {
  Node node;
  node.write("a", "one");
  node.catalogue.reset();
  in_killed_child([&] {
    auto opened = Catalogue::open(node.file, kNow);
    FRESHET_CHECK(opened && opened->begin_scan(node.share));
    FRESHET_CHECK(opened->merge(std::vector<ScannedFile>{{"a", stamp_at(node.share_path + "/a")}}));
  });
  node.open();
  CHECK_FALSE(node.catalogue->set_aside().has_value());
  CHECK(node.files().contains("a"));
}

TEST_CASE("a damaged catalogue is set aside, told, and made anew") {
  for (const int kind : {0, 1, 2}) {
    CAPTURE(kind);
    Node node;
    for (int i = 0; i < 300; ++i) node.write("file-" + std::to_string(i), std::to_string(i));
    node.scan();
    node.hash();
    node.catalogue.reset();
    std::string bytes = read_text(node.file);
    REQUIRE(bytes.size() > 16384);
    if (kind == 0)
      bytes = "this is no database at all, but long enough to look at" + std::string(2000, '!');
    if (kind == 1) bytes.resize(bytes.size() / 2);
    if (kind == 2) std::fill(bytes.begin() + 4096, bytes.end(), '\xA5');
    node.temp.write("catalogue.sqlite", bytes);
    node.open();
    REQUIRE(node.catalogue->set_aside().has_value());
    CHECK(*node.catalogue->set_aside() == node.file + ".damaged-1700000000");
    CHECK(read_text(*node.catalogue->set_aside()) == bytes);
    CHECK(node.scan().size() == 300);
    CHECK(node.hash() == 300);
    node.open();
    CHECK_FALSE(node.catalogue->set_aside().has_value());
  }
}

TEST_CASE("another program's database is set aside, not written into") {
  const TempFolder temp;
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open((temp / "c").c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "CREATE TABLE mine (x)", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(other);
  CHECK(Catalogue::open(temp / "c", kNow)->set_aside().has_value());
}

TEST_CASE("a share may be browsed until that is forbidden, and that outlives a restart") {
  Node node;
  node.scan();
  const ShareId share = node.catalogue->shares()->front().id;
  CHECK(node.catalogue->shares()->front().browse);
  REQUIRE(node.catalogue->set_browse(share, false));
  CHECK(node.catalogue->set_browse(ShareId{99}, false).error().code == ErrorCode::not_found);
  node.open();
  CHECK_FALSE(node.catalogue->shares()->front().browse);
  // Sharing it again changes nothing of it.
  REQUIRE(node.catalogue->add_share(node.catalogue->shares()->front().location));
  CHECK_FALSE(node.catalogue->shares()->front().browse);
  REQUIRE(node.catalogue->set_browse(share, true));
  CHECK(node.catalogue->shares()->front().browse);
}

TEST_CASE("a catalogue of a newer freshet is left alone") {
  Node node;
  node.catalogue.reset();
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(node.file.c_str(), &handle) == SQLITE_OK);
  REQUIRE(sqlite3_exec(handle, "PRAGMA user_version = 99", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
  const auto refused = Catalogue::open(node.file, kNow);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::io);
  CHECK(file_exists(node.file));
}

TEST_CASE("the catalogue is its owner's alone") {
  const Node node;
  struct stat info {};
  REQUIRE(::stat(node.file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600U);
}

TEST_CASE("a catalogue that cannot be made is an error with its path, and nothing is set aside") {
  const auto refused = Catalogue::open("/nonexistent/folder/catalogue", kNow);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::io);
  CHECK(refused.error().message.find("/nonexistent/folder/catalogue") != std::string::npos);
}

}  // namespace freshet::store
