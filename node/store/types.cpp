#include "node/store/types.h"

#include "node/store/file_io.h"

namespace freshet::store {

std::string ShareLocation::base() const {
  return single_file ? parent_folder(path) : path;
}

std::optional<std::string> ShareLocation::relative(const std::string& absolute) const {
  if (single_file && absolute != path) return std::nullopt;
  std::string folder = base();
  if (folder.back() != '/') folder += '/';
  if (!absolute.starts_with(folder) || absolute.size() == folder.size()) return std::nullopt;
  std::string below = absolute.substr(folder.size());
  const bool hidden = below.front() == '.' || below.find("/.") != std::string::npos;
  if (hidden && !single_file) return std::nullopt;
  return below;
}

}  // namespace freshet::store
