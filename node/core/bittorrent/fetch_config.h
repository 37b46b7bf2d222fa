// The limits and times of fetching from BitTorrent clients.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "node/base/time.h"
#include "node/core/bittorrent/upload_queue.h"
#include "node/wire/bt/announce.h"

namespace freshet::core::bittorrent {

struct FetchConfig {
  /// Clients may have what is verified, while the rest is fetched.
  bool uploads = false;
  /// Less is read ahead than for a seed's links: what is asked for here goes the same way.
  UploadLimits upload_limits{.max_unsent_bytes = std::size_t{64} * 1024};
  std::size_t upload_slots = 8;  ///< served at once
  std::size_t turn_slots = 2;    ///< of them, whatever was given for it
  Duration choke_interval = std::chrono::seconds(10);
  Duration upload_turn = std::chrono::seconds(30);
  /// Once all is here: a client that does not want anything for so long is left.
  Duration last_interest = std::chrono::seconds(20);
  wire::bt::PeerId peer_id{};
  std::uint16_t listen_port = 0;
  std::uint32_t first_window = 128;  ///< requests on their way, before anything is known
  std::uint32_t least_window = 16;
  std::uint32_t most_window = 500;  ///< or the peer's `reqq`
  std::uint32_t usual_reqq = 250;   ///< of one that does not say
  std::size_t max_allowed_fast = 64;
  std::size_t max_early_haves = 4096;  ///< before the metadata is here
  std::uint32_t max_offences = 64;     ///< what no correct client sends
  std::uint32_t max_links = 32;        ///< that were dialled
  /// Told one by one to clients that shook hands before it was known what is here; beyond, they are
  /// linked anew.
  std::uint32_t max_haves_told = 4096;
  Duration handshake_time = std::chrono::seconds(10);
  Duration stalled = std::chrono::seconds(3);  ///< then its blocks are asked of others
  Duration dead = std::chrono::seconds(60);    ///< asked, and nothing came
  Duration hope = std::chrono::seconds(60);    ///< after a handshake or block, although it chokes
  Duration silence = std::chrono::seconds(180);
  Duration keep_alive = std::chrono::seconds(100);
  Duration metadata_patience = std::chrono::seconds(10);  ///< for each piece of it
  Duration metadata_time = std::chrono::seconds(30);  ///< for all of it; twice that the next time
  Duration metadata_pause = std::chrono::seconds(2);  ///< until it is asked again; then twice that
  /// Piece layers of so many bytes have metadata_time; longer ones that for each such part.
  std::uint64_t layer_bytes_in_time = std::uint64_t{4} << 20U;
};

/// `first`, twice as long for each of so many failures, up to 32 times.
inline Duration doubled(Duration first, std::uint32_t failures) {
  constexpr std::uint32_t kMost = 5;
  return first * (std::int64_t{1} << std::min(failures, kMost));
}

}  // namespace freshet::core::bittorrent
