#include "node/store/beneath.h"

#include <cerrno>
#include <string>

#include <fcntl.h>

namespace freshet::store {

UniqueFd open_beneath(int folder, std::string_view relative, int flags) {
  if (relative.empty()) return UniqueFd(::openat(folder, ".", flags | O_CLOEXEC));
  UniqueFd current;
  int at = folder;
  while (true) {
    const std::size_t slash = relative.find('/');
    const std::string component(relative.substr(0, slash));
    if (component.empty() || component == "." || component == ".."
        || component.find('\0') != std::string::npos) {
      errno = EINVAL;
      return {};
    }
    const bool last = slash == std::string_view::npos;
    const int how = last ? flags : O_PATH | O_DIRECTORY;
    UniqueFd next(::openat(at, component.c_str(), how | O_NOFOLLOW | O_CLOEXEC));
    if (!next || last) return next;
    current = std::move(next);
    at = current.get();
    relative.remove_prefix(slash + 1);
  }
}

}  // namespace freshet::store
