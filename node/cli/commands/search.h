// `search`: floods the words, and prints what comes back as it comes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct SearchOptions {
  std::vector<std::string> words;  ///< as typed (core/search/query_text.h), "--" included
  std::optional<std::uint32_t> ttl;
  std::optional<double> timeout_s;
  std::optional<std::uint32_t> limit;
  std::string strategy;  ///< empty: the daemon's choice
  bool watch = false;    ///< goes on asking, and prints what is new
  bool tally = false;    ///< asks whom it reached and what it cost
};

/// Takes the query out of the arguments of `search` before they are parsed, in order: an undeclared
/// `-x` is an excluded term, and all from `--` on is the query's. Options and their values stay in
/// `arguments`.
void take_search_words(std::vector<std::string>& arguments, SearchOptions& options);

void declare_search(CLI::App& root, SearchOptions& options);
Status check(const SearchOptions& options);
int run(Session& session, const SearchOptions& options);

}  // namespace freshet::cli
