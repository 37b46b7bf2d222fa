// `freshet browse`: lists what another node shares.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct BrowseOptions {
  std::string peer;
  std::optional<std::uint32_t> limit;
  std::optional<double> timeout_s;
};

void declare_browse(CLI::App& root, BrowseOptions& options);
/// What CLI11 does not check.
Status check(const BrowseOptions& options);
int run(Session& session, const BrowseOptions& options);

}  // namespace freshet::cli
