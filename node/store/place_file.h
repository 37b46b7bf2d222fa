// Gives a finished file its name: never over another file, never half.
#pragma once

#include <string>

#include "node/base/ids.h"
#include "node/base/result.h"

namespace freshet::store {

struct Placement {
  std::string from;    ///< absolute; whole and synced
  std::string folder;  ///< absolute; made where it is missing
  std::string name;    ///< a safe name (safe_name.h)
  ContentId content;
  std::uint64_t size_bytes = 0;
  bool sync_folder = true;  ///< false: the caller makes the new name last
};

/// "name (N).ext" is tried up to this N.
inline constexpr unsigned kMaxNameNumber = 10'000;

/// Renames in one step, or copies to a hidden name in the folder and renames that, where the folder
/// is on another file system; `from` is gone then. Where a file of that name with the very same
/// content is there already (it is read to find out), that stays, and `from` goes. Returns the
/// absolute path. Errors: io; `from` is untouched then.
Result<std::string> place_file(const Placement& placement);

}  // namespace freshet::store
