// The files that the demo shares: a few of a folder of the user's, or a small tree made up for it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/base/rng.h"

namespace freshet::cli::demo {

struct SampleFile {
  std::filesystem::path path;
  std::uint64_t size_bytes = 0;
};

/// A tree of small texts and one larger file below `into`. Repeats for the same generator.
Result<std::vector<SampleFile>> make_sample_tree(const std::filesystem::path& into, Rng rng);

/// Up to `most` regular files below `folder`, no dotfiles, none above 1 GiB; the largest first.
Result<std::vector<SampleFile>> pick_files(const std::filesystem::path& folder, std::size_t most);

/// Puts `file` into `folder` under its own name: a hard link where that can be had, else a copy.
Status place(const SampleFile& file, const std::filesystem::path& folder);

/// Whether two files hold the same bytes.
bool same_bytes(const std::filesystem::path& a, const std::filesystem::path& b);

}  // namespace freshet::cli::demo
