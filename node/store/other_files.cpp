#include "node/store/other_files.h"

#include <filesystem>
#include <system_error>

namespace freshet::store {

bool has_files_beside(const std::string& folder, const std::set<std::string>& own) {
  std::error_code failed;
  auto at = std::filesystem::recursive_directory_iterator(folder, failed);
  for (; !failed && at != std::filesystem::recursive_directory_iterator(); at.increment(failed)) {
    const bool is_folder = at->is_directory(failed) && !at->is_symlink(failed);
    if (at->path().filename().string().starts_with('.')) {
      if (is_folder) at.disable_recursion_pending();
    } else if (!is_folder && !own.contains(at->path().string())) {
      return true;
    }
    if (failed) break;
  }
  return static_cast<bool>(failed);
}

}  // namespace freshet::store
