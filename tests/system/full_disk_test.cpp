// A download that does not fit. The small disk is a tmpfs in a mount namespace of the test's own.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/namespaces.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

bool mount_small_disk(const fs::path& at) {
  return enter_namespaces(CLONE_NEWNS)
         && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
         && ::mount("tmpfs", at.c_str(), "tmpfs", 0, "size=4m") == 0;
}

}  // namespace

TEST_CASE("a download that the disk cannot hold ends with 7, and the daemon lives on") {
  const TempDir dir;
  const auto disk = dir.folder("disk");
  if (!mount_small_disk(disk)) {
    MESSAGE("skipped: this machine lets the test mount nothing (run it as root)");
    return;
  }
  const auto share = dir.folder("share");
  write_random_file(share / "ocean.bin", std::uint64_t{16} * 1024 * 1024, 1);
  const Daemon source(dir.path() / "source", {.paths = {share.string()}});
  {
    const Daemon fetcher(disk / "fetcher", {.peers = {source.address()}});
    REQUIRE(source.has_hashed(1));
    REQUIRE(fetcher.has_peers(1));
    REQUIRE(fetcher.cli({"search", "ocean", "--timeout", "2"}).exit_code == 0);
    const auto got = fetcher.cli({"get", "1"});
    CAPTURE(got.err);
    CHECK(got.exit_code == 7);
    CHECK(got.out.empty());
    CHECK(fetcher.cli({"status"}).exit_code == 0);
  }
  ::umount2(disk.c_str(), MNT_DETACH);
}

TEST_CASE("a range of what the disk cannot hold is read, and a whole get that joins is refused") {
  const TempDir dir;
  const auto disk = dir.folder("disk");
  if (!mount_small_disk(disk)) {
    MESSAGE("skipped: this machine lets the test mount nothing (run it as root)");
    return;
  }
  const auto share = dir.folder("share");
  write_random_file(share / "ocean.bin", std::uint64_t{16} * 1024 * 1024, 1);
  const Daemon source(dir.path() / "source",
                      {.paths = {share.string()}, .flags = {"--up-rate", "200K"}});
  {
    const Daemon fetcher(disk / "fetcher", {.peers = {source.address()}});
    REQUIRE(source.has_hashed(1));
    REQUIRE(fetcher.has_peers(1));
    REQUIRE(fetcher.cli({"search", "ocean", "--timeout", "2"}).exit_code == 0);
    const auto read = fetcher.start_cli({"get", "1", "-o", "-", "--range", "8M..9M"}, "read");
    REQUIRE(eventually([&] { return !read->out().empty(); }));
    const auto whole = fetcher.cli({"get", "1"});
    CHECK(whole.exit_code == 7);
    CHECK_MESSAGE(whole.err.find("not enough space") != std::string::npos, whole.err);
    CHECK(read->running());
    REQUIRE(source.cli({"rate", "--up", "0"}).exit_code == 0);
    CHECK(read->wait(std::chrono::seconds(30)) == 0);
    CHECK(read->out().size() == std::size_t{1} << 20U);
  }
  ::umount2(disk.c_str(), MNT_DETACH);
}

}  // namespace freshet::testing
