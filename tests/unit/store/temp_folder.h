// A folder that lives as long as a test case, and small helpers to fill it. Real files: what is
// tested here is what the file system does.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

#include "node/base/bytes.h"
#include "node/base/check.h"
#include "node/base/rng.h"
#include "node/store/file_io.h"
#include "node/store/types.h"

namespace freshet::store {

class TempFolder {
 public:
  explicit TempFolder(const std::string& parent = std::filesystem::temp_directory_path().string()) {
    path_ = parent + "/freshet-store-XXXXXX";
    FRESHET_CHECK(::mkdtemp(path_.data()) != nullptr);
    path_ = std::filesystem::canonical(path_).string();
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  TempFolder(TempFolder&&) = delete;
  TempFolder& operator=(TempFolder&&) = delete;
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }
  /// Writes a file, its folders too.
  // NOLINTNEXTLINE(modernize-use-nodiscard): most callers know the path.
  std::string write(std::string_view name, std::string_view text) const {
    std::string path = *this / name;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

 private:
  std::string path_;
};

inline std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline bool file_exists(const std::string& path) {
  return std::filesystem::exists(std::filesystem::symlink_status(path));
}

inline FileStamp stamp_at(const std::string& path) {
  struct stat info {};
  FRESHET_CHECK(::lstat(path.c_str(), &info) == 0);
  return stamp_of(info);
}

inline FileRef ref_to(const TempFolder& folder, const std::string& name) {
  return {folder.path(), name, stamp_at(folder / name)};
}

/// Bytes that repeat with the seed.
inline std::string noise(std::uint64_t seed, std::size_t size) {
  Rng rng = Rng::from_seed(seed);
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; i += 8) {
    std::uint64_t word = rng.next_u64();
    for (std::size_t j = i; j < std::min(size, i + 8); ++j, word >>= 8U)
      text[j] = static_cast<char>(word & 0xFFU);
  }
  return text;
}

/// Changes a file's time by a second, so that no test depends on the clock's grain.
inline void touch_later(const std::string& path) {
  struct stat info {};
  FRESHET_CHECK(::stat(path.c_str(), &info) == 0);
  const timespec later[2] = {{info.st_atim.tv_sec, 0},
                             {info.st_mtim.tv_sec + 1, info.st_mtim.tv_nsec}};
  FRESHET_CHECK(::utimensat(AT_FDCWD, path.c_str(), later, 0) == 0);
}

}  // namespace freshet::store
