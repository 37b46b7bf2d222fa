// What a node's own index takes for a query, with 100,000 names in it.
#include "node/bench/cpu_time.h"
#include "node/cli/bench/figure.h"
#include "node/cli/bench/load/sample_names.h"
#include "node/cli/results_out.h"
#include "node/cli/text.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"

namespace freshet::cli {
namespace {

using core::search::FileNumber;
using core::search::Index;

constexpr std::size_t kNames = 100'000;
constexpr std::size_t kFewNames = 2'000;
constexpr std::size_t kHits = 256;  ///< that an answer has room for

struct Case {
  const char* key;
  std::string what;
  std::vector<std::string> words;
};

// Microseconds.
double find(const Index& index, const wire::Query& query, double for_seconds) {
  const double began = bench::own_cpu_seconds();
  std::size_t found = 0;
  std::size_t times = 0;
  double used = 0;
  for (std::size_t batch = 1; used < for_seconds && !interrupted(); batch *= 2) {
    for (std::size_t i = 0; i < batch; ++i) found += index.find(query, kHits).size();
    times += batch;
    used = bench::own_cpu_seconds() - began;
  }
  // Without a use of what was found the compiler might leave the search out.
  return found <= times * kHits ? used / static_cast<double>(times) * 1e6 : 0;
}

}  // namespace

Result<Figures> measure_search(const BenchPlan& plan) {
  Index index(1);
  std::uint32_t number = 0;
  const std::size_t names = plan.size(kNames, kFewNames);
  for (const std::string& name : bench::sample_names(names, true))
    index.add(FileNumber{number++}, bytes_of(name));
  Figures figures;
  const std::vector<Case> cases = {
      {"rare_word_us",
       "local search in " + count_of(names, "name", "names") + ": a rare word",
       {"solgracal"}},
      {"common_word_us", "a word of every sixth name, 256 hits", {"jpg"}},
      {"two_words_us", "a rare and a common word", {"tomira", "jpg"}},
      {"phrase_us", "a phrase", {"kakaka kakaka"}},
      {"unknown_word_us", "a word that no name has", {"nothere"}}};
  for (const Case& each : cases) {
    const auto query = core::search::parse_query(each.words);
    if (!query) return query.error();
    const double took = find(index, *query, plan.is_short ? 0.001 : 0.3);
    if (interrupted()) return interruption();
    figures.push_back(
        {.key = each.key, .what = each.what, .value = took, .digits = 2, .unit = "us"});
  }
  return figures;
}

}  // namespace freshet::cli
