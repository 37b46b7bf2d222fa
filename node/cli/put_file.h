// Where -o wants a file that the daemon already had elsewhere: a copy of it. Never overwrites.
#pragma once

#include <string>

#include "node/base/result.h"

namespace freshet::cli {

/// Sees to it that `have` is in `folder`, under `file_name` or, where that is empty, its own;
/// returns its path there. Nothing is done when `have` is in `folder` already, whatever it is
/// called there, or when the same bytes are. The copy appears under its name in one step. Errors:
/// io, also when other bytes have that name.
Result<std::string> put_file(const std::string& have,
                             const std::string& folder,
                             const std::string& file_name);

}  // namespace freshet::cli
