// The mesh of a state folder: DIR/mesh, an invite without addresses on one line (invite.h),
// readable by its owner alone. No file is the open mesh.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/store/mesh.h"
#include "node/store/state_dir.h"

namespace freshet::store {

/// Errors: io (it is there and cannot be read, is damaged, or holds a key and is open to other
/// users), with what to do. It is never replaced.
Result<Mesh> load_mesh(const std::string& file);

/// Makes `mesh` the folder's, in one step. Addresses of nodes that it knew go, when they were of
/// another mesh. REQUIRES: the caller holds the folder (StateDir). Errors: io; all is as before
/// then.
Status save_mesh(const StatePaths& paths, const Mesh& mesh);

/// Back to the open mesh. The key is kept in DIR/mesh.left, of which there is one; with `forget` it
/// is deleted, and an older one too. REQUIRES: as above. Errors: io.
Status leave_mesh(const StatePaths& paths, bool forget);

}  // namespace freshet::store
