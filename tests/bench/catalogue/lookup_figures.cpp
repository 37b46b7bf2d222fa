// What a query costs in an index of real names, one relative path a line on stdin: its median and
// 99th percentile for two words of some file, for a word that no file has, and the bytes of a file;
// and whether every file is found by the words of its own name. One JSON object on stdout.
//
// Usage: lookup_figures < NAMES
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "node/base/rng.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kQueries = 20'000;
constexpr std::uint32_t kLimit = 64;
// A folder's number may be a file's too: so many files may have all the words of one.
constexpr std::uint32_t kOwnLimit = 16'384;

using Clock = std::chrono::steady_clock;

double us_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double at_share(std::vector<double>& figures, double share) {
  std::sort(figures.begin(), figures.end());
  return figures[static_cast<std::size_t>(static_cast<double>(figures.size() - 1) * share)];
}

struct Names {
  std::vector<std::string> paths;
  Index index{0x5EED};
  double add_seconds = 0;

  void read(std::istream& from) {
    for (std::string line; std::getline(from, line);) paths.push_back(line);
    const auto start = Clock::now();
    for (std::uint32_t i = 0; i < paths.size(); ++i) index.add(FileNumber{i}, bytes_of(paths[i]));
    add_seconds = us_since(start) / 1e6;
  }
  [[nodiscard]] static std::vector<std::string> words_of(const std::string& path) {
    std::vector<std::string> words;
    for (const auto& run : query_words(bytes_of(path)))
      words.insert(words.end(), run.begin(), run.end());
    return words;
  }
  [[nodiscard]] bool finds(std::uint32_t file) const {
    const std::string name = paths[file].substr(paths[file].rfind('/') + 1);
    wire::Query query;
    query.terms = words_of(name);
    const auto found = index.find(query, kOwnLimit);
    return std::find(found.begin(), found.end(), FileNumber{file}) != found.end();
  }
};

std::vector<double> two_words(const Names& names, Rng& rng) {
  std::vector<double> figures;
  while (figures.size() < kQueries) {
    const auto words = Names::words_of(names.paths[rng.below(names.paths.size())]);
    if (words.size() < 2) continue;
    wire::Query query;
    query.terms = {words[rng.below(words.size())], words[rng.below(words.size())]};
    const auto start = Clock::now();
    const auto found = names.index.find(query, kLimit);
    figures.push_back(us_since(start));
    if (found.empty())
      std::cerr << "not found: " << query.terms[0] << ' ' << query.terms[1] << '\n';
  }
  return figures;
}

// Many at once: one alone is shorter than a look at the clock.
double refused_us(const Names& names) {
  std::vector<std::string> unheard;
  for (std::size_t i = 0; i < kQueries; ++i)
    unheard.push_back("unheard" + std::to_string(i) + "of");
  std::size_t lacked = 0;
  const auto start = Clock::now();
  for (const std::string& word : unheard) lacked += names.index.lacks_word(word) ? 1 : 0;
  return lacked == kQueries ? us_since(start) / kQueries : -1;
}

}  // namespace
}  // namespace freshet::core::search

int main() {
  using namespace freshet::core::search;
  Names names;
  names.read(std::cin);
  if (names.paths.empty()) {
    std::cerr << "lookup_figures: no names on stdin\n";
    return 2;
  }
  std::size_t lost = 0;
  for (std::uint32_t i = 0; i < names.paths.size(); ++i) lost += names.finds(i) ? 0 : 1;
  freshet::Rng rng = freshet::Rng::from_seed(1);
  auto figures = two_words(names, rng);
  const auto files = static_cast<double>(names.paths.size());
  std::cout << R"({"files":)" << names.paths.size() << R"(,"adds_per_second":)"
            << files / names.add_seconds << R"(,"bytes_per_file":)"
            << static_cast<double>(names.index.memory_bytes()) / files << R"(,"two_words_us_p50":)"
            << at_share(figures, 0.5) << R"(,"two_words_us_p99":)" << at_share(figures, 0.99)
            << R"(,"refused_us":)" << refused_us(names) << R"(,"not_found_by_own_words":)" << lost
            << "}\n";
  return lost == 0 ? 0 : 1;
}
