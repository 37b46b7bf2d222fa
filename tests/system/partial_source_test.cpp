// Two nodes that fetch the same from one slow source find each other, and share what it sent.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {

TEST_CASE("who fetches a file is a source of it for others that do") {
  constexpr std::uint64_t kFileBytes = std::uint64_t{12} << 20U;
  const TempDir dir;
  const auto share = dir.folder("share");
  write_random_file(share / "estuary.bin", kFileBytes, 9);
  const Daemon seed(
      dir.path() / "seed",
      DaemonOptions{.paths = {share.string()}, .flags = {"--up-rate", "1M", "--no-discovery"}});
  REQUIRE(seed.has_hashed(1));
  std::vector<std::unique_ptr<Daemon>> fetchers;
  for (const std::string name : {"one", "two"}) {
    fetchers.push_back(
        std::make_unique<Daemon>(dir.path() / name, DaemonOptions{.peers = {seed.address()}}));
    REQUIRE(fetchers.back()->has_peers(1));
  }
  const auto found =
      fetchers[0]->cli({"search", "estuary", "--limit", "1", "--timeout", "30", "--json"});
  REQUIRE(!found.events("hit").empty());
  const auto id = found.events("hit").back().at("id").get<std::string>();
  REQUIRE(
      fetchers[1]->cli({"search", "estuary", "--limit", "1", "--timeout", "30", "--json"}).exit_code
      == 0);

  std::vector<std::unique_ptr<Process>> gets;
  for (const auto& fetcher : fetchers)
    gets.push_back(fetcher->start_cli({"get", id, "--json"}, "get"));
  std::size_t most_sources = 0;
  for (const auto& get : gets) {
    const auto code = get->wait(std::chrono::minutes(2));
    REQUIRE(code.has_value());
    REQUIRE_MESSAGE(*code == 0, get->err());
    const auto done = parse_events(get->out()).back();
    CHECK(sha256_of(done.at("path").get<std::string>()) == sha256_of(share / "estuary.bin"));
    most_sources = std::max(most_sources, done.at("sources").get<std::size_t>());
  }
  CHECK(most_sources == 2);
  CHECK(seed.counter("transfer_bytes_out") < kFileBytes * 19 / 10);
}

}  // namespace freshet::testing
