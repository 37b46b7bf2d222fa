#include "node/cli/demo/sample_files.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

namespace freshet::cli::demo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestPicked = std::uint64_t{1} << 30U;
constexpr std::size_t kMostFilesLookedAt = 20000;
constexpr std::size_t kLargeFileBytes = std::size_t{48} << 20U;

constexpr std::array<const char*, 7> kTexts = {"river-notes.txt",
                                               "Delta_Survey-2024.csv",
                                               "flood stages.md",
                                               "BlueBoat manual.txt",
                                               "spring melt.txt",
                                               "tide tables 2026.txt",
                                               "meadow birds.txt"};

Error io_error(const std::string& what, const fs::path& path) {
  return {.code = ErrorCode::io, .message = what + " " + path.string()};
}

bool write_random(const fs::path& path, std::size_t bytes, Rng rng) {
  std::ofstream file(path, std::ios::binary);
  std::vector<char> chunk(std::size_t{1} << 20U);
  std::uint64_t word = rng.next_u64();
  for (std::size_t done = 0; done < bytes && file; done += chunk.size()) {
    for (std::size_t i = 0; i + sizeof word <= chunk.size(); i += sizeof word) {
      word = word * 6364136223846793005ULL + 1442695040888963407ULL;
      std::memcpy(chunk.data() + i, &word, sizeof word);
    }
    file.write(chunk.data(), static_cast<std::streamsize>(std::min(chunk.size(), bytes - done)));
  }
  file.close();
  return !file.fail();
}

}  // namespace

Result<std::vector<SampleFile>> make_sample_tree(const fs::path& into, Rng rng) {
  std::error_code failed;
  fs::create_directories(into, failed);
  if (failed) return io_error("cannot create", into);
  std::vector<SampleFile> files;
  const fs::path large = into / "freshet river aerial.mp4";
  if (!write_random(large, kLargeFileBytes, rng.fork("large")))
    return io_error("cannot write", large);
  files.push_back({.path = large, .size_bytes = kLargeFileBytes});
  for (std::size_t i = 0; i < kTexts.size(); ++i) {
    const fs::path path = into / kTexts.at(i);
    const std::size_t size = 4096 + static_cast<std::size_t>(rng.below(60000));
    if (!write_random(path, size, rng.fork(i))) return io_error("cannot write", path);
    files.push_back({.path = path, .size_bytes = size});
  }
  return files;
}

Result<std::vector<SampleFile>> pick_files(const fs::path& folder, std::size_t most) {
  std::error_code failed;
  fs::recursive_directory_iterator walk(
      folder, fs::directory_options::skip_permission_denied, failed);
  if (failed) return io_error("cannot read the folder", folder);
  std::vector<SampleFile> files;
  for (std::size_t looked = 0;
       walk != fs::recursive_directory_iterator() && looked < kMostFilesLookedAt;
       ++looked) {
    const fs::directory_entry& entry = *walk;
    const bool hidden = entry.path().filename().string().starts_with(".");
    if (hidden && entry.is_directory(failed)) walk.disable_recursion_pending();
    if (!hidden && !entry.is_symlink(failed) && entry.is_regular_file(failed)) {
      const std::uint64_t size = entry.file_size(failed);
      if (!failed && size > 0 && size <= kLargestPicked)
        files.push_back({.path = entry.path(), .size_bytes = size});
    }
    walk.increment(failed);
    if (failed) break;
  }
  if (files.empty())
    return Error{.code = ErrorCode::io, .message = "no file to share in " + folder.string()};
  std::sort(files.begin(), files.end(), [](const SampleFile& a, const SampleFile& b) {
    return a.size_bytes != b.size_bytes ? a.size_bytes > b.size_bytes : a.path < b.path;
  });
  if (files.size() > most) files.resize(most);
  return files;
}

Status place(const SampleFile& file, const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return io_error("cannot create", folder);
  const fs::path target = folder / file.path.filename();
  fs::create_hard_link(file.path, target, failed);
  if (!failed) return kOk;
  failed.clear();
  fs::copy_file(file.path, target, fs::copy_options::skip_existing, failed);
  if (failed) return io_error("cannot copy to " + folder.string() + ":", file.path);
  return kOk;
}

bool same_bytes(const fs::path& a, const fs::path& b) {
  std::ifstream first(a, std::ios::binary);
  std::ifstream second(b, std::ios::binary);
  if (!first || !second) return false;
  std::vector<char> left(std::size_t{1} << 20U);
  std::vector<char> right(left.size());
  while (true) {
    first.read(left.data(), static_cast<std::streamsize>(left.size()));
    second.read(right.data(), static_cast<std::streamsize>(right.size()));
    if (first.gcount() != second.gcount()) return false;
    if (!std::equal(left.begin(), left.begin() + first.gcount(), right.begin())) return false;
    if (first.gcount() == 0) return true;
  }
}

}  // namespace freshet::cli::demo
