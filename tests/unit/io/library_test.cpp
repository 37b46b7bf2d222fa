// The library against real folders: shares that come, go and cannot be read while something else of
// them is under way.
#include "node/io/host/library.h"

#include <filesystem>

#include <doctest/doctest.h>

#include "node/io/host/finished_file.h"
#include "node/store/hasher.h"
#include "tests/unit/io/few_descriptors.h"
#include "tests/unit/io/loop.h"
#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

namespace {

// Enough descriptors to look at a file of a share, or to scan what lies right in it, and too few to
// enter a folder of a folder.
constexpr std::size_t kTooFew = 2;

struct Shelf {
  store::TempFolder temp;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  std::string share = temp / "share";
  Library library{
      io, *store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000), temp / "state", 7};

  Shelf() {
    std::filesystem::create_directories(temp / "state");
    library.pause_hashing(true);  // it opens files when it likes
    temp.write("share/heron.txt", "one");
    temp.write("share/a/b/kestrel.txt", "two");
    bool loaded = false;
    library.start([&] { loaded = true; });
    REQUIRE(test::run_until(io, [&] { return loaded; }));
    REQUIRE(add(share));
    REQUIRE(files() == 2);
  }
  bool add(const std::string& path) {
    std::optional<bool> added;
    library.add_share(path, [&](const Result<ShareSummary>& result) { added = result.ok(); });
    return test::run_until(io, [&] { return added.has_value(); }) && *added;
  }
  bool rescan() {
    std::optional<bool> scanned;
    library.rescan([&](const Status& result) { scanned = result.ok(); });
    return test::run_until(io, [&] { return scanned.has_value(); }) && *scanned;
  }
  /// Registers a file that is there as if it had been fetched; it may be called before the loop is
  /// run.
  void finish(const std::string& path, bool& done) {
    const auto stamp = stamp_of_path(path);
    REQUIRE(stamp.ok());
    auto content = store::hash_file({temp.path(), path.substr(temp.path().size() + 1), *stamp});
    REQUIRE(content.ok());
    library.add_finished(path, *content, [&](const Result<store::FileRef>&) { done = true; });
  }
  bool comes_to(std::uint64_t count) {
    return test::run_until(io, [&] { return files() == count; });
  }
  [[nodiscard]] std::uint64_t files() const { return library.totals().files; }
};

}  // namespace

TEST_CASE(
    "a single file that comes to a share that cannot be read is not offered before the rest") {
  Shelf shelf;
  {
    const FewDescriptors few(kTooFew);
    CHECK_FALSE(shelf.rescan());
    CHECK(shelf.files() == 0);
    const auto changed = shelf.library.counters().files_changed;
    shelf.temp.write("share/osprey.txt", "three");
    REQUIRE(test::run_until(shelf.io,
                            [&] { return shelf.library.counters().files_changed > changed; }));
    CHECK(shelf.files() == 0);
  }
  CHECK(shelf.rescan());
  CHECK(shelf.files() == 3);  // by the time that it says so
}

TEST_CASE("a name that is longer than the wire's is told shortened") {
  const store::TempFolder temp;
  temp.write("share/heron.txt", "one");
  std::string longest;  // as a FAT file system has it: 255 characters of two bytes
  for (int i = 0; i < 251; ++i) longest += "ж";
  longest += ".txt";
  auto catalogue = store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000);
  const auto share = catalogue->add_share(*store::resolve_share(temp / "share"));
  REQUIRE(catalogue->begin_scan(*share).ok());
  const store::ScannedFile file{.relative = longest, .stamp = {.size_bytes = 3}};
  REQUIRE(catalogue->merge(std::span(&file, 1)).ok());

  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  Library library{io, std::move(*catalogue), temp / "state", 7};
  std::vector<wire::HitFile> hits;
  wire::Query query;
  query.terms = {"txt"};
  bool loaded = false;
  library.start([&] {
    hits = library.lookup(Guid{}, query, 10);
    loaded = true;
  });
  REQUIRE(test::run_until(io, [&] { return loaded; }));
  library.stop();
  REQUIRE(hits.size() == 1);
  CHECK(hits[0].name.size() <= wire::kMaxFileNameBytes);
  CHECK(hits[0].name.starts_with("жж"));
  CHECK(hits[0].name.ends_with(".txt"));
}

TEST_CASE("a share that is removed when it could be read again stays away") {
  Shelf shelf;
  {
    const FewDescriptors few(kTooFew);
    CHECK_FALSE(shelf.rescan());
  }
  bool removed = false;
  shelf.library.rescan([&](const Status&) {
    shelf.library.remove_share(shelf.share, [&](const Status&) { removed = true; });
  });
  REQUIRE(test::run_until(shelf.io, [&] { return removed; }));
  CHECK(shelf.files() == 0);
  CHECK(shelf.library.shares().empty());
}

TEST_CASE("a download that ends in a share while that is removed does not bring it back") {
  Shelf shelf;
  const auto path = shelf.temp.write("share/osprey.txt", "three");
  bool finished = false;
  bool removed = false;
  shelf.finish(path, finished);
  shelf.library.remove_share(shelf.share, [&](const Status&) { removed = true; });
  REQUIRE(test::run_until(shelf.io, [&] { return finished && removed; }));
  CHECK(shelf.files() == 0);
  CHECK(shelf.library.shares().empty());
}

TEST_CASE("a download outside of every share is shared, and followed when it goes") {
  Shelf shelf;
  const auto path = shelf.temp.write("elsewhere/osprey.txt", "three");
  bool finished = false;
  shelf.finish(path, finished);
  REQUIRE(test::run_until(shelf.io, [&] { return finished; }));
  CHECK(shelf.files() == 3);
  REQUIRE(shelf.library.shares().size() == 2);
  REQUIRE(test::run_until(shelf.io, [&] { return !shelf.library.shares().back().scanning; }));
  std::filesystem::remove(path);
  CHECK(shelf.comes_to(2));
}

TEST_CASE("a share whose changes cannot be kept is offered as it was, and says why") {
  Shelf shelf;
  std::filesystem::remove(shelf.temp / "share/heron.txt");
  shelf.temp.write("share/osprey.txt", "three");
  {
    const store::FileSizeLimit full(1);
    CHECK_FALSE(shelf.rescan());
    CHECK(shelf.files() == 2);
    CHECK_FALSE(shelf.library.shares().front().problem.empty());
  }
  CHECK(shelf.rescan());
  CHECK(shelf.comes_to(2));
  CHECK(shelf.library.shares().front().problem.empty());
  std::filesystem::remove(shelf.temp / "share/a/b/kestrel.txt");
  CHECK(shelf.comes_to(1));
}

TEST_CASE("hashes that were not kept yet are kept when the library stops") {
  Shelf shelf;
  shelf.temp.write("share/huge.bin", "");
  std::filesystem::resize_file(shelf.temp / "share/huge.bin", std::uintmax_t{1} << 30U);
  REQUIRE(shelf.comes_to(3));
  shelf.library.pause_hashing(false);
  REQUIRE(test::run_until(shelf.io, [&] { return shelf.library.totals().hashed_files == 2; }));
  shelf.library.stop();
  auto catalogue = store::Catalogue::open(shelf.temp / "catalogue.sqlite", 1'700'000'000);
  REQUIRE(catalogue.ok());
  CHECK(catalogue->totals()->hashed_files == 2);
}

TEST_CASE("a share that is named again at the start is scanned once, and told of to all") {
  const store::TempFolder temp;
  const auto heron = temp.write("share/heron.txt", "one");
  const std::string share = heron.substr(0, heron.rfind('/'));
  std::filesystem::create_directories(temp / "state");
  auto catalogue = store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000);
  REQUIRE(catalogue->add_share({.path = share}).ok());
  asio::io_context io;
  const auto work = asio::make_work_guard(io);
  Library library{io, *std::move(catalogue), temp / "state", 7};
  std::vector<std::uint64_t> files;
  const auto told = [&](const Result<ShareSummary>& result) {
    REQUIRE(result.ok());
    files.push_back(result->totals.files);
  };
  library.start([&] {
    library.add_share(share, told);
    library.add_share(share, told);
  });
  REQUIRE(test::run_until(io, [&] { return files.size() == 2; }));
  CHECK(files == std::vector<std::uint64_t>{1, 1});
  CHECK(library.counters().scans == 1);
  library.add_share(share, told);
  REQUIRE(test::run_until(io, [&] { return files.size() == 3; }));
  CHECK(library.counters().scans == 2);
}

}  // namespace freshet::io
