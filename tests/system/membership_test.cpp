// Daemons that find links by themselves: from one address to a mesh that does not hang on it, and a
// machine that sleeps. Beacons are off: everything is learned from peers.
#include <csignal>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

/// `nodes` daemons; all but the first are told of the first alone.
std::vector<std::unique_ptr<Daemon>> start_all(const TempDir& dir, std::size_t nodes) {
  std::vector<std::unique_ptr<Daemon>> daemons;
  for (std::size_t i = 0; i < nodes; ++i) {
    DaemonOptions options{.flags = {"--no-beacon"}};
    if (i > 0) options.peers = {daemons.front()->address()};
    if (i + 1 == nodes) {
      const auto share = dir.folder("share");
      write_file(share / "distant lighthouse.txt", "far away");
      options.paths = {share.string()};
    }
    daemons.push_back(std::make_unique<Daemon>(dir.path() / std::to_string(i), options));
  }
  return daemons;
}

std::set<std::string> peers_of(const Daemon& daemon) {
  std::set<std::string> ids;
  for (const Json& peer : daemon.cli({"peers", "--json"}).json()) ids.insert(peer.at("id"));
  return ids;
}

TEST_CASE("ten daemons that know one peer form a mesh that outlives it") {
  const TempDir dir;
  const auto daemons = start_all(dir, 10);
  const std::string first = daemons.front()->status().at("id");
  for (std::size_t i = 1; i < daemons.size(); ++i) {
    CAPTURE(i);
    CHECK(eventually([&] {
      auto peers = peers_of(*daemons[i]);
      peers.erase(first);
      return peers.size() >= 4;  // the first one apart
    }));
    CHECK(peers_of(*daemons[i]).size() <= 9);
  }
  REQUIRE(daemons.back()->has_hashed(1));
  CHECK(daemons.back()->counter("link_places") == 8);
  CHECK(daemons.back()->counter("hosts_known") <= daemons.back()->counter("hosts_known_limit"));
  daemons.front()->kill();
  for (std::size_t i = 1; i + 1 < daemons.size(); ++i) {
    CAPTURE(i);
    const auto found =
        daemons[i]->cli({"search", "lighthouse", "--limit", "1", "--timeout", "30", "--json"});
    CHECK(found.exit_code == 0);
  }
}

TEST_CASE("a daemon that was stopped until the others gave it up is back within two seconds") {
  const TempDir dir;
  const auto daemons = start_all(dir, 3);
  for (const auto& daemon : daemons) REQUIRE(daemon->has_peers(2));
  ::kill(daemons[2]->process().pid(), SIGSTOP);
  for (std::size_t i = 0; i < 2; ++i) REQUIRE(daemons[i]->has_peers(1));
  ::kill(daemons[2]->process().pid(), SIGCONT);
  CHECK(eventually([&] { return daemons[2]->peer_count() == 2 && daemons[0]->peer_count() == 2; },
                   std::chrono::milliseconds(kSanitized ? 30000 : 2000)));
}

}  // namespace
}  // namespace freshet::testing
