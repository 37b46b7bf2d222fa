#include "tests/support/source_and_fetcher.h"

#include <utility>

#include <doctest/doctest.h>

#include "tests/support/files.h"

namespace freshet::testing {

SourceAndFetcher::SourceAndFetcher(const std::string& word,
                                   std::uint64_t size_bytes,
                                   std::uint64_t seed,
                                   std::vector<std::string> flags)
    : file(share / (word + ".bin")) {
  write_random_file(file, size_bytes, seed);
  flags.emplace_back("--no-discovery");
  source = std::make_unique<Daemon>(
      dir.path() / "source", DaemonOptions{.paths = {share.string()}, .flags = std::move(flags)});
  fetcher =
      std::make_unique<Daemon>(dir.path() / "fetcher", DaemonOptions{.peers = {source->address()}});
  REQUIRE(source->has_hashed(1));
  REQUIRE(fetcher->has_peers(1));
  const auto found = fetcher->cli({"search", word, "--limit", "1", "--timeout", "30", "--json"});
  REQUIRE(!found.events("hit").empty());
  id = found.events("hit").back().at("id").get<std::string>();
}

}  // namespace freshet::testing
