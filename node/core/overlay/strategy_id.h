// The strategies' names, where the overlay's own words are used.
#pragma once

#include "node/core/strategy_id.h"

namespace freshet::core::overlay {

using core::kStrategyNames;
using core::strategy_named;
using core::StrategyId;
using core::to_string;

}  // namespace freshet::core::overlay
