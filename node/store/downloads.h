// What was left unfinished: the resume files in the downloads folder, so that a daemon goes on with
// them. Changes nothing but to clear away what a crash between two steps left over.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/resume_data.h"

namespace freshet::store {

struct UnfinishedDownload {
  ResumeHead head;                   ///< name, target folder, size …
  std::uint64_t verified_bytes = 0;  ///< what PartialFile::resume() will count as there
};

struct DownloadList {
  std::vector<UnfinishedDownload> unfinished;  ///< by content id
  std::vector<std::string> damaged;            ///< paths of resume files that say nothing
};

/// A missing folder is an empty list. A resume file whose download has already got its name is
/// removed. Errors: io.
Result<DownloadList> list_downloads(const std::string& downloads);

}  // namespace freshet::store
