// A path inside a share, as a folder and a name.
#pragma once

#include <string_view>

namespace freshet::store {

/// Of "a/b.txt": "a/" and "b.txt". The slash stays with the folder: "b.txt" has an empty one.
struct SplitPath {
  explicit SplitPath(std::string_view path)
      : folder(path.substr(0, path.rfind('/') + 1)),
        name(path.substr(folder.size())) {}
  std::string_view folder;
  std::string_view name;
};

}  // namespace freshet::store
