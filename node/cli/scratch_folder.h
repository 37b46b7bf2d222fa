// A folder for what a command makes while it runs. Its name carries this process's id, so that the
// next command of its kind removes what one that was killed left behind.
#pragma once

#include <filesystem>
#include <string_view>

#include "node/base/result.h"

namespace freshet::cli {

/// A new folder `where`/PREFIX-PID-N. Those of processes that are no more are removed.
Result<std::filesystem::path> make_scratch_folder(const std::filesystem::path& where,
                                                  std::string_view prefix);

/// The process id in "PREFIX-PID-..."; 0 for any other name.
int pid_in_name(std::string_view name, std::string_view prefix);
/// Whether no process has this id.
bool is_gone(int pid);

/// A path that goes with everything in it.
class ScratchFolder {
 public:
  explicit ScratchFolder(std::filesystem::path path) : path_(std::move(path)) {}
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace freshet::cli
