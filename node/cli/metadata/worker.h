// `freshet metadata-worker`: the process that reads metadata for a node (store/metadata_worker.h).
// Not for people.
#pragma once

namespace freshet::cli {

inline constexpr const char* kMetadataWorkerCommand = "metadata-worker";

/// Answers until the node is gone. Nonzero: it could not begin.
int run_metadata_worker();

}  // namespace freshet::cli
