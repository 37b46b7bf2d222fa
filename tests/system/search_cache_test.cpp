// `up --cache` among real daemons: a node in the middle remembers a signed hit, and answers the
// next who asks after its node has gone.
#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

DaemonOptions linked_to(const Daemon& peer, bool caches) {
  DaemonOptions options{.peers = {peer.address()}};
  if (caches) options.flags.emplace_back("--cache");
  return options;
}

/// Ends with the first hit.
CliResult search(const Daemon& daemon,
                 const std::string& ttl,
                 const std::string& seconds,
                 bool json = true) {
  std::vector<std::string> words = {
      "search", "lighthouse", "--limit", "1", "--ttl", ttl, "--timeout", seconds};
  if (json) words.emplace_back("--json");
  return daemon.cli(words);
}

}  // namespace

TEST_CASE("a node with --cache answers for one that has gone, marked, and within the TTL alone") {
  const TempDir dir;
  write_file(dir.path() / "share" / "distant lighthouse.txt", "far away");
  auto holder = std::make_unique<Daemon>(dir.path() / "holder",
                                         DaemonOptions{.paths = {(dir.path() / "share").string()}});
  const Daemon middle(dir.path() / "middle", linked_to(*holder, true));
  const Daemon first(dir.path() / "first", linked_to(middle, false));
  const Daemon second(dir.path() / "second", linked_to(middle, true));
  REQUIRE(eventually([&] { return middle.counter("links_up") == 3; }));
  REQUIRE(holder->has_hashed(1));

  const auto live = search(first, "7", "30");
  CHECK(live.exit_code == 0);
  REQUIRE_FALSE(live.events("hit").empty());
  CHECK_FALSE(live.events("hit").front().contains("cached"));
  CHECK(eventually([&] { return middle.counter("cache_stored") == 1; }));
  holder.reset();
  REQUIRE(eventually([&] { return middle.cli({"peers", "--json"}).json().size() == 2; }));

  CHECK(search(second, "1", "1").exit_code == 1);  // its node was two links away
  const auto remembered = search(second, "7", "30");
  CHECK(remembered.exit_code == 0);
  REQUIRE_FALSE(remembered.events("hit").empty());
  const Json hit = remembered.events("hit").front();
  CHECK(hit.at("name") == "distant lighthouse.txt");
  CHECK(hit.at("cached") == true);
  CHECK(hit.at("hops") == 2);
  CHECK(middle.counter("cache_answered") == 1);
  CHECK(search(second, "7", "30", false).out.find("lighthouse.txt (cached)") != std::string::npos);

  // Who has no cache asks everyone, and who wants all there is, too.
  CHECK(search(first, "7", "1").exit_code == 1);
  CHECK(second.cli({"search", "lighthouse", "--timeout", "1"}).exit_code == 1);
}

}  // namespace freshet::testing
