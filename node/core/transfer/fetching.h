// The life of a fetch: start, storage, verified pieces, blame, the end. requests.h asks for the
// blocks, sizing.h proves the size first.
#pragma once

#include <string>

#include "node/core/transfer/io.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void on_start(Turn& turn, const StartFetch& start);
void on_add_sources(Turn& turn, const AddSources& add);
void on_stop(Turn& turn, const ContentId& id);
/// Ends the fetch and every link of the content.
void fail(Turn& turn, Content& content, ErrorCode code, std::string message);

void on_storage_ready(Turn& turn, Content& content, const PieceSet& have);
/// Says Verify if all of the piece is there: blocks, hash, storage.
void try_verify(Turn& turn, Content& content, std::uint32_t piece);
void on_verified(Turn& turn, Content& content, const Verified& verified);

/// Brings am_interested in line with what the peer has.
void update_interest(Turn& turn, Session& session);
/// Recounts how many pieces the peer has that are not here.
void count_interesting(Session& session);
void tell_progress(Turn& turn, Content& content);
/// Progress, if the number of usable sources changed.
void note_sources(Turn& turn, Content& content);

/// Dials, late hashes, questions for sources, exhaustion. Notes when to look again.
void run_fetch_timers(Turn& turn, Content& content);

}  // namespace freshet::core::transfer
