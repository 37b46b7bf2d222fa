// A stock BitTorrent client joins the mesh's swarm: it announces itself to the node that published
// a torrent, and gets blocks from another node that has the content and was told nothing of it.
// Machines are network namespaces; the publisher's line is slow. Without aria2, or the right to
// make namespaces, the test says so.
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

constexpr std::uint64_t kSeed = 7;

std::string address(int number) {
  return "10.80.0." + std::to_string(number);
}
std::string node_at(int number) {
  return address(number) + ":7346";
}

/// Machine 1 publishes; 2 and up run nodes that hold the same bytes under names of their own; the
/// last one runs clients.
class Swarm {
 public:
  explicit Swarm(int machines) : wire_("wire") {
    for (int i = 1; i <= machines; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      machines_.back()->plug(wire_, "lan0", {address(i) + "/24"});
    }
  }

  /// A node of that machine, linked with machine 1's, and with one file hashed.
  Daemon& add_node(int number, std::uint64_t size, bool answers, std::uint64_t seed = kSeed) {
    const std::string name = "node" + std::to_string(number);
    const auto share = dir_.folder("share-" + name);
    write_random_file(share / (name + ".bin"), size, seed);
    DaemonOptions options{.paths = {share.string()},
                          .listen = "0.0.0.0:7346",
                          .flags = {"--no-discovery"},
                          .wrapper = machine(number).wrapper()};
    if (answers) options.flags.emplace_back("--bittorrent");
    if (number > 1) options.peers = {node_at(1)};
    nodes_.push_back(std::make_unique<Daemon>(dir_.path() / name, std::move(options)));
    Daemon& node = *nodes_.back();
    REQUIRE(node.has_hashed(1));
    REQUIRE((number == 1 || node.has_peers(1)));
    return node;
  }
  /// Of what node 1 shares.
  [[nodiscard]] std::string id() const {
    const auto found = nodes_.front()->cli({"search", "node1", "--json", "--timeout", "1"});
    REQUIRE(found.events("hit").size() == 1);
    return found.events("hit").front().at("id").get<std::string>();
  }
  /// The torrent file that node 1 makes of it.
  [[nodiscard]] std::string publish() const {
    const auto file = (dir_.path() / "boat.torrent").string();
    const auto made = nodes_.front()->cli({"torrent", id(), "-o", file});
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    return file;
  }
  /// The info-hash of that torrent.
  [[nodiscard]] std::string publish_name() const {
    const auto made = nodes_.front()->cli({"magnet", id()});
    const auto at = made.out.find("urn:btih:");
    REQUIRE(at != std::string::npos);
    return made.out.substr(at + 9, 40);
  }
  [[nodiscard]] const Machine& machine(int number) const {
    return *machines_.at(static_cast<std::size_t>(number - 1));
  }
  void check_fetch(int client, Words words, const std::filesystem::path& folder) const {
    const auto done = run_program(inside(machine(client), std::move(words)));
    INFO(done.out);
    CHECK(done.exit_code == 0);
    CHECK(sha256_of(folder / "node1.bin") == sha256_of(dir_.path() / "share-node1" / "node1.bin"));
  }
  [[nodiscard]] const TempDir& dir() const { return dir_; }

 private:
  TempDir dir_;
  Switch wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<Daemon>> nodes_;
};

}  // namespace

TEST_CASE(
    "aria2 gets blocks from nodes that found the torrent true, and from them alone in the end") {
  if (!enter_lan() || !is_installed({"aria2c", "--version"})) return;
  constexpr int kClient = 5;
  Swarm swarm(kClient);
  const std::uint64_t size = bt_file_bytes(8);
  Daemon& publisher = swarm.add_node(1, size, true);
  const Daemon& source = swarm.add_node(2, size, true);
  const Daemon& silent = swarm.add_node(3, size, false);
  const Daemon& other = swarm.add_node(4, size, true, kSeed + 1);
  const std::string torrent = swarm.publish();
  // Alone it would need longer than the client waits.
  swarm.machine(1).run({"tc",
                        "qdisc",
                        "add",
                        "dev",
                        "lan0",
                        "root",
                        "tbf",
                        "rate",
                        "400kbit",
                        "burst",
                        "16kb",
                        "latency",
                        "200ms"});

  const auto first = swarm.dir().folder("first");
  swarm.check_fetch(kClient, aria2(first, torrent), first);
  CHECK(source.counter("bt_blocks_sent") > 0);
  CHECK(source.counter("torrents_published") == 0);
  CHECK(source.counter("torrents_of_others") == 1);
  CHECK(source.counter("torrent_records_good") == 1);
  CHECK(publisher.counter("tracker_floods") == 1);
  for (const Daemon* node : {&silent, &other}) {
    CHECK(node->counter("bt_blocks_sent") == 0);
    CHECK(node->counter("bt_links_in") == 0);
  }
  CHECK(silent.counter("torrent_offers_refused") == 0);  // not even asked

  publisher.kill();
  const std::uint64_t sent = source.counter("bt_blocks_sent");
  const auto second = swarm.dir().folder("second");
  Words words = aria2(second, torrent);
  words.insert(words.end() - 1, "--bt-tracker=http://" + node_at(2) + "/announce");
  swarm.check_fetch(kClient, words, second);
  CHECK(source.counter("bt_blocks_sent") > sent);
}

TEST_CASE("the tracker tells a client from elsewhere of no address of the LAN") {
  if (!enter_lan() || !is_installed({kPython, "--version"})) return;
  Swarm swarm(3);
  swarm.add_node(1, 100'000, true);
  swarm.add_node(2, 100'000, true);
  const Machine& client = swarm.machine(3);
  swarm.machine(1).run({"ip", "addr", "add", "203.0.113.1/24", "dev", "lan0"});
  client.run({"ip", "addr", "add", "203.0.113.3/24", "dev", "lan0"});
  const std::string name = swarm.publish_name();
  const auto told = [&](const std::string& tracker) {
    return tracker_peers("http://" + tracker + "/announce", name, client.wrapper());
  };
  using Told = std::vector<std::string>;
  REQUIRE(eventually([&] { return told(node_at(1)) == Told{node_at(1), node_at(2)}; }));
  CHECK(told("203.0.113.1:7346") == Told{"203.0.113.1:7346"});
}

}  // namespace freshet::testing
