// Limits on what a node sends and fetches, as a user sets them. The rules have their tests in
// virtual time (tests/unit/transfer/rates_test.cpp); here real daemons and a clock.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/source_and_fetcher.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kFileBytes = 8 * kMiB;
constexpr double kLimit = 4 * kMiB;  ///< bytes a second

/// One node that shares a file, and one that fetches it.
struct Pair : SourceAndFetcher {
  explicit Pair(std::vector<std::string> source_flags = {})
      : SourceAndFetcher("brook", kFileBytes, 3, std::move(source_flags)) {}

  /// Bytes a second of a whole fetch.
  double fetch(const std::vector<std::string>& more = {}) {
    std::vector<std::string> args = {"get", id, "-o", (dir.path() / "copy").string(), "--json"};
    args.insert(args.end(), more.begin(), more.end());
    const auto got = fetcher->cli(args);
    REQUIRE_MESSAGE(got.exit_code == 0, got.err);
    return static_cast<double>(kFileBytes) / got.events().back().at("seconds").get<double>();
  }
};

// Never more than a tenth above. Below it only a machine too busy to wake the daemon ten times a
// second leads, which is no fault of the limit: sanitizers on few cores are.
void check_kept(double rate) {
  CAPTURE(rate);
  CHECK(rate <= 1.1 * kLimit);
  CHECK(rate >= (kSanitized ? 0.1 : 0.9) * kLimit);
}

}  // namespace

TEST_CASE("a source sends no more than its --up-rate, and status says so") {
  Pair pair({"--up-rate", "4M"});
  check_kept(pair.fetch());
  const auto rates = pair.source->status().at("rates");
  CHECK(rates.at("up") == 4 * kMiB);
  CHECK(rates.at("down").is_null());
  CHECK(pair.source->cli({"status"}).out.find("up 4.0 MiB/s") != std::string::npos);
}

TEST_CASE("`rate` limits a node that runs, and frees it again in the middle of a fetch") {
  Pair pair;
  const auto set = pair.fetcher->cli({"rate", "--down", "64K", "--json"});
  REQUIRE(set.exit_code == 0);
  CHECK(set.json().at("down") == 65536);
  CHECK(set.json().at("up").is_null());
  const auto get = pair.fetcher->start_cli({"get", pair.id, "--json"}, "get");
  REQUIRE(eventually([&] { return pair.fetcher->counter("transfer_bytes_in") > 0; }));
  CHECK(get->running());
  REQUIRE(pair.fetcher->cli({"rate", "--down", "0"}).exit_code == 0);
  CHECK(get->wait(std::chrono::seconds(30)) == 0);  // 128 s at the limit
}

TEST_CASE("get -o - writes the beginning while the rest is still being fetched") {
  Pair pair({"--up-rate", "512K"});
  const auto get = pair.fetcher->start_cli({"get", pair.id, "-o", "-"}, "get");
  REQUIRE(eventually([&] { return !get->out().empty(); }));
  REQUIRE(get->running());
  const std::string whole = read_file(pair.file);
  std::size_t seen = get->out().size();
  while (get->running()) {
    const std::string part = get->out();
    REQUIRE(part == whole.substr(0, part.size()));
    // What is verified is delivered, but for the pieces that are being fetched.
    const auto done = pair.fetcher->cli({"downloads", "--json"}).json().at("downloads");
    if (done.size() == 1 && seen > 0) {
      const auto verified = done.front().at("done").get<std::uint64_t>();
      CHECK(eventually([&] { return get->out().size() + 2 * kMiB > verified; }));
    }
    seen = part.size();
  }
  CHECK(seen > 0);
  CHECK(get->out() == whole);
}

TEST_CASE("a limit that `rate` set is kept by the next run, unless that says otherwise") {
  const TempDir dir;
  const auto limits = [&](std::vector<std::string> flags, const std::vector<std::string>& rate) {
    flags.emplace_back("--no-discovery");
    Daemon node(dir.path() / "node", DaemonOptions{.flags = flags});
    if (!rate.empty()) REQUIRE(node.cli(rate).exit_code == 0);
    return node.status().at("rates");
  };
  limits({"--up-rate", "3M"}, {"rate", "--down", "2M"});
  const auto kept = limits({}, {});
  CHECK(kept.at("down") == 2 * kMiB);
  CHECK(kept.at("up").is_null());  // of that one run alone
  const auto said = limits({"--down-rate", "0", "--up-rate", "1M"}, {});
  CHECK(said.at("down").is_null());
  CHECK(said.at("up") == kMiB);
  CHECK(limits({}, {}).at("down") == 2 * kMiB);
  CHECK(limits({}, {"rate", "--down", "0"}).at("down").is_null());
  CHECK(limits({}, {}).at("down").is_null());
}

TEST_CASE("a node is polite from when it is told so, in later runs too, and still fetches") {
  const TempDir dir;
  {
    Daemon node(dir.path() / "node", DaemonOptions{.flags = {"--no-discovery"}});
    CHECK(node.status().at("rates").at("polite") == false);
    CHECK(node.cli({"rate", "--polite", "on", "--json"}).json().at("polite") == true);
  }
  {
    Daemon node(dir.path() / "node", DaemonOptions{.flags = {"--no-discovery"}});
    CHECK(node.status().at("rates").at("polite") == true);
    CHECK(node.cli({"rate", "--polite", "off"}).out.find("polite") == std::string::npos);
  }
  Daemon node(dir.path() / "node", DaemonOptions{.flags = {"--no-discovery", "--polite"}});
  CHECK(node.status().at("rates").at("polite") == true);
  Pair pair;
  CHECK(pair.fetch({"--polite"}) > 0);
}

TEST_CASE("get --rate limits one fetch") {
  Pair pair;
  check_kept(pair.fetch({"--rate", "4M"}));
}

}  // namespace freshet::testing
