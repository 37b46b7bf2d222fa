// Shares of which the kernel does not tell what changes: no watches are left for their folders, or
// a disk that was mounted below one goes. In namespaces of the test's own.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/namespaces.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

bool finds(const Daemon& daemon, const std::string& word) {
  const auto found = daemon.cli({"search", word, "--ttl", "0", "--timeout", "0.2", "--json"});
  return !found.events("hit").empty();
}
/// What `share ls` says is wrong with the only share.
std::string problem(const Daemon& daemon) {
  const auto listed = daemon.cli({"share", "ls", "--json"});
  return Json::parse(listed.out).at("shares").at(0).at("problem").get<std::string>();
}

/// What sets a limit of inotify's for those that run in the user namespace that it runs in.
std::string set_limit(const std::string& limit, int value) {
  return "echo " + std::to_string(value) + " > /proc/sys/user/max_inotify_" + limit;
}
/// Words before a program that let it have only so many.
std::vector<std::string> with_limit(const std::string& limit, int value) {
  return {"unshare",
          "--user",
          "--map-root-user",
          "sh",
          "-c",
          set_limit(limit, value) + " && exec \"$@\"",
          "sh"};
}
bool may_limit() {
  auto command = with_limit("watches", 3);
  command.emplace_back("true");
  if (run_program(command).exit_code == 0) return true;
  MESSAGE("skipped: this machine lets the test make no user namespace");
  return false;
}

/// Five folders, each with a file that has the folder's name and `word` as its own.
void fill(const fs::path& share, const std::string& word) {
  for (const char* folder : {"a", "b", "c", "d", "e"})
    write_file(share / folder / (word + folder + ".txt"), word + folder);
}

}  // namespace

TEST_CASE("shares without enough watches are scanned from time to time, and say what limits them") {
  if (!may_limit()) return;
  const TempDir dir;
  const auto share = dir.folder("share");
  fill(share, "heron");
  const DaemonOptions few_watches{.paths = {share.string()}, .wrapper = with_limit("watches", 3)};
  const DaemonOptions no_instance{.paths = {share.string()}, .wrapper = with_limit("instances", 0)};
  Daemon few(dir.path() / "few", few_watches);
  const Daemon none(dir.path() / "none", no_instance);
  REQUIRE(few.has_hashed(5));
  REQUIRE(none.has_hashed(5));
  CHECK(problem(few).find("sysctl fs.inotify.max_user_watches=") != std::string::npos);
  CHECK(problem(none).find("sysctl fs.inotify.max_user_instances=") != std::string::npos);
  CHECK(few.process().err().find("max_user_watches") != std::string::npos);

  fill(share, "kestrel");
  fs::remove_all(share / "a");
  fs::remove_all(share / "e");
  for (const Daemon* daemon : std::initializer_list<const Daemon*>{&few, &none}) {
    CHECK(daemon->has_hashed(6));
    CHECK(finds(*daemon, "kestrelb"));
    CHECK(finds(*daemon, "herond"));
    CHECK_FALSE(finds(*daemon, "herone"));
  }
  CHECK_FALSE(problem(few).empty());

  // It is watched as soon as that is possible.
  const auto raised = run_program({"nsenter",
                                   "--user",
                                   "--target",
                                   std::to_string(few.process().pid()),
                                   "sh",
                                   "-c",
                                   set_limit("watches", 100)});
  REQUIRE(raised.exit_code == 0);
  CHECK(eventually([&] { return problem(few).empty(); }));
  const auto scans = few.counter("share_scans");
  fill(share, "osprey");
  CHECK(few.has_hashed(11));
  CHECK(few.counter("share_scans") == scans);
}

TEST_CASE("what lay on a disk that was mounted below a share goes when it is unmounted") {
  const TempDir dir;
  const auto share = dir.folder("share");
  const auto disk = share / "disk";
  fs::create_directories(disk);
  const bool mounted = enter_namespaces(CLONE_NEWNS)
                       && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
                       && ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=4m") == 0;
  if (!mounted) {
    MESSAGE("skipped: this machine lets the test mount nothing (run it as root)");
    return;
  }
  write_file(share / "heron.txt", "one");
  fill(disk, "kestrel");
  const Daemon daemon(dir.path() / "n", {.paths = {share.string()}});
  REQUIRE(daemon.has_hashed(6));
  const auto scans = daemon.counter("share_scans");
  REQUIRE(eventually([&] { return ::umount(disk.c_str()) == 0; }));
  CHECK(daemon.has_hashed(1));
  CHECK(daemon.counter("share_scans") == scans);
  write_file(share / "osprey.txt", "two");
  CHECK(daemon.has_hashed(2));
}

}  // namespace freshet::testing
