// Nodes that fetch a torrent from BitTorrent clients give to others meanwhile, and serve it when
// they have it: over links that they dialled and over such as others dialled, to nodes and to
// libtorrent. Over loopback; the seed is a node that sends slowly until what is looked for has
// happened.
#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/bt_clients.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSwarmBytes = std::uint64_t{6} << 20U;
constexpr int kSwarmFiles = 30;

/// A node that publishes a file or a folder, and sends 200 KiB a second until it is let go.
struct SwarmSeed {
  explicit SwarmSeed(bool is_folder, const std::string& rate = "200K") {
    if (is_folder) {
      original = dir.folder("share") / "album";
      for (int i = 0; i < kSwarmFiles; ++i)
        write_random_file(original / (std::to_string(i) + ".txt"),
                          kSwarmBytes / kSwarmFiles + static_cast<std::uint64_t>(i),
                          static_cast<std::uint64_t>(i));
    } else {
      original = dir.folder("share") / "album.bin";
      write_random_file(original, kSwarmBytes, 3);
    }
    std::vector<std::string> flags = {"--no-discovery", "--bittorrent"};
    if (!rate.empty()) flags.insert(flags.end(), {"--up-rate", rate});
    node = std::make_unique<Daemon>(
        dir.path() / "seed",
        DaemonOptions{.paths = {dir.folder("share").string()}, .flags = std::move(flags)});
    REQUIRE(node->has_hashed(is_folder ? kSwarmFiles : 1));
    const auto is_found = [&] {
      const auto found = node->cli({"search", "album", "--json", "--timeout", "1"});
      for (const auto& hit : found.events("hit")) {
        const bool is_it = !is_folder || hit.at("name").get<std::string>() == "album";
        if (is_it) id = hit.at("id").get<std::string>();
      }
      return !id.empty();
    };
    REQUIRE(eventually(is_found));
    REQUIRE(node->cli({"torrent", id, "-o", torrent.string()}).exit_code == 0);
    magnet = node->cli({"magnet", id, "--json"}).json().at("magnet").get<std::string>();
    magnet = magnet.substr(0, magnet.find("&tr="));
  }
  void let_go() const { REQUIRE(node->cli({"rate", "--up", "0"}).exit_code == 0); }
  void check_same(const fs::path& folder) const {
    if (fs::is_directory(original)) {
      for (int i = 0; i < kSwarmFiles; ++i) {
        const std::string name = std::to_string(i) + ".txt";
        CHECK(sha256_of(folder / "album" / name) == sha256_of(original / name));
      }
    } else {
      CHECK(sha256_of(folder / "album.bin") == sha256_of(original));
    }
  }

  TempDir dir;
  fs::path original;
  fs::path torrent = dir.path() / "album.torrent";
  std::unique_ptr<Daemon> node;
  std::string id;
  std::string magnet;
};

/// A node that fetches it.
struct SwarmMember {
  SwarmMember(const SwarmSeed& seed,
              const std::string& the_name,
              std::vector<std::string> flags = {"--no-discovery", "--bittorrent"})
      : name(the_name),
        out(seed.dir.folder("out-" + the_name)),
        torrent(seed.torrent),
        node(seed.dir.path() / the_name, DaemonOptions{.flags = std::move(flags)}) {}
  [[nodiscard]] std::vector<std::string> get(const std::vector<std::string>& sources) const {
    std::vector<std::string> words = {"get", torrent.string(), "-o", out.string(), "--json"};
    for (const std::string& source : sources) words.insert(words.end(), {"--source", source});
    return words;
  }
  std::unique_ptr<Process> start(const std::vector<std::string>& sources) const {
    return node.start_cli(get(sources), "get-" + name);
  }
  [[nodiscard]] std::uint64_t counter(const std::string& what) const { return node.counter(what); }

  std::string name;
  fs::path out;
  fs::path torrent;
  Daemon node;
};

bool ended_well(Process& process) {
  return process.wait(std::chrono::seconds(90)) == 0;
}

}  // namespace

TEST_CASE("two nodes that fetch a torrent give one another what they have") {
  const SwarmSeed seed(false);
  const SwarmMember a(seed, "a");
  const SwarmMember b(seed, "b");
  const auto first = a.start({seed.node->address()});
  REQUIRE(eventually([&] { return a.counter("btget_blocks") > 0; }));
  // It dials the other, which then has a link that it did not dial.
  const auto second = b.start({seed.node->address(), a.node.address()});
  REQUIRE(eventually([&] {
    return a.counter("btget_block_bytes_sent") > 0 && b.counter("btget_block_bytes_sent") > 0;
  }));
  seed.let_go();
  REQUIRE(ended_well(*first));
  REQUIRE(ended_well(*second));
  seed.check_same(a.out);
  seed.check_same(b.out);
  CHECK(a.counter("btget_links_taken") >= 1);
  CHECK(b.counter("btget_block_bytes_sent") <= a.counter("btget_block_bytes"));
  CHECK(seed.node->counter("bt_block_bytes_sent") < 2 * kSwarmBytes);
}

TEST_CASE("what was fetched is served when its seed is gone") {
  bool is_folder = false;
  SUBCASE("a file") {}
  SUBCASE("a folder") {
    is_folder = true;
  }
  const SwarmSeed seed(is_folder, "");
  const SwarmMember a(seed, "a");
  REQUIRE(ended_well(*a.start({seed.node->address()})));
  REQUIRE(eventually([&] { return a.counter("torrents_of_others") == 1; }));
  seed.node->kill();
  const SwarmMember b(seed, "b");
  REQUIRE(ended_well(*b.start({a.node.address()})));
  seed.check_same(b.out);
  CHECK(a.counter("bt_block_bytes_sent") >= kSwarmBytes);
}

TEST_CASE("a node that does not answer BitTorrent clients gives them nothing") {
  const SwarmSeed seed(false);
  const SwarmMember a(seed, "a", {"--no-discovery"});
  const SwarmMember b(seed, "b");
  const auto first = a.start({seed.node->address(), b.node.address()});
  REQUIRE(eventually([&] { return a.counter("btget_blocks") > 0; }));
  const auto second = b.start({seed.node->address(), a.node.address()});
  REQUIRE(eventually([&] { return b.counter("btget_block_bytes_sent") > 0; }));
  seed.let_go();
  REQUIRE(ended_well(*first));
  REQUIRE(ended_well(*second));
  CHECK(a.counter("btget_blocks_sent") == 0);
  CHECK(a.counter("btget_links_taken") == 0);
}

TEST_CASE("libtorrent fetches by magnet link from a node that fetches itself") {
  if (!is_installed({kPython, "-c", "import libtorrent"})) {
    MESSAGE("skipped: python3-libtorrent is not installed");
    return;
  }
  const SwarmSeed seed(false);
  const SwarmMember a(seed, "a");
  const auto getting = a.start({seed.node->address()});
  REQUIRE(eventually([&] { return a.counter("btget_blocks") > 0; }));
  const auto out = seed.dir.folder("out-libtorrent");
  Process client(libtorrent(out, seed.magnet + "&x.pe=" + a.node.address()),
                 seed.dir.path() / "libtorrent");
  REQUIRE(eventually([&] { return a.counter("btget_block_bytes_sent") > 0; }));
  seed.let_go();
  REQUIRE(ended_well(*getting));
  REQUIRE(ended_well(client));
  seed.check_same(out);
}

}  // namespace freshet::testing
