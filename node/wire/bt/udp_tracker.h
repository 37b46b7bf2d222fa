// The UDP tracker protocol (BEP 15), the client's side: a connection is asked for, and with its id
// an announce is made; each is one datagram, and so is the answer. Numbers are big-endian. The
// path of a tracker's URL is not said (BEP 41 is left out), nor are torrents asked about (scrape).
// Pure; a parser of foreign bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/wire/bt/announce.h"

namespace freshet::wire::bt {

/// How an announce's answer writes its peers, by what it came over: in 6 bytes each, or in 18.
enum class UdpTrackerFamily : std::uint8_t { v4, v6 };

/// What is read of an answer; a tracker that says more has said enough peers.
inline constexpr std::size_t kMaxUdpTrackerAnswerBytes = 20 + 18 * kMaxHeardPeers;

/// `transaction`: any number, drawn anew for each request, as an answer is known by it.
Bytes udp_connect_request(std::uint32_t transaction);

struct UdpAnnounceRequest {
  std::uint64_t connection = 0;  ///< what the tracker answered; good for a minute
  std::uint32_t transaction = 0;
  Announce announce;
  std::uint64_t got_bytes = 0;
  std::uint32_t key = 0;  ///< names this client when its address changes; it alone knows it
};
Bytes encode(const UdpAnnounceRequest& request);

/// What a datagram says to the request of that transaction: the id of a connection, or who was
/// heard of. nullopt: it is no answer to that request, or too short for one. Errors: not_found: the
/// tracker refuses; its reason (tracker_reason.h).
std::optional<Result<std::uint64_t>> read_udp_connect_answer(ByteView datagram,
                                                             std::uint32_t transaction);
std::optional<Result<HeardAnnounce>> read_udp_announce_answer(ByteView datagram,
                                                              std::uint32_t transaction,
                                                              UdpTrackerFamily family);

}  // namespace freshet::wire::bt
