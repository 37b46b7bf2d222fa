// The index on 100,000 names: what a name costs to add and to keep, and what a query takes; and
// what it takes to put results in order.
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "node/cli/bench/load/sample_names.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"
#include "node/core/search/ranking.h"
#include "node/core/search/results.h"

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

// A set of so many results, each of so many names, as a search for two words has it at its end.
ResultSet result_set(std::size_t results, std::size_t names_each) {
  const auto list = names(true);
  ResultSet set;
  for (std::size_t i = 0; i < results; ++i) {
    for (std::size_t k = 0; k < names_each; ++k) {
      wire::HitRecord record{.node = {}, .name = "desk", .addresses = {}, .files = {}};
      record.node.bytes[0] = static_cast<Byte>(k);
      wire::HitFile file{.content = ContentId{},
                         .name = list[(i * names_each + k) % list.size()],
                         .size_bytes = 1};
      store_le(static_cast<std::uint64_t>(i), file.content->bytes.data());
      record.files.push_back(std::move(file));
      set.add(record, 1);
    }
  }
  return set;
}

void rank_results(benchmark::State& state) {
  const auto set = result_set(static_cast<std::size_t>(state.range(0)),
                              static_cast<std::size_t>(state.range(1)));
  const auto words = ranking_words(*parse_query({"kakaka", "jpg"}));
  while (state.KeepRunning()) benchmark::DoNotOptimize(rank(set, words));
}
// The same when names were read as they came.
void rank_read_results(benchmark::State& state) {
  const auto set = result_set(static_cast<std::size_t>(state.range(0)),
                              static_cast<std::size_t>(state.range(1)));
  Ranker ranker(ranking_words(*parse_query({"kakaka", "jpg"})));
  for (const SearchResult* result : set.all()) ranker.read(*result);
  while (state.KeepRunning()) benchmark::DoNotOptimize(ranker.rank(set));
}
BENCHMARK(rank_read_results)
    ->ArgNames({"results", "names"})
    ->Args({10'000, 1})
    ->Args({10'000, 3})
    ->Unit(benchmark::kMillisecond);

BENCHMARK(rank_results)
    ->ArgNames({"results", "names"})
    ->Args({100, 1})
    ->Args({10'000, 1})
    ->Args({10'000, 3})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace freshet::core::search

BENCHMARK_MAIN();
