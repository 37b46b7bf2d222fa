// Files go where they are wanted although nodes cannot dial one another: a filter drops what comes
// in, an access point isolates its clients, a path breaks in the middle of a transfer. Machines are
// network namespaces, filters are nftables rules in them; without the right to make them, the test
// says so.
#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/lan.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
/// How long a transfer may stand still when its path breaks.
constexpr std::chrono::milliseconds kLongestGap{10000};

bool may_run() {
  if (enter_lan() && run_program({"nft", "list", "ruleset"}).exit_code == 0) return true;
  MESSAGE(
      "skipped: this machine lets the test make no network namespace or no filter (run as root, "
      "with nftables)");
  return false;
}

std::string address(int number) {
  return "10.77.0." + std::to_string(number);
}

/// Machines on one switch, each with a daemon and a folder, linked as the test says.
class Net {
 public:
  explicit Net(int machines) : wire_("wire") {
    for (int i = 1; i <= machines; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      machine(i).plug(wire_, "lan0", {address(i) + "/24"});
      machine(i).run({"nft", "add", "table", "inet", "test"});
      machine(i).run(
          {"nft", "add", "chain", "inet", "test", "in", "{ type filter hook input priority 0; }"});
    }
    daemons_.resize(machines_.size());
  }

  [[nodiscard]] const Machine& machine(int number) const { return *machines_.at(index(number)); }
  [[nodiscard]] const Daemon& daemon(int number) const { return *daemons_.at(index(number)); }
  [[nodiscard]] std::filesystem::path share(int number) const {
    return dir_.folder("share" + std::to_string(number));
  }
  void start(int number, const std::vector<int>& peers, std::vector<std::string> flags = {}) {
    flags.push_back("--no-discovery");
    DaemonOptions options{.paths = {share(number).string()},
                          .listen = "0.0.0.0:7346",
                          .flags = std::move(flags),
                          .wrapper = machine(number).wrapper()};
    for (const int peer : peers) options.peers.push_back(address(peer) + ":7346");
    daemons_.at(index(number)) =
        std::make_unique<Daemon>(dir_.path() / ("state" + std::to_string(number)), options);
  }

  /// Connections to the machine are dropped without a word; those that it makes work.
  void drop_incoming(int number) const {
    machine(number).run({"nft",
                         "add",
                         "rule",
                         "inet",
                         "test",
                         "in",
                         "iif",
                         "!=",
                         "lo",
                         "ct",
                         "state",
                         "new",
                         "drop"});
  }
  /// Nothing passes between the two any more, in either direction.
  void cut(int one, int other) const {
    machine(one).run(
        {"nft", "add", "rule", "inet", "test", "in", "ip", "saddr", address(other), "drop"});
    machine(other).run(
        {"nft", "add", "rule", "inet", "test", "in", "ip", "saddr", address(one), "drop"});
  }

  /// The same, but each end is told by a reset.
  void reset(int one, int other) const {
    for (const auto& [at, from] : {std::pair(one, other), std::pair(other, one)}) {
      machine(at).run({"nft",
                       "add",
                       "rule",
                       "inet",
                       "test",
                       "in",
                       "ip",
                       "saddr",
                       address(from),
                       "meta",
                       "l4proto",
                       "tcp",
                       "reject",
                       "with",
                       "tcp",
                       "reset"});
    }
  }
  /// Whether the kernel watches a connection to `other`'s port on which nothing is under way.
  [[nodiscard]] bool watches_path(int number, int other) const {
    std::vector<std::string> args = machine(number).wrapper();
    for (const char* arg : {"ss", "-Htno", "state", "established", "dst"}) args.emplace_back(arg);
    args.push_back(address(other));
    return run_program(args).out.find("timer:(keepalive") != std::string::npos;
  }

  /// Finds the one file with that name at `number`, and says what `get` has to be given.
  [[nodiscard]] std::string find(int number, const std::string& word) const {
    std::string id;
    REQUIRE(eventually([&] {
      const auto result = daemon(number).cli({"search", word, "--json", "--timeout", "2"});
      for (const Json& hit : result.events("hit")) {
        if (hit.at("id").is_string()) id = hit.at("id").get<std::string>();  // once it is hashed
      }
      return !id.empty();
    }));
    return id;
  }
  /// Fetches it to the end and checks it.
  void fetch(int number, const std::string& word, const std::filesystem::path& original) const {
    const std::string id = find(number, word);
    const auto to = dir_.path() / ("got" + std::to_string(number));
    const auto began = std::chrono::steady_clock::now();
    const auto result = daemon(number).cli({"get", id, "-o", to.string(), "--timeout", "30"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    CHECK(sha256_of(to) == sha256_of(original));
    MESSAGE("fetched in "
            << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()
            << " s");
  }
  [[nodiscard]] const TempDir& dir() const { return dir_; }

 private:
  static std::size_t index(int number) { return static_cast<std::size_t>(number - 1); }

  TempDir dir_;
  Switch wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
};

std::filesystem::path give(const Net& net, int number, const std::string& name) {
  const auto file = net.share(number) / name;
  write_random_file(file, 3 * kMiB + 77, static_cast<std::uint64_t>(number));
  return file;
}

/// Follows a `get` that runs, and notes the longest time in which nothing more was verified.
class Progress {
 public:
  explicit Progress(Process& get) : get_(get) {}
  void look() {
    std::uint64_t bytes = bytes_;
    for (const Json& event : parse_events(get_.out())) {
      if (event.at("event") == "progress") bytes = event.at("done").get<std::uint64_t>();
    }
    const auto now = std::chrono::steady_clock::now();
    longest_ = std::max(longest_, now - at_);
    if (bytes == bytes_) return;
    bytes_ = bytes;
    at_ = now;
  }
  void restart() { longest_ = {}; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] double longest_s() const { return std::chrono::duration<double>(longest_).count(); }

 private:
  Process& get_;
  std::uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::duration longest_{};
};

using Break = void (Net::*)(int one, int other) const;

void goes_on_through_a_third(Break break_path) {
  Net net(3);
  const auto file = net.share(3) / "lagoon.bin";
  write_random_file(file, 64 * kMiB, 5);
  net.machine(3).run({"tc",
                      "qdisc",
                      "add",
                      "dev",
                      "lan0",
                      "root",
                      "tbf",
                      "rate",
                      "80mbit",
                      "burst",
                      "256k",
                      "latency",
                      "50ms"});
  net.start(1, {});
  net.start(2, {1});
  net.start(3, {1, 2});
  REQUIRE(net.daemon(2).has_peers(2));
  REQUIRE(net.daemon(3).has_hashed(1));
  const std::string id = net.find(2, "lagoon");
  const auto to = net.dir().path() / "got";
  const auto get = net.daemon(2).start_cli({"get", id, "-o", to.string(), "--json"}, "get");
  Progress progress(*get);
  REQUIRE(eventually([&] {
    progress.look();
    return progress.bytes() > 16 * kMiB;
  }));
  CHECK(eventually([&] { return net.watches_path(2, 3); }, kLongestGap));
  (net.*break_path)(2, 3);
  const std::uint64_t before = progress.bytes();
  CHECK(before < 64 * kMiB);
  progress.restart();
  const bool ended = eventually([&] {
    progress.look();
    return !get->running();
  });
  REQUIRE(ended);
  CHECK(get->wait(std::chrono::milliseconds(0)) == 0);
  CHECK(sha256_of(to) == sha256_of(file));
  MESSAGE("longest time without progress: " << progress.longest_s() << " s");
  CHECK(progress.longest_s() <= std::chrono::duration<double>(kLongestGap).count());
  CHECK(net.daemon(1).counter("relay_joined") >= 1);
}

}  // namespace

TEST_CASE("a machine behind a filter that drops what comes in shares and fetches") {
  if (!may_run()) return;
  Net net(2);
  net.drop_incoming(2);
  const auto open_file = give(net, 1, "harbour.bin");
  const auto hidden_file = give(net, 2, "lagoon.bin");
  net.start(1, {});
  net.start(2, {1});
  REQUIRE(net.daemon(1).has_peers(1));
  net.fetch(2, "harbour", open_file);
  net.fetch(1, "lagoon", hidden_file);
  CHECK(net.daemon(1).counter("pushes_sent") >= 1);
  CHECK(net.daemon(2).counter("pushes_for_us") >= 1);
  CHECK(net.daemon(1).counter("transfer_links_relayed") == 0);
}

TEST_CASE("two machines behind such filters exchange a file through a third") {
  if (!may_run()) return;
  Net net(3);
  net.drop_incoming(2);
  net.drop_incoming(3);
  const auto file = give(net, 3, "lagoon.bin");
  net.start(1, {});
  net.start(2, {1});
  net.start(3, {1});
  REQUIRE(net.daemon(1).has_peers(2));
  net.fetch(2, "lagoon", file);
  CHECK(net.daemon(1).counter("relay_joined") >= 1);
  CHECK(net.daemon(1).counter("relay_bytes") > 3 * kMiB);
  CHECK(net.daemon(2).counter("relay_links_through") >= 1);
}

TEST_CASE("clients that an access point isolates exchange a file through one that both reach") {
  if (!may_run()) return;
  Net net(3);
  net.cut(2, 3);
  const auto file = give(net, 3, "lagoon.bin");
  net.start(1, {});
  net.start(2, {1});
  net.start(3, {1});
  REQUIRE(net.daemon(1).has_peers(2));
  net.fetch(2, "lagoon", file);
  CHECK(net.daemon(1).counter("relay_joined") >= 1);
}

TEST_CASE("a node that does not relay refuses, and the fetch says that it found no source") {
  if (!may_run()) return;
  Net net(3);
  net.cut(2, 3);
  give(net, 3, "lagoon.bin");
  net.start(1, {}, {"--no-relay"});
  net.start(2, {1});
  net.start(3, {1});
  REQUIRE(net.daemon(1).has_peers(2));
  const std::string id = net.find(2, "lagoon");
  const auto result = net.daemon(2).cli({"get", id, "--timeout", "5"});
  CHECK(result.exit_code == 5);
  CHECK(net.daemon(1).counter("relay_refused") >= 1);
  CHECK(net.daemon(1).counter("relay_joined") == 0);
}

TEST_CASE("when the path breaks midway the transfer goes on through a third") {
  if (!may_run()) return;
  goes_on_through_a_third(&Net::cut);
}

TEST_CASE("when the path is reset midway the transfer goes on through a third") {
  if (!may_run()) return;
  goes_on_through_a_third(&Net::reset);
}

}  // namespace freshet::testing
