// Who is served while a torrent is fetched: tit for tat (Cohen, Incentives Build Robustness in
// BitTorrent, 2003). The best givers have most of the slots, and the others have the rest in turn,
// by which newcomers are found. While there are slots for all, all are served. Judges numbers;
// sends nothing.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "node/base/time.h"
#include "node/core/bittorrent/fetch_config.h"
#include "node/core/bittorrent/peer_book.h"

namespace freshet::core::bittorrent {

class UploadChoice {
 public:
  /// One that wants something.
  struct Taker {
    PeerNumber peer = 0;
    std::uint64_t brought = 0;  ///< bytes lately
  };
  /// `config` outlives it.
  explicit UploadChoice(const FetchConfig& config) : config_(config) {}

  /// Every choke_interval: who is served until the next time, no more than upload_slots.
  std::vector<PeerNumber> choose(std::span<const Taker> takers, TimePoint now);
  /// It is gone. Until then it is known when it had its last turn, whether it wants something or
  /// not.
  void forget(PeerNumber peer) { turns_.erase(peer); }

 private:
  struct Turn {
    TimePoint since;
    bool is_on = false;
  };
  const FetchConfig& config_;
  std::map<PeerNumber, Turn> turns_;  ///< the last one of each that had one
};

}  // namespace freshet::core::bittorrent
