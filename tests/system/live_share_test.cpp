// Shared folders that change while the daemon runs: what is new is found, what is gone is not, and
// nobody has to say so.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

/// The one hit of a search in the node's own files, or null.
Json own_hit(const Daemon& daemon, const std::string& word, const std::string& where = "size:0..") {
  const auto found =
      daemon.cli({"search", word, where, "--ttl", "0", "--timeout", "0.2", "--json"});
  const auto hits = found.events("hit");
  return hits.empty() ? Json() : hits.back();
}
bool comes(const Daemon& daemon, const std::string& word) {
  return eventually([&] { return !own_hit(daemon, word).is_null(); });
}
bool goes(const Daemon& daemon, const std::string& word) {
  return eventually([&] { return own_hit(daemon, word).is_null(); });
}
/// What `share ls` says about the first share.
Json share_line(const Daemon& daemon) {
  const auto listed = daemon.cli({"share", "ls", "--json"});
  return Json::parse(listed.out).at("shares").at(0);
}

struct Shared {
  TempDir dir;
  fs::path share = dir.folder("share");
  std::unique_ptr<Daemon> daemon;

  void start() {
    daemon = std::make_unique<Daemon>(dir.path() / "n", DaemonOptions{.paths = {share.string()}});
  }
};

}  // namespace

TEST_CASE("a file that comes, changes, gets another name or goes is followed without a rescan") {
  Shared node;
  write_file(node.share / "heron.txt", "one");
  node.start();
  const Daemon& daemon = *node.daemon;
  REQUIRE(daemon.has_hashed(1));
  const auto scans = daemon.counter("share_scans");

  write_file(node.share / "kestrel.txt", "two");
  REQUIRE(comes(daemon, "kestrel"));
  REQUIRE(daemon.has_hashed(2));
  const auto id = own_hit(daemon, "kestrel").at("id");
  const auto hashed = daemon.counter("files_hashed");

  fs::create_directories(node.share / "deep" / "er");
  fs::rename(node.share / "kestrel.txt", node.share / "deep" / "er" / "osprey.txt");
  CHECK(comes(daemon, "osprey"));
  CHECK(goes(daemon, "kestrel"));
  CHECK(own_hit(daemon, "osprey").at("id") == id);
  fs::rename(node.share / "deep", node.share / "shallow");
  CHECK(eventually([&] {
    const auto hit = own_hit(daemon, "osprey", "path:shallow");
    return !hit.is_null() && hit.at("id") == id;
  }));
  CHECK(daemon.counter("files_hashed") == hashed);

  write_file(node.share / "heron.txt", "another text");
  CHECK(eventually([&] {
    const auto hit = own_hit(daemon, "heron");
    return !hit.is_null() && hit.at("size") == 12;
  }));
  CHECK(daemon.has_hashed(2));
  fs::remove_all(node.share / "shallow");
  CHECK(goes(daemon, "osprey"));
  CHECK(daemon.has_hashed(1));
  CHECK(daemon.counter("share_scans") == scans);
}

TEST_CASE("a file that is being written is offered when its writer closes it") {
  Shared node;
  node.start();
  const int fd = ::open((node.share / "growing pelican.bin").c_str(), O_WRONLY | O_CREAT, 0600);
  REQUIRE(fd >= 0);
  // As long as it grows faster than it would rest, it is not there.
  bool offered = false;
  for (int i = 0; i < 40; ++i) {
    REQUIRE(::write(fd, "0123456789", 10) == 10);
    offered = offered || node.daemon->status().at("shared_files") != 0;
    std::this_thread::sleep_for(kAskEvery);
  }
  ::close(fd);
  // A machine that stalls for a second lets it rest: no fault of the daemon's.
  if (offered) MESSAGE("offered while it was written: the writer was stalled");
  CHECK(eventually([&] {
    const auto hit = own_hit(*node.daemon, "pelican");
    return !hit.is_null() && hit.at("size") == 400;
  }));
}

TEST_CASE("a share that vanishes is not offered, and comes back with its hashes") {
  Shared node;
  write_file(node.share / "gannet.txt", "diver");
  node.start();
  REQUIRE(node.daemon->has_hashed(1));
  const auto away = node.dir.path() / "away";
  fs::rename(node.share, away);
  CHECK(eventually([&] { return node.daemon->status().at("shared_files") == 0; }));
  CHECK(eventually([&] { return !share_line(*node.daemon).at("problem").empty(); }));
  CHECK(own_hit(*node.daemon, "gannet").is_null());
  fs::rename(away, node.share);
  CHECK(comes(*node.daemon, "gannet"));
  CHECK(node.daemon->has_hashed(1));
  CHECK(node.daemon->counter("files_hashed") == 1);
  CHECK(eventually([&] { return share_line(*node.daemon).at("problem") == ""; }));
  // And it is watched again.
  write_file(node.share / "fulmar.txt", "glider");
  CHECK(comes(*node.daemon, "fulmar"));
}

TEST_CASE("a removed share is gone from answers when the command returns") {
  Shared node;
  write_file(node.share / "puffin.txt", "beak");
  node.start();
  REQUIRE(comes(*node.daemon, "puffin"));
  REQUIRE(node.daemon->cli({"share", "rm", node.share.string()}).exit_code == 0);
  CHECK(own_hit(*node.daemon, "puffin").is_null());
  write_file(node.share / "razorbill.txt", "beak");
  CHECK(own_hit(*node.daemon, "razorbill").is_null());
  CHECK(node.daemon->status().at("shared_files") == 0);
}

TEST_CASE("hashing is paused and resumed, and status tells what is left") {
  Shared node;
  node.start();
  const Daemon& daemon = *node.daemon;
  REQUIRE(daemon.cli({"share", "pause"}).exit_code == 0);
  write_file(node.share / "dunlin.txt", "wader");
  REQUIRE(comes(daemon, "dunlin"));  // by name, at once
  CHECK(own_hit(daemon, "dunlin").at("id").is_null());
  const auto paused = daemon.status().at("hashing");
  CHECK(paused.at("paused") == true);
  CHECK(paused.at("files") == 1);
  CHECK(paused.at("bytes") == 5);
  CHECK(paused.at("eta_seconds").is_null());
  CHECK(daemon.counter("files_hashed") == 0);
  const auto listed = daemon.cli({"share", "ls"});
  CHECK(listed.err.find("1 file, 5 B to go, paused") != std::string::npos);
  REQUIRE(daemon.cli({"share", "resume"}).exit_code == 0);
  CHECK(daemon.has_hashed(1));
  CHECK(daemon.status().at("hashing").at("files") == 0);
}

TEST_CASE("a folder that lies in two shares is followed in both") {
  Shared node;
  fs::create_directories(node.share / "inner");
  node.start();
  REQUIRE(node.daemon->cli({"share", "add", (node.share / "inner").string()}).exit_code == 0);
  write_file(node.share / "inner" / "skua.txt", "thief");
  CHECK(eventually([&] { return node.daemon->status().at("shared_files") == 2; }));
  REQUIRE(node.daemon->cli({"share", "rm", (node.share / "inner").string()}).exit_code == 0);
  write_file(node.share / "inner" / "tern.txt", "arctic");
  CHECK(comes(*node.daemon, "tern"));
  CHECK(node.daemon->status().at("shared_files") == 2);
}

TEST_CASE("a share that is a single file is followed through being replaced") {
  Shared node;
  const auto file = node.share / "cormorant.txt";
  write_file(file, "first");
  Daemon daemon(node.dir.path() / "n", {.paths = {file.string()}});
  REQUIRE(daemon.has_hashed(1));
  write_file(node.share / "other", "the second");
  fs::rename(node.share / "other", file);
  CHECK(eventually([&] {
    const auto hit = own_hit(daemon, "cormorant");
    return !hit.is_null() && hit.at("size") == 10;
  }));
  fs::remove(file);
  CHECK(goes(daemon, "cormorant"));
  write_file(file, "again");
  CHECK(comes(daemon, "cormorant"));
}

}  // namespace freshet::testing
