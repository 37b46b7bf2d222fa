// Files go where they are wanted although nodes cannot dial one another: a filter drops what comes
// in, an access point isolates its clients, a path breaks in the middle of a transfer. Machines are
// network namespaces, filters are nftables rules in them; without the right to make them, the test
// says so.
#include <algorithm>
#include <chrono>
#include <string>

#include "tests/system/path_net.h"

namespace freshet::testing {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;
/// How long a transfer may stand still when its path breaks.
constexpr std::chrono::milliseconds kLongestGap{kSanitized ? 30'000 : 10'000};

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
                      "40mbit",
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
    return progress.bytes() > 8 * kMiB;
  }));
  CHECK(eventually([&] { return net.watches_path(2, 3); }, kLongestGap));
  (net.*break_path)(2, 3);
  const std::uint64_t before = progress.bytes();
  CHECK(before < 64 * kMiB);
  progress.restart();
  const bool ended = eventually(
      [&] {
        progress.look();
        return !get->running();
      },
      std::chrono::minutes(3));
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
  const auto result = net.daemon(2).cli({"get", id, "--timeout", "20"});
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
