// Debian's BitTorrent clients fetch what a node published, from the node alone, which they find
// through its tracker: by a torrent file, and by a magnet link. Machines are network namespaces
// (transmission takes no peer on 127/8). FRESHET_BT_MIB sets the file's size. Without the clients,
// or the right to make namespaces, the test says so.
#include <algorithm>
#include <chrono>
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

std::string address(int number) {
  return "10.78.0." + std::to_string(number);
}

/// Machine 1 runs the node, with one file published; the others run clients.
class Swarm {
 public:
  explicit Swarm(int machines, Words flags = {"--no-discovery", "--bittorrent"}) : wire_("wire") {
    for (int i = 1; i <= machines; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      machines_.back()->plug(wire_, "lan0", {address(i) + "/24"});
    }
    original_ = dir_.folder("share") / "blue boat.bin";
    write_random_file(original_, bt_file_bytes(8), 7);
    node_ = std::make_unique<Daemon>(dir_.path() / "state",
                                     DaemonOptions{.paths = {dir_.folder("share").string()},
                                                   .listen = "0.0.0.0:7346",
                                                   .flags = std::move(flags),
                                                   .wrapper = machines_.front()->wrapper()});
    REQUIRE(node_->has_hashed(1));
    const auto found = node_->cli({"search", "boat", "--json", "--timeout", "1"});
    REQUIRE(found.events("hit").size() == 1);
    id_ = found.events("hit").front().at("id").get<std::string>();
  }

  [[nodiscard]] const Daemon& node() const { return *node_; }
  void restart() {
    node_->kill();
    node_->start_again();
  }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] std::string torrent(const Words& kind = {}) const {
    const auto file = (dir_.path() / "boat.torrent").string();
    Words words = {"torrent", id_, "-o", file};
    words.insert(words.end(), kind.begin(), kind.end());
    const auto made = node_->cli(words);
    INFO(made.err);
    REQUIRE(made.exit_code == 0);
    return file;
  }
  [[nodiscard]] std::string magnet(const Words& kind = {}) const {
    Words words = {"magnet", id_};
    words.insert(words.end(), kind.begin(), kind.end());
    const auto made = node_->cli(words);
    REQUIRE(made.exit_code == 0);
    return made.out.substr(0, made.out.find('\n'));
  }
  [[nodiscard]] const Machine& machine(int number) const {
    return *machines_.at(static_cast<std::size_t>(number - 1));
  }
  [[nodiscard]] Words on(int number, const Words& program) const {
    return inside(machine(number), program);
  }
  [[nodiscard]] std::filesystem::path folder(const std::string& name) const {
    return dir_.folder(name);
  }
  [[nodiscard]] std::unique_ptr<Daemon> fetcher(int number, Words flags = {}) const {
    flags.emplace_back("--no-discovery");
    return std::make_unique<Daemon>(
        dir_.path() / "fetcher",
        DaemonOptions{
            .listen = "0.0.0.0:7346", .flags = std::move(flags), .wrapper = on(number, {})});
  }
  /// What a client put into `folder` is the file, as soon as it has its name.
  void check_arrived(const std::filesystem::path& folder) const {
    const auto file = folder / original_.filename();
    REQUIRE(eventually([&] { return std::filesystem::exists(file); }, std::chrono::seconds(90)));
    CHECK(sha256_of(file) == sha256_of(original_));
  }
  /// The same of a client that gives its name to a file that it is still writing.
  void check_arrives(const std::filesystem::path& folder) const {
    const auto file = folder / original_.filename();
    const auto whole = sha256_of(original_);
    CHECK(eventually([&] { return std::filesystem::exists(file) && sha256_of(file) == whole; },
                     std::chrono::seconds(90)));
  }

 private:
  TempDir dir_;
  Switch wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::filesystem::path original_;
  std::unique_ptr<Daemon> node_;
  std::string id_;
};

void fetch_with_aria2(const Swarm& swarm, const std::string& what, const std::string& name) {
  const auto folder = swarm.folder(name);
  const auto done = run_program(swarm.on(2, aria2(folder, what)));
  INFO(done.out);
  CHECK(done.exit_code == 0);
  swarm.check_arrived(folder);
}

void fetch_with_libtorrent(const Swarm& swarm, const std::string& what, const std::string& name) {
  const auto folder = swarm.folder(name);
  const auto done = run_program(swarm.on(4, libtorrent(folder, what)));
  INFO(done.err);
  CHECK(done.exit_code == 0);
  swarm.check_arrived(folder);
}

/// transmission in a machine; ends with the object.
class Transmission {
 public:
  Transmission(const Swarm& swarm, const std::string& name)
      : swarm_(swarm),
        folder_(swarm.folder(name)),
        process_(swarm.on(3, transmission_daemon(swarm.folder(name + "-conf"), folder_)),
                 swarm.dir().path() / name) {}

  void begin(const std::string& what) { REQUIRE(transmission_takes(swarm_.machine(3), what)); }
  void fetch(const std::string& what) {
    begin(what);
    swarm_.check_arrived(folder_);
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  const Swarm& swarm_;
  std::filesystem::path folder_;
  Process process_;
};

/// What a node with a limit of 2 MiB/s moves in two ways at once.
class SharedRate {
 public:
  using Clock = std::chrono::steady_clock;

  SharedRate(const Daemon& node, std::string with_clients, std::string with_nodes)
      : node_(node),
        with_clients_(std::move(with_clients)),
        with_nodes_(std::move(with_nodes)) {}

  /// When a node has its whole file: meanwhile clients had their half.
  void check_halved() const {
    CHECK(node_.counter(with_clients_) >= bt_file_bytes(8) / 4);
    CHECK(rate_until(Clock::now()) <= 1.1 * kLimit);
  }
  /// When all is there, since `ended`. Below the limit only a machine leads that is busy with
  /// starting programs.
  void check_kept(Clock::time_point ended) const {
    const double kept = rate_until(ended);
    CHECK(kept <= 1.1 * kLimit);
    CHECK(kept >= (kSanitized ? 0.25 : 0.6) * kLimit);
  }

 private:
  static constexpr double kLimit = 2 << 20;  ///< bytes a second

  [[nodiscard]] double rate_until(Clock::time_point ended) const {
    const auto moved = node_.counter(with_clients_) + node_.counter(with_nodes_);
    return static_cast<double>(moved) / std::chrono::duration<double>(ended - begun_).count();
  }

  const Daemon& node_;
  std::string with_clients_;
  std::string with_nodes_;
  Clock::time_point begun_ = Clock::now();
};

}  // namespace

TEST_CASE("aria2 fetches a published file by torrent and by magnet") {
  if (!enter_lan() || !is_installed({"aria2c", "--version"})) return;
  const Swarm swarm(2);
  fetch_with_aria2(swarm, swarm.torrent(), "by-torrent");
  fetch_with_aria2(swarm, swarm.magnet(), "by-magnet");
  CHECK(swarm.node().counter("bt_metadata_sent") > 0);
  CHECK(swarm.node().counter("bt_links_broken") == 0);
}

TEST_CASE("transmission fetches a published file by torrent and by magnet: it is dialled") {
  if (!enter_lan() || !is_installed({"transmission-daemon", "--version"})) return;
  const Swarm swarm(3);
  SUBCASE("torrent") {
    Transmission client(swarm, "by-torrent");
    client.fetch(swarm.torrent());
  }
  SUBCASE("magnet") {
    Transmission client(swarm, "by-magnet");
    client.fetch(swarm.magnet());
  }
  CHECK(swarm.node().counter("bt_links_broken") == 0);
}

TEST_CASE("libtorrent fetches a published file by torrent and by magnet, of each version") {
  if (!enter_lan() || !is_installed({kPython, "-c", "import libtorrent"})) return;
  const Swarm swarm(4);
  for (const Words& kind : {Words{}, Words{"--hybrid"}, Words{"--v2"}}) {
    const std::string name = kind.empty() ? "--v1" : kind.front();
    INFO(name);
    fetch_with_libtorrent(swarm, swarm.torrent(kind), "by-torrent" + name);
    fetch_with_libtorrent(swarm, swarm.magnet(kind), "by-magnet" + name);
  }
  CHECK(swarm.node().counter("bt_hashes_sent") > 0);
  CHECK(swarm.node().counter("bt_links_broken") == 0);
}

TEST_CASE("a swarm of aria2, transmission, libtorrent and freshet completes on every member") {
  if (!enter_lan() || !is_installed({"aria2c", "--version"})
      || !is_installed({"transmission-daemon", "--version"})
      || !is_installed({kPython, "-c", "import libtorrent"})) {
    return;
  }
  const Swarm swarm(5);
  const auto torrent = swarm.torrent();
  Transmission transmission(swarm, "transmission");
  transmission.begin(torrent);
  const auto by_aria2 = swarm.folder("aria2");
  const Process aria(swarm.on(2, aria2(by_aria2, torrent)), swarm.dir().path() / "aria2-out");
  const auto by_libtorrent = swarm.folder("libtorrent");
  const Process by_library(swarm.on(4, libtorrent(by_libtorrent, torrent)),
                           swarm.dir().path() / "libtorrent-out");
  const auto fetcher = swarm.fetcher(5);
  const auto by_freshet = swarm.folder("freshet");
  const auto got =
      fetcher->cli({"get", torrent, "-o", by_freshet.string(), "--timeout", "60", "--json"});
  INFO(got.err);
  CHECK(got.exit_code == 0);
  swarm.check_arrived(by_freshet);
  for (const auto& folder : {by_aria2, by_libtorrent, transmission.folder()})
    swarm.check_arrives(folder);
  CHECK(fetcher->counter("btget_pieces_bad") == 0);
  CHECK(swarm.node().counter("bt_links_broken") == 0);
}

TEST_CASE("BitTorrent clients and nodes share the node's --up-rate") {
  if (!enter_lan() || !is_installed({"aria2c", "--version"})) return;
  const Swarm swarm(3, {"--no-discovery", "--bittorrent", "--up-rate", "2M"});
  const auto torrent = swarm.torrent();
  const SharedRate sent(swarm.node(), "bt_block_bytes_sent", "transfer_bytes_out");
  const auto by_aria2 = swarm.folder("aria2");
  const Process aria(swarm.on(2, aria2(by_aria2, torrent)), swarm.dir().path() / "aria2-out");
  const auto fetcher = swarm.fetcher(3, {"--peer", address(1) + ":7346"});
  const auto got = fetcher->cli({"get", swarm.id(), "-o", swarm.folder("freshet").string()});
  INFO(got.err);
  CHECK(got.exit_code == 0);
  sent.check_halved();
  swarm.check_arrives(by_aria2);
  sent.check_kept(SharedRate::Clock::now());
}

TEST_CASE("what is fetched from BitTorrent clients and from nodes shares the node's --down-rate") {
  if (!enter_lan()) return;
  const Swarm swarm(2);
  const auto torrent = swarm.torrent();
  const auto fetcher = swarm.fetcher(2, {"--peer", address(1) + ":7346", "--down-rate", "2M"});
  const SharedRate fetched(*fetcher, "btget_block_bytes", "transfer_bytes_in");
  const auto by_torrent = swarm.folder("by-torrent");
  const auto get = fetcher->start_cli({"get", torrent, "-o", by_torrent.string()}, "get");
  const auto got = fetcher->cli({"get", swarm.id(), "-o", swarm.folder("by-id").string()});
  INFO(got.err);
  CHECK(got.exit_code == 0);
  fetched.check_halved();
  const auto code = get->wait(std::chrono::seconds(60));
  const auto ended = SharedRate::Clock::now();
  INFO(get->err());
  CHECK(code == 0);
  fetched.check_kept(ended);
  swarm.check_arrived(by_torrent);
}

TEST_CASE("a torrent outlives the daemon, and names no tracker without the user's word") {
  if (!enter_lan()) return;
  Swarm swarm(1, {"--no-discovery"});
  const auto link = swarm.node().cli({"magnet", swarm.id(), "--json"});
  CHECK(link.json().at("trackers").empty());
  CHECK(link.err.find("--bittorrent") != std::string::npos);
  CHECK(swarm.node().counter("torrents_published") == 1);
  swarm.restart();
  CHECK(eventually([&] { return swarm.node().counter("torrents_published") == 1; }));
  CHECK(swarm.node().cli({"torrent", std::string(64, '0')}).exit_code == 2);
}

TEST_CASE("a private mesh is not open to BitTorrent clients") {
  const TempDir dir;
  const std::string state = dir.folder("state").string();
  REQUIRE(run_freshet({"--state", state, "mesh", "new"}).exit_code == 0);
  const auto up = run_freshet({"--state", state, "up", "--bittorrent", "--listen", "127.0.0.1:0"});
  CHECK(up.exit_code == 2);
  CHECK(up.err.find("private mesh") != std::string::npos);
  const Daemon node(state, {.paths = {dir.folder("share").string()}});
  const auto torrent = node.cli({"torrent", std::string(64, '0')});
  CHECK(torrent.exit_code == 2);
  CHECK(torrent.err.find("private mesh") != std::string::npos);
}

}  // namespace freshet::testing
