// Looks at single names below a share, without listing anything.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/types.h"

namespace freshet::store {

struct Looked {
  std::vector<ScannedFile> there;
  std::vector<std::string> gone;  ///< no regular file, or not to be reached without a symlink
};

/// What each of `paths` is now, with the scanner's rules but for dots and excluded folders: who
/// hears of a name has entered its folder. Errors: io (nothing is known then): the share itself
/// cannot be read, or the machine lacks something.
Result<Looked> look_at(const ShareLocation& share, const std::set<std::string>& paths);

/// Whether a scan could list the folder. `folder` is relative, empty: the share's base.
bool can_list(const ShareLocation& share, const std::string& folder);

}  // namespace freshet::store
