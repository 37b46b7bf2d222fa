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

}  // namespace freshet::testing
