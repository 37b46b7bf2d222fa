// A talk with a tracker over UDP (BEP 15): a connection, and an announce with its id. Each talk
// asks for a connection of its own, so no id gets older than kTrackerPatience, where a minute is
// allowed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "node/base/rng.h"
#include "node/io/asio_fwd.h"
#include "node/io/bittorrent/tracker_talk.h"

namespace freshet::io {

/// Until a datagram that nothing answers is sent again; then twice that, and so on. BEP 15's 15 s
/// are longer than the whole talk.
inline constexpr std::chrono::seconds kFirstUdpTrackerWait{1};
/// Of a host, in the resolver's order. What is left of the patience is shared evenly among those
/// that are left, until one answers.
inline constexpr std::size_t kMaxUdpTrackerAddresses = 4;

/// `rng` draws the transaction ids, which strangers must not guess.
std::shared_ptr<TrackerTalk> udp_tracker_talk(asio::io_context& io,
                                              TrackerQuestion question,
                                              std::uint32_t key,
                                              const Rng& rng,
                                              TrackerTalk::Done done);

}  // namespace freshet::io
