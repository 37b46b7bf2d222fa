// What a search shows across a mesh of three: one content under two names is one result, who
// answered and how far off, and what a watch tells of later.
#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

// A line: the first asks, the others share.
struct Line {
  Line() {
    near_share = dir.folder("near");
    const auto far_share = dir.folder("far");
    write_random_file(near_share / "boat.txt", 1000, 1);
    write_random_file(far_share / "blue boat (copy).txt", 1000, 1);
    write_random_file(far_share / "a boat, a kite and some other old things.txt", 1000, 2);
    asking = std::make_unique<Daemon>(dir.path() / "a", DaemonOptions{});
    near = std::make_unique<Daemon>(
        dir.path() / "b",
        DaemonOptions{.paths = {near_share.string()}, .peers = {asking->address()}});
    far = std::make_unique<Daemon>(
        dir.path() / "c", DaemonOptions{.paths = {far_share.string()}, .peers = {near->address()}});
    REQUIRE(asking->has_peers(1));
    REQUIRE(near->has_peers(2));
    REQUIRE(near->has_hashed(1));
    REQUIRE(far->has_hashed(2));
  }

  TempDir dir;
  fs::path near_share;
  std::unique_ptr<Daemon> asking;
  std::unique_ptr<Daemon> near;
  std::unique_ptr<Daemon> far;
};

}  // namespace

TEST_CASE("one content under two names is one result, and who answered is said") {
  const Line line;
  CliResult found;
  Json both;
  REQUIRE(eventually([&] {
    found = line.asking->cli({"search", "boat", "--timeout", "2", "--json"});
    for (const Json& hit : found.events("hit")) {
      if (hit.at("sources") == 2) both = hit;
    }
    return both.is_object() && found.events("done").at(0).at("hits") == 2;
  }));
  CHECK(found.exit_code == 0);
  CHECK(both.at("names").size() == 2);
  CHECK(both.at("names").at(0) == both.at("name"));
  const auto ends = found.events("done");
  REQUIRE(ends.size() == 1);
  const Json& done = ends.front();
  CHECK(done.at("hits") == 2);
  CHECK(done.at("answered_at") == Json::array({0, 1, 1}));
  CHECK(done.at("ttl") == 7);
  CHECK(done.at("reached").is_null());
  REQUIRE(done.at("ranking").size() == 2);
  CHECK(done.at("ranking").at(0) == both.at("n"));

  CliResult text;
  CHECK(eventually([&] {
    text = line.asking->cli({"search", "boat", "--timeout", "2"});
    return text.err.find("from 2 nodes (1 at 1 hop, 1 at 2 hops)") != std::string::npos;
  }));
  CHECK(text.err.find("how many nodes that reached is not known") != std::string::npos);
}

TEST_CASE("a watch tells of what is shared later, and of nothing twice") {
  const Line line;
  const auto watching = line.asking->start_cli({"search", "boat", "--watch"}, "watch");
  const auto lines = [&] {
    const std::string text = watching->out();
    return std::count(text.begin(), text.end(), '\n');
  };
  REQUIRE(eventually([&] { return lines() == 2; }));
  write_random_file(line.near_share / "new boat.txt", 500, 9);
  REQUIRE(line.near->cli({"share", "rescan"}).exit_code == 0);
  REQUIRE(eventually([&] { return lines() == 3; }));
  CHECK(watching->out().find("new boat.txt") != std::string::npos);
  watching->send(SIGINT);
  CHECK(watching->wait(kLongEnough) == 130);
}

TEST_CASE("a search for so many ends when the node's own files are as many") {
  const TempDir dir;
  const auto share = dir.folder("share");
  for (const char* name : {"boat one", "boat two", "boat three"}) write_file(share / name, name);
  const Daemon daemon(dir.path() / "n", DaemonOptions{.paths = {share.string()}});
  REQUIRE(daemon.has_hashed(3));
  std::vector<std::string> words{"search", "boat", "--limit", "2", "--timeout", "20", "--json"};
  for (const bool watch : {false, true}) {
    if (watch) words.emplace_back("--watch");
    const auto found = daemon.cli(words);
    CHECK(found.exit_code == 0);
    CHECK(found.events("hit").size() == 2);
    REQUIRE(found.events("done").size() == 1);
    CHECK(found.events("done").front().at("seconds") < 10);
  }
}

}  // namespace freshet::testing
