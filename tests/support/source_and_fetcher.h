// One daemon that shares a file, and one linked to it that has found it: what tests of a fetch by
// `get` begin with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/daemon.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {

struct SourceAndFetcher {
  /// The file is WORD.bin, of random bytes that `seed` makes; `flags` are those of the source's
  /// `up`. Both nodes are up, and linked, when this returns.
  SourceAndFetcher(const std::string& word,
                   std::uint64_t size_bytes,
                   std::uint64_t seed,
                   std::vector<std::string> flags = {});

  TempDir dir;
  std::filesystem::path share = dir.folder("share");
  std::filesystem::path file;
  std::unique_ptr<Daemon> source;
  std::unique_ptr<Daemon> fetcher;
  std::string id;  ///< of the file, as the fetcher's search said
};

}  // namespace freshet::testing
