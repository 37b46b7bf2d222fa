// A library of so many files that their words are kept on disk, from run to run.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <string>

#include <doctest/doctest.h>

#include "node/io/host/library.h"
#include "tests/unit/io/loop.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

namespace {

constexpr std::size_t kFiles = Library::kLeastKept + 100;
constexpr std::size_t kInFolder = 512;

struct Tree {
  store::TempFolder temp;
  std::string share = temp / "share";

  Tree() {
    for (std::size_t i = 0; i < kFiles; ++i) {
      const std::string folder = "share/folder" + std::to_string(i / kInFolder) + "/";
      temp.write(folder + "heron" + std::to_string(i) + " bird.txt", "");
    }
  }
};

/// One run of a daemon's library.
struct Run {
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  Library library;

  /// What reads metadata never starts; what is known of it is used.
  explicit Run(const store::TempFolder& state)
      : library(io,
                *store::Catalogue::open(state / "catalogue.sqlite", 1'700'000'000),
                state.path(),
                7,
                {"/bin/false"}) {
    library.pause_hashing(true);
    bool loaded = false;
    library.start([&] { loaded = true; });
    REQUIRE(test::run_until(io, [&] { return loaded; }));
  }
  void add(const std::string& path) {
    bool added = false;
    library.add_share(path, [&](const Result<ShareSummary>& result) {
      REQUIRE(result.ok());
      added = true;
    });
    REQUIRE(test::run_until(io, [&] { return added; }));
  }
  void until_kept(const store::TempFolder& state) {
    const bool kept = test::run_until(io, [&] { return library.index_is_kept(); });
    REQUIRE(kept);
    REQUIRE(std::filesystem::exists(state / "index"));
  }
  void until_scanned() {
    REQUIRE(test::run_until(
        io, [&] { return library.counters().scans > 0 && !library.shares().front().scanning; }));
  }
  bool finds(const std::string& word) { return count(word) > 0; }
  std::size_t count(const std::string& word) {
    wire::Query query;
    query.terms = {word};
    return library.lookup(Guid{}, query, 10).size();
  }
};

}  // namespace

TEST_CASE("words of many files are kept for the next run, which finds what is there then") {
  const Tree tree;
  const store::TempFolder state;
  {
    Run first(state);
    first.add(tree.share);
    first.until_kept(state);
    CHECK(first.finds("heron7"));
    CHECK(first.library.totals().files == kFiles);
    // What comes and goes afterwards.
    std::filesystem::remove(tree.share + "/folder0/heron7 bird.txt");
    std::ofstream(tree.share + "/folder0/kestrel.txt") << "new";
    bool scanned = false;
    first.library.rescan([&](const Status& status) { scanned = status.ok(); });
    REQUIRE(test::run_until(first.io, [&] { return scanned && first.finds("kestrel"); }));
    CHECK_FALSE(first.finds("heron7"));
    CHECK(first.finds("heron8"));
    CHECK(first.library.totals().files == kFiles);
  }
  // And while nothing runs.
  std::filesystem::rename(tree.share + "/folder0/heron9 bird.txt",
                          tree.share + "/folder0/osprey.txt");
  {
    Run second(state);
    CHECK(second.library.counters().words_kept == kFiles - 1);
    CHECK(second.finds("heron8"));
    CHECK(second.finds("kestrel"));
    CHECK_FALSE(second.finds("heron7"));
    second.until_scanned();
    REQUIRE(test::run_until(second.io, [&] { return second.finds("osprey"); }));
    CHECK_FALSE(second.finds("heron9"));
    CHECK(second.library.totals().files == kFiles);
  }
  const auto damage = [&] {
    std::fstream file(state / "index", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(1000).put('?').put('!');
  };
  const auto make_another_catalogues = [&] {
    auto catalogue = store::Catalogue::open(state / "catalogue.sqlite", 1'700'000'000);
    REQUIRE(catalogue->set_index_serial(1));
  };
  const auto lose = [&] {
    std::filesystem::remove(state / "index");
  };
  for (const std::function<void()>& spoil :
       std::initializer_list<std::function<void()>>{damage, make_another_catalogues, lose}) {
    spoil();
    Run third(state);
    CHECK(third.library.counters().words_kept == 0);
    CHECK(third.finds("osprey"));
    CHECK(third.finds("heron8"));
    third.until_kept(state);
    CHECK(third.finds("heron8"));
    CHECK(third.library.totals().files == kFiles);
  }
}

TEST_CASE("words that cannot be kept stay in memory") {
  const Tree tree;
  const store::TempFolder state;
  std::filesystem::create_directories(state / "index.new/in the way");
  Run run(state);
  run.add(tree.share);
  CHECK(run.finds("heron8"));
  std::ofstream(tree.share + "/folder0/kestrel.txt") << "new";
  bool scanned = false;
  run.library.rescan([&](const Status& status) { scanned = status.ok(); });
  REQUIRE(test::run_until(run.io, [&] { return scanned && run.finds("kestrel"); }));
  CHECK_FALSE(run.library.index_is_kept());
  CHECK(run.finds("heron8"));
}

TEST_CASE("words of what files say of themselves are kept, for as long as they say the same") {
  const Tree tree;
  tree.temp.write("share/folder0/heron song.mp3", "");
  const store::TempFolder state;
  // Of a file that is looked into, and of one with the same content whose name tells of none: its
  // words are made anew at each start.
  const auto say = [&](const std::string& artist) {
    ContentId content;
    content.bytes.fill(1);
    auto catalogue = store::Catalogue::open(state / "catalogue.sqlite", 1'700'000'000);
    REQUIRE(catalogue.ok());
    std::vector<store::HashedFile> hashed;
    REQUIRE(catalogue->for_each_file([&](const store::CatalogueFile& file) -> Status {
      if (file.relative.ends_with("heron song.mp3") || file.relative.ends_with("heron0 bird.txt"))
        hashed.push_back({.file = file.id,
                          .stamp = file.stamp,
                          .content = {.id = content, .size_bytes = 0, .piece_layer = {}}});
      return kOk;
    }));
    REQUIRE(hashed.size() == 2);
    REQUIRE(catalogue->record_hashes(hashed).ok());
    const store::KnownMetadata known{.content = content, .metadata = {.artist = artist}};
    REQUIRE(catalogue->record_metadata({&known, 1}));
  };
  {
    Run first(state);
    first.add(tree.share);
    first.until_kept(state);
  }
  say("björk");
  std::filesystem::remove(state / "index");
  {
    Run second(state);
    CHECK(second.count("bjork") == 2);
    second.until_kept(state);
    CHECK(second.count("bjork") == 2);
  }
  {
    Run third(state);
    CHECK(third.library.counters().words_kept == kFiles);
    CHECK(third.count("bjork") == 2);
  }
  say("kestrel");
  Run fourth(state);
  CHECK(fourth.library.counters().words_kept == kFiles - 1);
  CHECK(fourth.count("kestrel") == 2);
  CHECK_FALSE(fourth.finds("bjork"));
}

}  // namespace freshet::io
