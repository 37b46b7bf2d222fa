// What the transfer engine counts, and under which names `status` lists it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace freshet::core::transfer {

struct Counters {
  std::uint64_t links_in = 0;
  std::uint64_t links_out = 0;
  std::uint64_t links_refused = 0;    ///< self, duplicate, full or not found
  std::uint64_t links_silent = 0;     ///< closed for a timeout
  std::uint64_t links_malformed = 0;  ///< closed for a stream or messages beyond the protocol
  std::uint64_t links_slow = 0;       ///< closed because the peer did not read
  std::uint64_t dials = 0;
  std::uint64_t dials_failed = 0;
  std::uint64_t pushes = 0;          ///< sources asked to dial this node
  std::uint64_t pushed_dials = 0;    ///< dials that others asked for
  std::uint64_t pushed_refused = 0;  ///< … and that were not made: too many at once, or no use
  std::uint64_t relay_dials = 0;     ///< thirds asked to join this node with a source
  std::uint64_t relay_dials_failed = 0;
  std::uint64_t links_relayed = 0;  ///< links through a third, in either direction
  std::uint64_t detours = 0;        ///< links that brought nothing, so that other ways were tried

  std::uint64_t messages_in = 0;  ///< `piece` apart
  std::uint64_t messages_unknown = 0;
  std::uint64_t offences = 0;

  std::uint64_t fetches_started = 0;
  std::uint64_t fetches_done = 0;
  std::uint64_t fetches_failed = 0;
  std::uint64_t blocks_requested = 0;
  std::uint64_t blocks_in = 0;         ///< wanted, and kept
  std::uint64_t blocks_duplicate = 0;  ///< asked for and already there (end-game, stalls)
  std::uint64_t blocks_unasked = 0;    ///< dropped
  std::uint64_t bytes_in = 0;          ///< of all `piece` payloads
  std::uint64_t cancels_sent = 0;
  std::uint64_t blocks_called_off = 0;  ///< of them: for a reader that waits
  std::uint64_t rejects_in = 0;
  std::uint64_t stalls = 0;  ///< links whose blocks were given to others
  std::uint64_t pieces_verified = 0;
  std::uint64_t pieces_bad = 0;
  std::uint64_t blocks_verified = 0;   ///< by their own leaves: somebody waited for them
  std::uint64_t blocks_bad = 0;        ///< … and did not fit
  std::uint64_t pieces_abandoned = 0;  ///< unfinished, for others that could be
  std::uint64_t size_proofs_ok = 0;
  std::uint64_t size_proofs_bad = 0;
  std::uint64_t hashes_bad = 0;      ///< `hashes` messages that do not lead to the root
  std::uint64_t sources_banned = 0;  ///< for bad blocks, hashes or sizes

  std::uint64_t requests_in = 0;
  std::uint64_t requests_rejected = 0;  ///< choked, not had, out of range, queue full
  std::uint64_t takers_idle = 0;        ///< gave up a slot that they did not use
  std::uint64_t cancels_in = 0;
  std::uint64_t blocks_out = 0;
  std::uint64_t bytes_out = 0;  ///< of all `piece` payloads
  std::uint64_t hash_requests_in = 0;
  std::uint64_t hash_requests_rejected = 0;
  std::uint64_t read_failures = 0;
};

struct CounterName {
  std::string_view name;
  std::uint64_t Counters::*field;
};

#define FRESHET_COUNTER(field)           \
  CounterName {                          \
    "transfer_" #field, &Counters::field \
  }
inline constexpr std::array kCounterNames = {
    FRESHET_COUNTER(links_in),
    FRESHET_COUNTER(links_out),
    FRESHET_COUNTER(links_refused),
    FRESHET_COUNTER(links_silent),
    FRESHET_COUNTER(links_malformed),
    FRESHET_COUNTER(links_slow),
    FRESHET_COUNTER(dials),
    FRESHET_COUNTER(dials_failed),
    FRESHET_COUNTER(pushes),
    FRESHET_COUNTER(pushed_dials),
    FRESHET_COUNTER(pushed_refused),
    FRESHET_COUNTER(relay_dials),
    FRESHET_COUNTER(relay_dials_failed),
    FRESHET_COUNTER(links_relayed),
    FRESHET_COUNTER(detours),
    FRESHET_COUNTER(messages_in),
    FRESHET_COUNTER(messages_unknown),
    FRESHET_COUNTER(offences),
    FRESHET_COUNTER(fetches_started),
    FRESHET_COUNTER(fetches_done),
    FRESHET_COUNTER(fetches_failed),
    FRESHET_COUNTER(blocks_requested),
    FRESHET_COUNTER(blocks_in),
    FRESHET_COUNTER(blocks_duplicate),
    FRESHET_COUNTER(blocks_unasked),
    FRESHET_COUNTER(bytes_in),
    FRESHET_COUNTER(cancels_sent),
    FRESHET_COUNTER(blocks_called_off),
    FRESHET_COUNTER(rejects_in),
    FRESHET_COUNTER(stalls),
    FRESHET_COUNTER(pieces_verified),
    FRESHET_COUNTER(pieces_bad),
    FRESHET_COUNTER(blocks_verified),
    FRESHET_COUNTER(blocks_bad),
    FRESHET_COUNTER(pieces_abandoned),
    FRESHET_COUNTER(size_proofs_ok),
    FRESHET_COUNTER(size_proofs_bad),
    FRESHET_COUNTER(hashes_bad),
    FRESHET_COUNTER(sources_banned),
    FRESHET_COUNTER(requests_in),
    FRESHET_COUNTER(requests_rejected),
    FRESHET_COUNTER(takers_idle),
    FRESHET_COUNTER(cancels_in),
    FRESHET_COUNTER(blocks_out),
    FRESHET_COUNTER(bytes_out),
    FRESHET_COUNTER(hash_requests_in),
    FRESHET_COUNTER(hash_requests_rejected),
    FRESHET_COUNTER(read_failures),
};
#undef FRESHET_COUNTER

// Every counter has a name: a field added above and forgotten here does not compile.
static_assert(sizeof(Counters) == kCounterNames.size() * sizeof(std::uint64_t));

}  // namespace freshet::core::transfer
