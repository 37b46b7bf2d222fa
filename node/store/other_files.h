// Whether a folder that a download fills holds files of somebody else too. Blocking.
#pragma once

#include <set>
#include <string>

namespace freshet::store {

/// There are files below `folder` that are none of `own` (absolute paths), hidden ones aside. What
/// cannot be looked at counts as somebody's.
bool has_files_beside(const std::string& folder, const std::set<std::string>& own);

/// The same, of files that say where they are by absolute().
template <typename Files>
bool has_others(const std::string& folder, const Files& files) {
  std::set<std::string> own;
  for (const auto& file : files) own.insert(file.absolute());
  return has_files_beside(folder, own);
}

}  // namespace freshet::store
