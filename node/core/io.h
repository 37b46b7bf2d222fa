// The seam's vocabulary: one variant per engine, and the wake-up that any of them may have asked
// for.
#pragma once

#include <variant>

#include "node/core/overlay/io.h"
#include "node/core/search/io.h"
#include "node/core/transfer/io.h"

namespace freshet::core {

/// The time that next_deadline() named has come.
struct DeadlinePassed {};

using Input = std::variant<overlay::Input, search::Input, transfer::Input, DeadlinePassed>;
using Effect = std::variant<overlay::Effect, search::Effect, transfer::Effect>;

}  // namespace freshet::core
