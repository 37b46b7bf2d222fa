// What goes wrong at the command line: one line on stderr that says what to do, the documented exit
// code, and nothing on stdout.
#include <algorithm>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kUsage = 2;
constexpr int kNoDaemon = 3;
constexpr int kNoSource = 5;
constexpr int kDisk = 7;

void check_error(const CliResult& result, int code) {
  CAPTURE(result.err);
  CHECK(result.exit_code == code);
  CHECK(result.out.empty());
  CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
}

struct NoDaemon {
  CliResult run(std::vector<std::string> args) {
    args.insert(args.begin(), {"--state", (dir.path() / "none").string()});
    return run_freshet(args);
  }
  TempDir dir;
};

}  // namespace

TEST_CASE("without a daemon, commands say so and end with 3") {
  NoDaemon none;
  for (const auto& command : std::vector<std::vector<std::string>>{{"status"},
                                                                   {"peers"},
                                                                   {"down"},
                                                                   {"search", "x"},
                                                                   {"get", "1"},
                                                                   {"downloads"},
                                                                   {"join", "127.0.0.1:9"},
                                                                   {"share", "ls"}}) {
    CAPTURE(command.front());
    check_error(none.run(command), kNoDaemon);
  }
}

TEST_CASE("usage is checked before the daemon is asked for") {
  NoDaemon none;
  for (const auto& command :
       std::vector<std::vector<std::string>>{{"search"},
                                             {"get"},
                                             {"search", "x", "--ttl", "16"},
                                             {"search", "x", "--ttl", "-1"},
                                             {"search", "x", "--timeout", "soon"},
                                             {"search", "x", "--strategy", "magic"},
                                             {"frobnicate"},
                                             {"up", "--listen", "nowhere"},
                                             {"join"}}) {
    CAPTURE(command.front());
    check_error(none.run(command), kUsage);
  }
}

TEST_CASE("a number that no search gave is a usage error") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  check_error(daemon.cli({"get", "1"}), kUsage);
  check_error(daemon.cli({"get", "not-an-id"}), kUsage);
}

TEST_CASE("an id that nobody has ends with 5 once the time is over") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  check_error(daemon.cli({"get", std::string(64, 'a'), "--timeout", "1"}), kNoSource);
}

TEST_CASE("a search that finds nothing ends with 1") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  CHECK(daemon.cli({"search", "nothing", "--timeout", "1"}).exit_code == 1);
}

TEST_CASE("a share that does not exist keeps the daemon from starting, with 7") {
  NoDaemon none;
  check_error(none.run({"up", "/no/such/folder", "--listen", "127.0.0.1:0"}), kDisk);
}

TEST_CASE("a port in use keeps the daemon from starting, with 7") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  NoDaemon none;
  check_error(none.run({"up", "--listen", daemon.address(), "--no-discovery"}), kDisk);
}

TEST_CASE("a state folder in use keeps a second daemon from starting, and leaves the first alone") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  const auto second = daemon.cli({"up", "--listen", "127.0.0.1:0", "--no-discovery"});
  check_error(second, kDisk);
  CHECK(daemon.cli({"status"}).exit_code == 0);
}

TEST_CASE("a share that may not be read keeps the daemon from starting, with 7") {
  const TempDir dir;
  const auto share = dir.folder("share");
  const auto state = dir.folder("state");
  std::vector<std::string> args = {
      freshet_binary(), "--state", state.string(), "up", share.string(), "--listen", "127.0.0.1:0"};
  if (::geteuid() == 0) {  // root may read everything, so somebody else has to ask
    const auto program = dir.path() / "freshet";
    fs::copy_file(freshet_binary(), program);
    args.front() = program.string();
    args.insert(args.begin(), {"setpriv", "--reuid=65534", "--clear-groups"});
    fs::permissions(dir.path(), fs::perms::owner_all | fs::perms::others_exec);
    fs::permissions(state, fs::perms::all);
  }
  fs::permissions(share, fs::perms::none);
  check_error(run_program(args), kDisk);
  fs::permissions(share, fs::perms::owner_all);
}

TEST_CASE("a path that cannot be shared is refused by a running daemon, with 7") {
  const TempDir dir;
  const Daemon daemon(dir.path() / "n", {});
  check_error(daemon.cli({"share", "add", (dir.path() / "gone").string()}), kDisk);
}

TEST_CASE("a shared folder that vanishes is noticed by a rescan, and its files are found no more") {
  const TempDir dir;
  const auto share = dir.folder("share");
  write_file(share / "mirage.txt", "soon gone");
  const Daemon daemon(dir.path() / "n", {.paths = {share.string()}});
  REQUIRE(daemon.has_hashed(1));
  fs::remove_all(share);
  check_error(daemon.cli({"share", "rescan"}), kDisk);
  CHECK(daemon.cli({"search", "mirage", "--ttl", "0", "--timeout", "1"}).exit_code == 1);
}

TEST_CASE("a source whose file vanished leaves the fetch without a source") {
  Mesh mesh(2, line(2), [](std::size_t node, const fs::path& share) {
    if (node == 1) write_random_file(share / "oasis.bin", 100000, 5);
  });
  REQUIRE(mesh[0].cli({"search", "oasis", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  fs::remove(mesh.share(1) / "oasis.bin");
  check_error(mesh[0].cli({"get", "1", "--timeout", "2"}), kNoSource);
}

}  // namespace freshet::testing
