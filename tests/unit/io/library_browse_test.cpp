// Pages of a real share: a folder on disk, scanned by a Library.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <doctest/doctest.h>

#include "node/io/host/library.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {
namespace {

namespace fs = std::filesystem;

class Shared {
 public:
  Shared() { fs::create_directory(temp_ / "state"); }
  ~Shared() {
    library_->stop();
    io_.restart();
    io_.run();
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  [[nodiscard]] Library& library() { return *library_; }
  [[nodiscard]] std::string folder(const std::string& name) const { return temp_ / name; }
  void write(const std::string& name) const {
    const fs::path path = temp_ / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << name;
  }
  void share(const std::string& name, std::optional<bool> browse = {}) {
    bool is_done = false;
    library_->add_share(
        folder(name),
        [&](const Result<ShareSummary>& share) {
          CHECK(share.ok());
          is_done = true;
        },
        browse);
    run_until(is_done);
  }
  void set_browse(const std::string& name, bool allowed) {
    bool is_done = false;
    library_->set_browse(folder(name), allowed, [&](const Status& set) {
      CHECK(set.ok());
      is_done = true;
    });
    run_until(is_done);
  }
  void rescan() {
    bool is_done = false;
    library_->rescan([&](const Status& scanned) {
      CHECK(scanned.ok());
      is_done = true;
    });
    run_until(is_done);
  }

  /// How often each name comes, page by page; `between` is called after each page.
  template <typename Between>
  std::map<std::string, int> read_all(std::uint32_t most, Between between) {
    std::map<std::string, int> seen;
    wire::BrowsePlace from = 0;
    do {
      const wire::BrowsePage page = library_->browse({.from = from, .max_files = most});
      CHECK(page.state == wire::BrowseState::listed);
      CHECK(page.files.size() <= most);
      CHECK((page.next == 0 || page.next > from));
      for (const wire::BrowsedFile& file : page.files) ++seen[file.file.name];
      from = page.next;
      between();
    } while (from != 0);
    return seen;
  }
  std::map<std::string, int> read_all(std::uint32_t most = 7) {
    return read_all(most, [] {});
  }

 private:
  // Workers may be all that is at work: the loop alone would have nothing to do.
  void run_until(const bool& is_done) {
    const auto guard = asio::make_work_guard(io_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    io_.restart();
    while (!is_done && io_.run_one_until(deadline) > 0) {
    }
    REQUIRE(is_done);
  }

  store::TempFolder temp_;
  asio::io_context io_;
  std::optional<Library> library_{std::in_place,
                                  io_,
                                  std::move(*store::Catalogue::open(temp_ / "catalogue", 1)),
                                  temp_ / "state",
                                  1};
};

std::string name_of(int number) {
  return "file " + std::to_string(number) + ".txt";
}

}  // namespace

TEST_CASE("every file comes once, in pages of any size, under its name alone") {
  Shared shared;
  for (int i = 0; i < 40; ++i) shared.write("share/deep/er/" + name_of(i));
  shared.share("share");
  for (const std::uint32_t most : {1U, 7U, 40U, 1000U}) {
    const auto seen = shared.read_all(most);
    CHECK(seen.size() == 40);
    for (int i = 0; i < 40; ++i) CHECK(seen.at(name_of(i)) == 1);
  }
}

TEST_CASE("a page is of no more files than a page may have") {
  Shared shared;
  for (int i = 0; i < 300; ++i) shared.write("share/" + name_of(i));
  shared.share("share");
  CHECK(shared.library().browse({.from = 0, .max_files = 0}).files.size() == wire::kMaxHitFiles);
  CHECK(shared.library().browse({.from = 0, .max_files = 5000}).files.size() == wire::kMaxHitFiles);
}

TEST_CASE("files that come and go between two pages neither repeat nor hide those that stay") {
  Shared shared;
  for (int i = 0; i < 60; ++i) shared.write("share/" + name_of(i));
  shared.share("share");
  int next = 0;
  const auto seen = shared.read_all(6, [&] {
    fs::remove(shared.folder("share/" + name_of(next)));  // of the first 30, one after another
    shared.write("share/new " + name_of(next));
    ++next;
    shared.rescan();
  });
  REQUIRE(next >= 10);
  REQUIRE(next < 30);
  for (int i = 30; i < 60; ++i) CHECK(seen.at(name_of(i)) == 1);
  for (const auto& [name, times] : seen) CHECK(times == 1);
}

TEST_CASE("a share that may not be browsed is left out, and when none may that is said") {
  Shared shared;
  shared.write("open/a.txt");
  shared.write("closed/b.txt");
  shared.share("open");
  shared.share("closed", false);
  using Seen = std::map<std::string, int>;
  CHECK(shared.read_all() == Seen{{"a.txt", 1}});
  CHECK(shared.library().totals().files == 2);
  shared.share("closed");  // shared again: as it was
  CHECK(shared.read_all() == Seen{{"a.txt", 1}});
  shared.set_browse("open", false);
  CHECK(shared.library().counters().browses_refused == 0);
  CHECK(shared.library().browse({}).state == wire::BrowseState::refused);
  CHECK(shared.library().counters().browses_refused == 1);
  CHECK(shared.library().browse({}).files.empty());
  shared.set_browse("closed", true);
  CHECK(shared.read_all() == Seen{{"b.txt", 1}});
}

TEST_CASE("a node that shares nothing has an empty list, and places beyond the end have no files") {
  Shared shared;
  CHECK(shared.library().browse({}).state == wire::BrowseState::listed);
  CHECK(shared.library().browse({}).next == 0);
  shared.write("share/a.txt");
  shared.share("share");
  const auto page = shared.library().browse({.from = UINT64_MAX, .max_files = 1});
  CHECK(page.files.empty());
  CHECK(page.next == 0);
}

TEST_CASE("an unknown folder cannot be opened or closed to browsing") {
  Shared shared;
  std::optional<ErrorCode> code;
  shared.library().set_browse("/nowhere", false, [&](const Status& set) {
    if (!set) code = set.error().code;
  });
  CHECK(code == ErrorCode::not_found);
}

}  // namespace freshet::io
