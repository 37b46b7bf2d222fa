// Several files into one folder, all or none: each is written beside its place and renamed when all
// are there, so that a reader finds an old file or a new one.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "node/base/result.h"

namespace freshet::bench {

using FileWriter = std::function<void(std::ostream&)>;

/// The folder is made when it is not there; files are renamed in order. Errors: io.
Status write_files(const std::string& dir,
                   const std::vector<std::pair<std::string, FileWriter>>& files);

}  // namespace freshet::bench
