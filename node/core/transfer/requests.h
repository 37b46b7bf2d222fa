// What is asked of one link and what comes of it: blocks in flight, the window, the end-game's
// cancels, hashes.
#pragma once

#include "node/core/transfer/io.h"
#include "node/core/transfer/picker.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

/// The link as the picker knows it. REQUIRES: the content has a shape.
Picker::Asker asker_of(Session& session, const SeedShare* share = nullptr);
/// Asks as much of the link as its window takes: hashes first, then blocks.
void ask_more(Turn& turn, Session& session);
void on_block(Turn& turn, Session& session, const BlockRange& block);
void on_reject(Turn& turn, Session& session, const BlockRange& block);
void on_hashes(Turn& turn, Session& session, const wire::bt::Hashes& answer);
void on_hash_reject(Turn& turn, Session& session, const HashRequest& request);

/// After the input: links of contents whose blocks became free ask again.
void refill(Turn& turn);

}  // namespace freshet::core::transfer
