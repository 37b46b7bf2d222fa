// A download that got its name becomes a shared file: finds the share it belongs to, or makes it
// one. Blocking.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/store/catalogue.h"
#include "node/store/types.h"

namespace freshet::io {

class Library;

struct FinishedFile {
  store::Share share;
  store::CatalogueFile file;
};

/// In a folder that is shared already the file is one of that share's; elsewhere it is a share of
/// its own. Errors: io.
Result<FinishedFile> register_finished(store::Catalogue& catalogue,
                                       const std::string& path,
                                       const store::ContentInfo& content);

/// Errors: io.
Result<store::FileStamp> stamp_of_path(const std::string& path);

/// Shares a folder that was fetched, unless a share has it. `has_others`: it holds other files too,
/// which are not for the mesh: it is not shared then.
void share_fetched_folder(Library& library, const std::string& path, bool has_others);

}  // namespace freshet::io
