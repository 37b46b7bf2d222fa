// `freshet browse`: what a neighbour shares, page by page, and what happens where that cannot be
// had.
#include "node/wire/overlay/browse.h"

#include <algorithm>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/raw_peer.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 3000;  // some pages more than are asked for without a pause

std::string name_of(int number) {
  return "file " + std::to_string(number) + ".txt";
}

bool says(const CliResult& result, const std::string& text) {
  return result.err.find(text) != std::string::npos;
}

// How often each name was listed.
std::map<std::string, int> names_in(const CliResult& result) {
  std::map<std::string, int> names;
  for (const Json& hit : result.events("hit")) ++names[hit.at("name").get<std::string>()];
  return names;
}

DaemonOptions named(const std::string& name, DaemonOptions options = {}) {
  options.flags.insert(options.flags.end(), {"--name", name});
  return options;
}

// The first asks, the second shares.
struct Pair {
  explicit Pair(int files, const std::vector<std::string>& flags = {}) {
    for (int i = 0; i < files; ++i)
      write_file(share / std::to_string(i % 7) / name_of(i), "text " + std::to_string(i));
    DaemonOptions sharing = named("Alice", {.paths = {}, .peers = {asking.address()}});
    if (files != 0) sharing.paths = {share.string()};
    sharing.flags.insert(sharing.flags.end(), flags.begin(), flags.end());
    alice = std::make_unique<Daemon>(dir.path() / "alice", sharing);
    REQUIRE(asking.has_peers(1));
  }

  TempDir dir;
  fs::path share = dir.folder("share");
  Daemon asking{dir.path() / "asking", named("asking")};
  std::unique_ptr<Daemon> alice;
};

// A stranger that can be browsed and does as the test says.
struct Stranger {
  explicit Stranger(Daemon& daemon) : link(daemon.address()) {
    wire::Hello hello;
    hello.agent = "test";
    hello.name = "stranger";
    hello.browse = true;
    REQUIRE(link.greet(hello));
    REQUIRE(daemon.has_peers(1));
  }

  // Answers the next question with so many files from the place that it names.
  void answer(int files, wire::BrowsePlace next) {
    const auto asked = link.receive(wire::FrameType::browse);
    REQUIRE(asked);
    const auto from = wire::decode_browse(asked->body)->from;
    wire::BrowsePage page;
    for (int i = 0; i < files; ++i) {
      page.files.push_back({.file = {.content = std::nullopt, .name = name_of(i), .size_bytes = 1},
                            .place = from + static_cast<wire::BrowsePlace>(i)});
    }
    page.next = next;
    const Bytes body = wire::encode(page);
    wire::FrameHeader header = asked->header;
    header.type = wire::FrameType::browse_page;
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    REQUIRE(link.send_frame(header, body));
  }

  TlsPeer link;
};

}  // namespace

TEST_CASE("everything that a neighbour shares is listed once, and can be fetched by its number") {
  Pair pair(kFiles);
  REQUIRE(pair.alice->has_hashed(kFiles));
  const auto listed = pair.asking.cli({"browse", "alice", "--json"});
  CHECK(listed.exit_code == 0);
  const auto names = names_in(listed);
  CHECK(names.size() == kFiles);
  for (int i = 0; i < kFiles; ++i) CHECK(names.at(name_of(i)) == 1);
  const auto hits = listed.events("hit");
  for (std::size_t i = 0; i < hits.size(); ++i) {
    REQUIRE(hits[i].at("schema") == 1);
    REQUIRE(hits[i].at("n") == i + 1);
    REQUIRE(hits[i].at("id").get<std::string>().size() == 64);
    REQUIRE(hits[i].at("hops") == 1);
    REQUIRE(hits[i].at("sources") == 1);
  }
  const auto ends = listed.events("done");
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].at("hits") == kFiles);
  CHECK(ends[0].at("name") == "Alice");
  CHECK(ends[0].at("outcome") == "listed");
  CHECK(ends[0].at("more") == false);

  const Json& wanted = hits.at(2345);
  const auto fetched =
      pair.asking.cli({"get", "2346", "-o", (pair.dir.path() / "out.txt").string(), "--json"});
  CHECK(fetched.exit_code == 0);
  CHECK(fetched.events("done").at(0).at("id") == wanted.at("id"));
  CHECK(read_file(pair.dir.path() / "out.txt").size() == wanted.at("size"));
  const std::string id = hits.at(17).at("id").get<std::string>();
  CHECK(pair.asking.cli({"get", id.substr(0, 20), "-o", (pair.dir.path() / "2.txt").string()})
            .exit_code
        == 0);
  // A search takes the numbers over again.
  CHECK(pair.asking.cli({"search", "\"file 7\"", "--limit", "1", "--timeout", "30"}).exit_code
        == 0);
  CHECK(pair.asking.cli({"get", "2346"}).exit_code == 2);
}

TEST_CASE("a neighbour is named by its name, its addresses, or the front of its id") {
  Pair pair(5);
  const Json peer = pair.asking.cli({"peers", "--json"}).json().at(0);
  const std::string id = peer.at("id").get<std::string>();
  for (const std::string& who : {std::string("Alice"),
                                 id,
                                 id.substr(0, 6),
                                 peer.at("addr").get<std::string>(),
                                 pair.alice->address()}) {
    CAPTURE(who);
    const auto listed = pair.asking.cli({"browse", who});
    CHECK(listed.exit_code == 0);
    CHECK(std::count(listed.out.begin(), listed.out.end(), '\n') == 5);
    CHECK(says(listed, "5 files of Alice (" + id.substr(0, 12) + ")"));
  }
}

TEST_CASE("a limit ends the list, and says that there are more") {
  Pair pair(200);
  const auto listed = pair.asking.cli({"browse", "alice", "--limit", "150", "--json"});
  CHECK(listed.exit_code == 0);
  CHECK(listed.events("hit").size() == 150);
  CHECK(listed.events("done").at(0).at("hits") == 150);
  CHECK(listed.events("done").at(0).at("more") == true);
  CHECK(says(pair.asking.cli({"browse", "alice", "--limit", "3"}), "there are more"));
}

TEST_CASE(
    "a share that is kept from browsing is not listed, is found by search, and can be opened "
    "again") {
  Pair pair(3);
  const auto secret = pair.dir.folder("secret");
  write_file(secret / "diary.txt", "dear");
  CHECK(pair.alice->cli({"share", "add", "--no-browse", secret.string()}).exit_code == 0);
  const auto has_diary = [&] {
    return names_in(pair.asking.cli({"browse", "alice", "--json"})).contains("diary.txt");
  };
  CHECK_FALSE(has_diary());
  CHECK(pair.asking.cli({"search", "diary", "--timeout", "5", "--limit", "1"}).exit_code == 0);
  const auto shares = pair.alice->cli({"share", "ls", "--json"}).json().at("shares");
  REQUIRE(shares.size() == 2);
  CHECK(shares.at(0).at("browse") == true);
  CHECK(shares.at(1).at("browse") == false);
  CHECK(pair.alice->cli({"share", "ls"}).out.find("off") != std::string::npos);

  // It outlives a restart, and being shared again.
  pair.alice->kill();
  pair.alice->start_again();
  REQUIRE(pair.asking.has_peers(1));
  CHECK(pair.alice->cli({"share", "add", secret.string()}).exit_code == 0);
  CHECK_FALSE(has_diary());
  CHECK(pair.alice->cli({"share", "browse", "on", secret.string()}).exit_code == 0);
  CHECK(has_diary());
  CHECK(pair.alice->cli({"share", "browse", "off", pair.share.string(), secret.string()}).exit_code
        == 0);
  const auto refused = pair.asking.cli({"browse", "alice"});
  CHECK(refused.exit_code == 1);
  CHECK(refused.out.empty());
  CHECK(says(refused, "lets nothing that it shares be listed"));
  // What lists nothing leaves the numbers of the last search alone.
  CHECK(pair.asking.cli({"search", "diary", "--timeout", "5", "--limit", "1"}).exit_code == 0);
  CHECK(pair.asking.cli({"browse", "alice"}).exit_code == 1);
  const auto out = (pair.dir.path() / "diary.out").string();
  CHECK(pair.asking.cli({"get", "1", "-o", out}).exit_code == 0);
  CHECK(pair.asking.cli({"browse", "alice", "--json"}).events("done").at(0).at("outcome")
        == "refused");
  CHECK(pair.alice->cli({"share", "browse", "off", "/nowhere"}).exit_code == 2);
}

TEST_CASE(
    "a file without an id yet is listed without one, and fetched once its node has hashed it") {
  Pair pair(0);
  CHECK(pair.alice->cli({"share", "pause"}).exit_code == 0);
  write_file(pair.share / "late.txt", "late but here");
  CHECK(pair.alice->cli({"share", "add", pair.share.string()}).exit_code == 0);
  const auto listed = pair.asking.cli({"browse", "alice", "--json"});
  REQUIRE(listed.events("hit").size() == 1);
  CHECK(listed.events("hit").at(0).at("id").is_null());
  const auto out = pair.dir.path() / "late.out";
  const auto getting =
      pair.asking.start_cli({"get", "1", "--timeout", "30", "-o", out.string()}, "get");
  REQUIRE(eventually([&] { return pair.alice->counter("browses_in") >= 3; }));
  CHECK(pair.alice->cli({"share", "resume"}).exit_code == 0);
  CHECK(getting->wait(kLongEnough) == 0);
  CHECK(read_file(out) == "late but here");
}

TEST_CASE("a node that shares nothing, or nothing to anybody, says so") {
  Pair empty(0);
  const auto nothing = empty.asking.cli({"browse", "alice"});
  CHECK(nothing.exit_code == 1);
  CHECK(says(nothing, "shares no file that may be listed"));
  Pair closed(3, {"--receive-only"});
  const auto refused = closed.asking.cli({"browse", "alice"});
  CHECK(refused.exit_code == 1);
  CHECK(says(refused, "shares nothing (--receive-only)"));
}

TEST_CASE("whom nobody knows is a usage error that names the neighbours and what to do") {
  Pair pair(1);
  const auto unknown = pair.asking.cli({"browse", "bob"});
  CHECK(unknown.exit_code == 2);
  CHECK(unknown.out.empty());
  CHECK(says(unknown, "'bob'"));
  CHECK(says(unknown, "Alice"));
  CHECK(says(unknown, "freshet join"));
  CHECK(pair.asking.cli({"browse", "192.0.2.1:7346"}).exit_code == 2);
  CHECK(says(pair.asking.cli({"browse", "asking"}), "this node itself"));
  const Daemon lonely(pair.dir.path() / "lonely", DaemonOptions{});
  CHECK(says(lonely.cli({"browse", "alice"}), "no neighbour"));
  // Usage comes before the daemon.
  const auto nowhere = (pair.dir.path() / "nowhere").string();
  CHECK(run_freshet({"--state", nowhere, "browse"}).exit_code == 2);
  CHECK(run_freshet({"--state", nowhere, "browse", "alice"}).exit_code == 3);
}

TEST_CASE("a node of the last search that is no neighbour is linked to, and browsed") {
  Mesh mesh(3, line(3), [](std::size_t node, const fs::path& share) {
    if (node == 2) write_file(share / "distant lighthouse.txt", "far away");
  });
  const std::string far = mesh[2].status().at("id").get<std::string>();
  CHECK(mesh[0].cli({"browse", far}).exit_code == 2);
  CHECK(mesh[0].cli({"search", "lighthouse", "--limit", "1", "--timeout", "10"}).exit_code == 0);
  const auto listed = mesh[0].cli({"browse", far.substr(0, 10), "--json"});
  CHECK(listed.exit_code == 0);
  CHECK(names_in(listed).contains("distant lighthouse.txt"));
  CHECK(listed.events("done").at(0).at("linked") == true);
  CHECK(mesh[0].has_peers(2));
}

TEST_CASE("a neighbour that leaves between two pages ends the list, and what came stays") {
  Pair pair(0);
  pair.alice.reset();
  REQUIRE(pair.asking.has_peers(0));
  auto stranger = std::make_unique<Stranger>(pair.asking);
  const auto browsing = pair.asking.start_cli({"browse", "stranger"}, "browse");
  stranger->answer(100, 100);
  stranger->answer(50, 150);
  REQUIRE(stranger->link.receive(wire::FrameType::browse));
  stranger.reset();
  CHECK(browsing->wait(kLongEnough) == 5);
  const std::string out = browsing->out();
  CHECK(std::count(out.begin(), out.end(), '\n') == 150);
  CHECK(browsing->err().find("after 150 files") != std::string::npos);
}

TEST_CASE("a neighbour that says nothing, or goes round in a circle, is given up") {
  Pair pair(0);
  pair.alice.reset();
  REQUIRE(pair.asking.has_peers(0));
  Stranger stranger(pair.asking);
  const auto silent = pair.asking.cli({"browse", "stranger", "--timeout", "0.3"});
  CHECK(silent.exit_code == 5);
  CHECK(says(silent, "does not answer"));
  REQUIRE(stranger.link.receive(wire::FrameType::browse));
  const auto circling = pair.asking.start_cli({"browse", "stranger"}, "circle");
  stranger.answer(10, 10);
  stranger.answer(0, 10);  // asked from 10 on, and sent there again
  CHECK(circling->wait(kLongEnough) == 5);
  CHECK(circling->err().find("no list of files") != std::string::npos);
}

TEST_CASE("a neighbour of an older version is said to be one") {
  Pair pair(0);
  pair.alice.reset();
  REQUIRE(pair.asking.has_peers(0));
  TlsPeer old(pair.asking.address());
  REQUIRE(old.greet("old"));
  REQUIRE(pair.asking.has_peers(1));
  const auto listed = pair.asking.cli({"browse", "old"});
  CHECK(listed.exit_code == 1);
  CHECK(says(listed, "cannot be browsed"));
}

}  // namespace freshet::testing
