// Those who read while it is fetched: who they are, and what is called off for one that begins.
#pragma once

#include "node/core/transfer/io.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void on_set_readings(Turn& turn, const SetReadings& set);

}  // namespace freshet::core::transfer
