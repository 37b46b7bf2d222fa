// A folder that a test may fill, gone when the test ends. FRESHET_KEEP=1 in the environment keeps
// it and says where it is.
#pragma once

#include <filesystem>
#include <string>

namespace freshet::testing {

class TempDir {
 public:
  /// Short (below /tmp), because a control socket's path has 107 characters at most.
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(TempDir&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// A folder of that name in it, created.
  [[nodiscard]] std::filesystem::path folder(const std::string& name) const;

 private:
  std::filesystem::path path_;
};

}  // namespace freshet::testing
