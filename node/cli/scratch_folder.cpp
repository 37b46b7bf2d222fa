#include "node/cli/scratch_folder.h"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <string>

#include <unistd.h>

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

void remove_left_behind(const fs::path& where, std::string_view prefix) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(where, failed)) {
    const int pid = pid_in_name(entry.path().filename().string(), prefix);
    if (pid > 0 && is_gone(pid)) fs::remove_all(entry.path(), failed);
  }
}

}  // namespace

int pid_in_name(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() <= prefix.size() || name[prefix.size()] != '-')
    return 0;
  const char* const digits = name.data() + prefix.size() + 1;
  int pid = 0;
  const auto [end, failed] = std::from_chars(digits, name.data() + name.size(), pid);
  const bool is_ours = failed == std::errc() && end != name.data() + name.size() && *end == '-';
  return is_ours ? pid : 0;
}

bool is_gone(int pid) {
  return ::kill(pid, 0) != 0 && errno == ESRCH;
}

Result<fs::path> make_scratch_folder(const fs::path& where, std::string_view prefix) {
  remove_left_behind(where, prefix);
  static int made = 0;
  fs::path folder =
      where / (std::string(prefix) + "-" + std::to_string(getpid()) + "-" + std::to_string(++made));
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) {
    return Error{ErrorCode::io,
                 "cannot make the folder " + folder.string() + ": " + failed.message()};
  }
  return folder;
}

}  // namespace freshet::cli
