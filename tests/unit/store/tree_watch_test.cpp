#include "node/store/tree_watch.h"

#include <fstream>

#include <doctest/doctest.h>
#include <fcntl.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr ShareId kShare{1};
constexpr TimePoint kStart{std::chrono::hours(1)};

/// A folder, watched as far as watch() was called.
struct Watched {
  TempFolder temp;
  TreeWatch watch = std::move(*TreeWatch::open());
  TimePoint now = kStart;

  void folder(const std::string& relative, ShareId share = kShare) {
    const std::string path = relative.empty() ? temp.path() : temp / relative;
    std::filesystem::create_directories(path);
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY));
    REQUIRE(watch.watch({share, relative}, fd.get()).ok());
  }
  Dirty read() {
    Dirty dirty;
    watch.read(now, dirty);
    return dirty;
  }
};

PathKey key(const std::string& path) {
  return {kShare, path};
}

}  // namespace

TEST_CASE("a file that is written and closed is to be looked at, and rests") {
  Watched it;
  it.folder("a");
  it.folder("");
  it.temp.write("a/file", "text");
  CHECK(it.read().files == std::set<PathKey>{key("a/file")});
  CHECK_FALSE(it.watch.is_written(key("a/file")));
  CHECK(it.read().files.empty());
}

TEST_CASE("a file that is kept open does not rest until its writer pauses, each time for longer") {
  Watched it;
  it.folder("");
  std::ofstream writer(it.temp / "growing");
  const auto write = [&] {
    writer << "more" << std::flush;
    return it.read().files.contains(key("growing"));
  };
  CHECK(write());
  CHECK(it.watch.is_written(key("growing")));
  REQUIRE(it.watch.next_rest().has_value());
  it.now = *it.watch.next_rest();
  CHECK(it.read().files.contains(key("growing")));
  CHECK_FALSE(it.watch.is_written(key("growing")));
  CHECK(write());  // it goes on after all: not to be offered any more
  CHECK(it.watch.is_written(key("growing")));
  CHECK(*it.watch.next_rest() == it.now + 2 * kRestAfter);
  CHECK_FALSE(write());  // nothing new
  writer.close();
  CHECK(it.read().files.contains(key("growing")));
  CHECK_FALSE(it.watch.is_written(key("growing")));
  CHECK_FALSE(it.watch.next_rest().has_value());
}

TEST_CASE("a folder that comes, goes or gets another name is to be looked at with all below it") {
  Watched it;
  it.folder("");
  std::filesystem::create_directory(it.temp / "new");
  CHECK(it.read().trees == std::set<PathKey>{key("new")});
  it.folder("new");
  it.folder("new/below");
  CHECK(it.watch.watched() == 3);
  it.read();
  std::filesystem::rename(it.temp / "new", it.temp / "old");
  CHECK(it.read().trees == std::set<PathKey>{key("new"), key("old")});
  CHECK(it.watch.watched() == 1);  // by the name that they had
  CHECK_FALSE(it.watch.watches(key("new/below")));
}

TEST_CASE("a folder of two shares tells both, and one goes on when the other is forgotten") {
  Watched it;
  const ShareId other{2};
  it.folder("");
  it.folder("", other);
  CHECK(it.watch.watched() == 1);
  it.temp.write("x", "1");
  CHECK(it.read().files == std::set<PathKey>{{kShare, "x"}, {other, "x"}});
  it.watch.forget(kShare);
  it.temp.write("y", "1");
  CHECK(it.read().files == std::set<PathKey>{{other, "y"}});
  it.watch.forget(other);
  CHECK(it.watch.watched() == 0);
}

TEST_CASE("a share that loses its folder, or events, is to be scanned as a whole") {
  Watched it;
  it.folder("");
  std::filesystem::rename(it.temp.path(), it.temp.path() + ".moved");
  CHECK(it.read().shares == std::set<ShareId>{kShare});
  std::filesystem::rename(it.temp.path() + ".moved", it.temp.path());
  it.read();
  // More than the kernel keeps (fs.inotify.max_queued_events); two alike in a row are one.
  std::size_t most = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> most;
  if (most == 0 || most > 100'000) {
    MESSAGE("skipped: the kernel's queue takes " << most << " events");
    return;
  }
  it.temp.write("a", "");
  for (std::size_t i = 0; i <= most / 2; ++i) {
    std::filesystem::rename(it.temp / "a", it.temp / "b");
    std::filesystem::rename(it.temp / "b", it.temp / "a");
  }
  CHECK(it.read().shares == std::set<ShareId>{kShare});
}

TEST_CASE("dotfiles are not told") {
  Watched it;
  it.folder("");
  it.temp.write(".hidden", "x");
  std::filesystem::create_directory(it.temp / ".git");
  const Dirty dirty = it.read();
  CHECK(dirty.files.empty());
  CHECK(dirty.trees.empty());
}

}  // namespace freshet::store
