// What a BitTorrent client says to its tracker, and what it hears (BEP 3; 7 and 23 for compact
// peers). Pure; a parser of foreign bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/http_request.h"

namespace freshet::wire::bt {

using PeerId = std::array<Byte, 20>;

struct Announce {
  enum class Event : std::uint8_t { none, started, completed, stopped };
  InfoHash info_hash;
  PeerId peer_id{};
  std::uint16_t port = 0;
  std::uint64_t left = 0;  ///< bytes that it lacks
  Event event = Event::none;
  std::uint32_t wanted = 50;  ///< peers
  bool compact = true;        ///< false: was asked for as a list
  friend bool operator==(const Announce&, const Announce&) = default;
};
/// nullopt: something that must be there is missing or malformed. An `ip` is not looked at: who
/// asks is where it asks from.
std::optional<Announce> read_announce(const HttpRequest& request);

struct AnnouncedPeer {
  PeerId id{};  ///< zeros: it is not known, and not said
  Endpoint at;
};
struct AnnounceAnswer {
  std::uint32_t interval_s = 0;
  std::uint32_t min_interval_s = 0;
  std::uint32_t complete = 0;  ///< peers that have all
  std::uint32_t incomplete = 0;
  std::vector<AnnouncedPeer> peers;
  bool compact = true;
};
Bytes encode(const AnnounceAnswer& answer);
/// The answer of a tracker that does not serve this.
Bytes announce_failure(std::string_view reason);

/// Peers in 6 bytes each (IPv4), or 18 (IPv6).
Bytes compact_v4(const std::vector<AnnouncedPeer>& peers);
Bytes compact_v6(const std::vector<AnnouncedPeer>& peers);

/// The peers of such fields; what is left over at the end of one is not looked at.
std::vector<Endpoint> compact_peers(ByteView v4, ByteView v6);

// ---- the client's side

/// What to ask for behind a tracker's URL: "info_hash=...&..." (BEP 3, 23).
std::string announce_query(const Announce& announce, std::uint64_t got_bytes);
/// What a tracker said: a body within kMaxAnnounceAnswerBytes.
struct HeardAnnounce {
  std::uint32_t interval_s = 0;
  std::vector<Endpoint> peers;  ///< at most kMaxHeardPeers; those that are named by a host are not
};
inline constexpr std::size_t kMaxAnnounceAnswerBytes = std::size_t{64} * 1024;
inline constexpr std::size_t kMaxHeardPeers = 200;
inline constexpr std::uint32_t kMaxHeardIntervalS = 86'400;  ///< longer ones are heard as this
std::uint32_t bounded_interval_s(std::int64_t said);
/// Errors: invalid: malformed; not_found: what the tracker gave as its reason
/// (tracker_reason.h).
Result<HeardAnnounce> read_announce_answer(ByteView body);

}  // namespace freshet::wire::bt
