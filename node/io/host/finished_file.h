// A download that got its name becomes a shared file: finds the share it belongs to, or makes it
// one. Blocking.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/store/catalogue.h"
#include "node/store/types.h"

namespace freshet::io {

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

}  // namespace freshet::io
