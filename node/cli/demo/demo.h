// `freshet demo`: a mesh of real daemons on this machine, a flooded search, and a fetch from
// several sources.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace freshet::cli {

struct DemoOptions {
  std::optional<std::filesystem::path>
      dir;            ///< shares a few of its files; else a small tree that it makes
  bool json = false;  ///< one object on stdout instead of the narration
  std::optional<std::uint64_t>
      seed;  ///< of the graph and of who has what; default: drawn, and printed
};

/// Returns the exit code of the contracts. Everything that it started or wrote is gone when it
/// returns.
int run_demo(const DemoOptions& options);

}  // namespace freshet::cli
