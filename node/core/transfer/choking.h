// Keeps the upload slots: who is choked and unchoked when, as the Choker says.
#pragma once

#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void choke(Turn& turn, Session& session);
/// A slot may have become free.
void fill_slots(Turn& turn);
/// The choker's round, when it is due.
void run_choker(Turn& turn);

}  // namespace freshet::core::transfer
