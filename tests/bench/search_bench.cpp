// The index on 100,000 names: what a name costs to add and to keep, and what a query takes.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "node/base/rng.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kFiles = 100'000;
constexpr std::array<std::string_view, 32> kSyllables = {
    "ka", "to", "mi",  "ra",  "no", "se",  "lu",  "vi",  "pe",  "da",  "go",
    "fu", "be", "chi", "sta", "lo", "ne",  "mar", "tin", "sol", "ber", "an",
    "el", "or", "ul",  "it",  "es", "gra", "phi", "cal", "den", "wo"};
constexpr std::array<std::string_view, 6> kSuffixes = {
    ".jpg", ".mp3", ".txt", ".pdf", ".tar.gz", ".md"};

// Syllables make about 30,000 distinct words, drawn with a skew.
std::string word(Rng& rng) {
  const std::uint64_t range = rng.below(32) + 1;
  std::string text;
  for (int i = 0; i < 3; ++i) text += kSyllables[rng.below(range)];
  return text;
}

std::vector<std::string> names(bool ascii) {
  Rng rng = Rng::from_seed(7);
  std::vector<std::string> list;
  for (std::size_t i = 0; i < kFiles; ++i) {
    std::string name =
        word(rng) + "/" + word(rng) + "_" + word(rng) + "-" + std::to_string(rng.below(5000));
    if (!ascii) name += "é";
    name += kSuffixes[rng.below(kSuffixes.size())];
    list.push_back(std::move(name));
  }
  return list;
}

const Index& filled() {
  static const Index kIndex = [] {
    Index made(1);
    std::uint32_t number = 0;
    for (const auto& name : names(true)) made.add(FileNumber{number++}, bytes_of(name));
    return made;
  }();
  return kIndex;
}

void tokenize_names(benchmark::State& state) {
  const auto list = names(state.range(0) != 0);
  Tokens tokens;
  std::size_t i = 0;
  while (state.KeepRunning()) {
    tokenize(bytes_of(list[i++ % list.size()]), tokens);
    benchmark::DoNotOptimize(tokens.list.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(tokenize_names)->ArgName("ascii")->Arg(1)->Arg(0);

void add_names(benchmark::State& state) {
  const auto list = names(true);
  std::size_t bytes = 0;
  while (state.KeepRunning()) {
    Index index(1);
    std::uint32_t number = 0;
    for (const auto& name : list) index.add(FileNumber{number++}, bytes_of(name));
    bytes = index.memory_bytes();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kFiles));
  state.counters["bytes_per_file"] = static_cast<double>(bytes) / static_cast<double>(kFiles);
}
BENCHMARK(add_names)->Unit(benchmark::kMillisecond);

void find_words(benchmark::State& state, const std::vector<std::string>& typed) {
  const auto query = parse_query(typed);
  const Index& index = filled();
  std::size_t found = 0;
  while (state.KeepRunning()) found = index.find(*query, 256).size();
  state.counters["found"] = static_cast<double>(found);
}
BENCHMARK_CAPTURE(find_words, rare, std::vector<std::string>{"solgracal"});
BENCHMARK_CAPTURE(find_words, common, std::vector<std::string>{"jpg"});
BENCHMARK_CAPTURE(find_words, two_common, std::vector<std::string>{"kakaka", "jpg"});
BENCHMARK_CAPTURE(find_words, disjoint, std::vector<std::string>{"jpg", "mp3"});
BENCHMARK_CAPTURE(find_words, rare_and_common, std::vector<std::string>{"tomira", "jpg"});
BENCHMARK_CAPTURE(find_words, phrase, std::vector<std::string>{"kakaka kakaka"});
BENCHMARK_CAPTURE(find_words, phrase_missed, std::vector<std::string>{"jpg kakaka"});
BENCHMARK_CAPTURE(find_words, excluded, std::vector<std::string>{"jpg", "-kakaka"});
BENCHMARK_CAPTURE(find_words, unknown, std::vector<std::string>{"nothere"});

}  // namespace
}  // namespace freshet::core::search

BENCHMARK_MAIN();
