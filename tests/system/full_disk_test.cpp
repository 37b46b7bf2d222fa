// A download that does not fit.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/small_disk.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

/// A source of 16 MiB, and a fetcher that found them and whose disk has 4.
struct TooSmall {
  explicit TooSmall(std::vector<std::string> source_flags = {}) {
    if (!disk.is_mounted()) return;
    const auto share = dir.folder("share");
    write_random_file(share / "ocean.bin", std::uint64_t{16} * 1024 * 1024, 1);
    source = std::make_unique<Daemon>(
        dir.path() / "source",
        DaemonOptions{.paths = {share.string()}, .flags = std::move(source_flags)});
    fetcher =
        std::make_unique<Daemon>(mount / "fetcher", DaemonOptions{.peers = {source->address()}});
    REQUIRE(source->has_hashed(1));
    REQUIRE(fetcher->has_peers(1));
    REQUIRE(fetcher->cli({"search", "ocean", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  }

  TempDir dir;
  fs::path mount = dir.folder("disk");
  SmallDisk disk{mount, 4};
  std::unique_ptr<Daemon> source;
  std::unique_ptr<Daemon> fetcher;
};

}  // namespace

TEST_CASE("a download that the disk cannot hold ends with 7, and the daemon lives on") {
  const TooSmall at;
  if (!at.disk.is_mounted()) return;
  const auto got = at.fetcher->cli({"get", "1"});
  CAPTURE(got.err);
  CHECK(got.exit_code == 7);
  CHECK(got.out.empty());
  CHECK(at.fetcher->cli({"status"}).exit_code == 0);
}

TEST_CASE("a range of what the disk cannot hold is read, and a whole get that joins is refused") {
  const TooSmall at({"--up-rate", "50K"});
  if (!at.disk.is_mounted()) return;
  const auto read = at.fetcher->start_cli({"get", "1", "-o", "-", "--range", "8M..9M"}, "read");
  REQUIRE(eventually([&] { return !read->out().empty(); }));
  const auto whole = at.fetcher->cli({"get", "1"});
  CHECK(whole.exit_code == 7);
  CHECK_MESSAGE(whole.err.find("not enough space") != std::string::npos, whole.err);
  CHECK(read->running());
  REQUIRE(at.source->cli({"rate", "--up", "0"}).exit_code == 0);
  CHECK(read->wait(std::chrono::seconds(30)) == 0);
  CHECK(read->out().size() == std::size_t{1} << 20U);
}

}  // namespace freshet::testing
