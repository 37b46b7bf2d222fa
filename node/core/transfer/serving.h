// Serves what is here: judges requests and keeps them in bounds. Who is choked is choking.h's.
#pragma once

#include "node/core/transfer/io.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void on_request(Turn& turn, Session& session, const BlockRange& block);
void on_cancel(Turn& turn, Session& session, const BlockRange& block);
void on_hash_request(Turn& turn, Session& session, const HashRequest& request);
void on_hashes_read(Turn& turn, Session& session, const HashesRead& read);
void on_read_failed(Turn& turn, Session& session, const BlockRange& block);
void on_interest(Turn& turn, Session& session, bool interested);

/// Says that the request will not be answered.
void reject(Turn& turn, Session& session, const BlockRange& block);
/// Hands over what each touched link has room for.
void flush(Turn& turn);

}  // namespace freshet::core::transfer
