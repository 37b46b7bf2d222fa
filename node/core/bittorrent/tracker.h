// The peers of the swarms that this node serves, as they announced themselves: bounded, and
// forgotten when they do not come again. Sans-IO; knows no HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/core/bittorrent/torrent.h"
#include "node/wire/bt/announce.h"

namespace freshet::core::bittorrent {

struct TrackerConfig {
  std::size_t max_peers = 500;             ///< of one torrent
  std::size_t max_peers_per_address = 16;  ///< of one torrent
  std::uint32_t max_answer = 100;          ///< peers in one answer
  std::uint32_t interval_s = 60;
  std::uint32_t min_interval_s = 15;
  Duration patience = std::chrono::seconds(180);  ///< who has not come for so long is gone
};

class Tracker {
 public:
  Tracker(TrackerConfig config, Counters& counters, Rng rng)
      : config_(config),
        counters_(counters),
        rng_(std::move(rng)) {}

  /// `from`: the address that it came from, its port aside. `name` must be of a torrent that is
  /// served here. The answer holds other peers that it may be told of (told_addresses.h), seeds
  /// too: who came by a magnet link says that it lacks nothing.
  wire::bt::AnnounceAnswer announce(const wire::bt::Announce& announce,
                                    Endpoint from,
                                    TimePoint now);
  /// At most `limit` peers of a torrent, as they are now, that a client may be told of.
  [[nodiscard]] std::vector<wire::bt::AnnouncedPeer> peers(const InfoHash& name,
                                                           const Endpoint& client,
                                                           std::size_t limit) const;
  /// Forgets who has not come again.
  void age(TimePoint now);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Peer {
    wire::bt::AnnouncedPeer is;
    TimePoint seen;
    bool complete = false;
  };
  using Swarm = std::vector<Peer>;

  void enter(Swarm& swarm, const wire::bt::Announce& announce, const Endpoint& at, TimePoint now);
  [[nodiscard]] bool has_room(const Swarm& swarm, const Endpoint& at) const;

  TrackerConfig config_;
  Counters& counters_;
  Rng rng_;
  std::unordered_map<InfoHash, Swarm, IdHash> swarms_;
};

}  // namespace freshet::core::bittorrent
