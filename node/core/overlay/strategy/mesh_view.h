// What a node can guess of the mesh around it from its own links.
#pragma once

#include "node/core/overlay/strategy/ring_plan.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

/// Mean over the links that are up; the configuration's assumption as long as no round trip was
/// measured.
MeshView mesh_view(const Turn& turn);

}  // namespace freshet::core::overlay
