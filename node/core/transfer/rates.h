// The limits that the user set on what this node sends and asks for, as the engine keeps them: who
// waits for tokens, and whose turn it is when they come. Made when the first limit is set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/core/transfer/session.h"
#include "node/core/transfer/token_bucket.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

struct Fetch;

void on_set_rates(Turn& turn, const SetRates& rates);
void on_set_fetch_rate(Turn& turn, const SetFetchRate& rate);
/// Those that waited for tokens may try again, each time another one first.
void run_rate_timers(Turn& turn);

// ---- blocks to a peer
/// Bytes of blocks that may be sent now. 0 while others wait that came before.
std::uint64_t upload_allowance(Turn& turn);
/// `starved`: a block waits for tokens alone.
void sent_blocks(Turn& turn, std::uint64_t bytes, bool starved);

// ---- blocks of a fetch
/// Whether it gives way to other traffic.
bool is_polite(const Turn& turn, const Fetch& fetch);
/// How many may be asked now, none while others wait that came before; when none, the fetch is
/// woken when there are some.
std::size_t affordable_blocks(Turn& turn, Fetch& fetch);
void asked_block(Turn& turn, Fetch& fetch, std::uint32_t bytes);
/// What was asked will not come.
void unasked_block(Turn& turn, Fetch& fetch, std::uint32_t bytes);
/// The session with which asking begins, so that the first does not take everything each time.
std::size_t first_to_ask(Turn& turn, const Fetch& fetch, std::size_t sessions);
/// The fetches that may ask for more, in the order in which they do; they are not marked any
/// longer.
std::vector<Content*> take_refills(Turn& turn);

}  // namespace freshet::core::transfer
