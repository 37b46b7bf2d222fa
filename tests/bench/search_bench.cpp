// The index on 100,000 names: what a name costs to add and to keep, and what a query takes.
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "node/cli/bench/load/sample_names.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kFiles = 100'000;
std::vector<std::string> names(bool ascii) {
  return bench::sample_names(kFiles, ascii);
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
