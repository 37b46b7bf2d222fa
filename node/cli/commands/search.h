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
  std::vector<std::string> wanted;    ///< as typed; with spaces: a phrase
  std::vector<std::string> excluded;  ///< without the hyphen
  std::optional<std::uint32_t> ttl;
  std::optional<double> timeout_s;
  std::optional<std::uint32_t> limit;
  std::string strategy;  ///< empty: the daemon's choice
};

/// Takes what only `search` reads in its own way out of its arguments, before they are parsed:
/// every undeclared `-x` is an excluded term, and all behind `--` are wanted as they are. The rest
/// stays in `arguments`.
void take_search_words(std::vector<std::string>& arguments, SearchOptions& options);

void declare_search(CLI::App& root, SearchOptions& options);
Status check(const SearchOptions& options);
int run(Session& session, const SearchOptions& options);

}  // namespace freshet::cli
