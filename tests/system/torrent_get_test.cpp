// `get` of a torrent file and of a magnet link, from a node that serves BitTorrent clients: found
// through its tracker or named by the user. What other clients serve is in torrent_get_clients.
#include <csignal>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytes = std::uint64_t{8} << 20U;

/// A node with a published file, and another that fetches; no link between them.
struct Pair {
  explicit Pair(std::vector<std::string> flags = {"--no-discovery", "--bittorrent"}) {
    write_random_file(original, kFileBytes, 3);
    seed = std::make_unique<Daemon>(
        dir.path() / "seed",
        DaemonOptions{.paths = {dir.folder("share").string()}, .flags = std::move(flags)});
    fetcher = std::make_unique<Daemon>(dir.path() / "fetcher",
                                       DaemonOptions{.flags = {"--no-discovery"}});
    REQUIRE(seed->has_hashed(1));
    const auto found = seed->cli({"search", "boat", "--json", "--timeout", "1"});
    id = found.events("hit").back().at("id").get<std::string>();
    REQUIRE(seed->cli({"torrent", id, "-o", torrent.string()}).exit_code == 0);
    const auto link = seed->cli({"magnet", id, "--json"}).json();
    magnet = link.at("magnet").get<std::string>();
  }
  CliResult get(const std::string& what, std::vector<std::string> more = {}) const {
    std::vector<std::string> args = {"get", what, "-o", out.string(), "--json"};
    args.insert(args.end(), more.begin(), more.end());
    return fetcher->cli(args);
  }
  void check_same(const fs::path& file) const {
    CHECK(file.parent_path() == out);
    CHECK(sha256_of(file) == sha256_of(original));
  }

  TempDir dir;
  fs::path original = dir.folder("share") / "blue boat.bin";
  fs::path torrent = dir.path() / "boat.torrent";
  fs::path out = dir.folder("out");
  std::unique_ptr<Daemon> seed;
  std::unique_ptr<Daemon> fetcher;
  std::string id;
  std::string magnet;
};

std::string without_trackers(const std::string& magnet) {
  return magnet.substr(0, magnet.find("&tr="));
}

}  // namespace

TEST_CASE("a torrent file leads to its content, and says so as every get does") {
  const Pair pair;
  const auto got = pair.get(pair.torrent.string());
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  const auto done = got.events("done").back();
  CHECK(done.at("bytes") == kFileBytes);
  CHECK(done.at("sources") == 1);
  CHECK(done.at("id").get<std::string>().substr(40) == std::string(24, '0'));
  pair.check_same(done.at("path").get<std::string>());
  CHECK(got.events("progress").front().at("size") == kFileBytes);
  CHECK(pair.fetcher->counter("btget_blocks_unasked") == 0);
  // It is shared under its content's id now, and a second time nothing is fetched.
  CHECK(pair.fetcher->has_hashed(1));
  const auto blocks = pair.fetcher->counter("btget_blocks");
  CHECK(pair.get(pair.torrent.string()).events("done").back().at("path") == done.at("path"));
  CHECK(pair.fetcher->counter("btget_blocks") == blocks);
}

TEST_CASE("a magnet link leads to its content, by its tracker, its peers or a named source") {
  const Pair pair;
  SUBCASE("tracker") {
    REQUIRE(pair.get(pair.magnet).exit_code == 0);
  }
  SUBCASE("peer in the link") {
    const auto link = without_trackers(pair.magnet) + "&x.pe=" + pair.seed->address();
    REQUIRE(pair.get(link).exit_code == 0);
  }
  SUBCASE("named source") {
    REQUIRE(pair.get(without_trackers(pair.magnet), {"--source", pair.seed->address()}).exit_code
            == 0);
  }
  pair.check_same(pair.out / "blue boat.bin");
  CHECK(pair.fetcher->counter("btget_metadata") == 1);
}

TEST_CASE("a killed node goes on where it was, and loses no verified piece") {
  const Pair pair;
  const auto running = pair.fetcher->start_cli(
      {"get", pair.torrent.string(), "-o", pair.out.string(), "--rate", "300K", "--json"}, "slow");
  REQUIRE(eventually([&] { return pair.fetcher->counter("btget_block_bytes") > kFileBytes / 8; }));
  pair.fetcher->kill();
  pair.fetcher->start_again();
  const auto left = pair.fetcher->cli({"downloads", "--json"}).json().at("downloads");
  REQUIRE(left.size() == 1);
  CHECK(left.front().at("state") == "paused");
  const auto verified = left.front().at("done").get<std::uint64_t>();
  CHECK(verified > 0);
  const auto got = pair.get(pair.torrent.string());
  REQUIRE(got.exit_code == 0);
  pair.check_same(pair.out / "blue boat.bin");
  CHECK(pair.fetcher->counter("btget_block_bytes") <= kFileBytes - verified);
}

TEST_CASE("no source, a broken torrent and a broken link each have their exit code and reason") {
  const Pair pair({"--no-discovery"});  // answers no BitTorrent client
  const auto lost = pair.get(pair.torrent.string(), {"--timeout", "1"});
  CHECK(lost.exit_code == 5);
  CHECK(lost.err.find("--source") != std::string::npos);
  const auto refused =
      pair.get(pair.torrent.string(), {"--timeout", "1", "--source", pair.seed->address()});
  CHECK(refused.exit_code == 5);
  const auto broken = pair.dir.path() / "broken.torrent";
  write_file(broken, "d4:infod4:name1:xee");
  const auto bad = pair.get(broken.string());
  CHECK(bad.exit_code == 2);
  CHECK(bad.err.find("broken.torrent: it has no piece length") != std::string::npos);
  CHECK(pair.get("magnet:?dn=x").exit_code == 2);
  CHECK(fs::is_empty(pair.out));
}

TEST_CASE("a private mesh fetches no torrents") {
  const TempDir dir;
  const std::string state = dir.folder("state").string();
  REQUIRE(run_freshet({"--state", state, "mesh", "new"}).exit_code == 0);
  const Daemon node(state, {.paths = {dir.folder("share").string()}});
  const auto got = node.cli({"get", "magnet:?xt=urn:btih:" + std::string(40, 'a')});
  CHECK(got.exit_code == 2);
  CHECK(got.err.find("private mesh") != std::string::npos);
}

}  // namespace freshet::testing
