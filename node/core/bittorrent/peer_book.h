// Who may have a torrent that is fetched: addresses, whom to dial and when, who is banned. Bounded;
// a number once given stays an address's for the whole fetch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/time.h"

namespace freshet::core::bittorrent {

/// One address of a fetch; it has one link at most.
using PeerNumber = std::uint32_t;

class PeerBook {
 public:
  static constexpr std::size_t kMaxPeers = 256;
  /// So many may come by strangers' word: they cannot keep out whom the user names.
  static constexpr std::size_t kMaxStrangers = 224;
  /// Of those that dialled this node: linked at once, of these from one sender (base/sender.h), and
  /// places in all, beside kMaxPeers.
  static constexpr std::size_t kMaxTaken = 16;
  static constexpr std::size_t kMaxTakenPerSender = 4;
  static constexpr std::size_t kMaxTakenPlaces = 64;
  enum class Word : std::uint8_t {
    user,     ///< by the user or the link that the user gave
    stranger  ///< by a tracker or another peer: no ports below 1024, so that nobody makes this node
              ///< knock at a service
  };

  /// False: known, banned, not dialable, or the book is full.
  bool add(const Endpoint& at, Word word, TimePoint now);
  /// The next to dial; it counts as linked until left().
  std::optional<PeerNumber> next(TimePoint now);
  /// One that dialled this node: it counts as linked until left(), and is never dialled, for its
  /// port is no listener's. nullopt: somebody of its sender's is banned, or there are as many as
  /// are taken.
  std::optional<PeerNumber> take(const Endpoint& from);
  /// The link ended. `useful`: it brought something, so it is dialled again soon.
  void left(PeerNumber peer, bool useful, TimePoint now);
  void ban(PeerNumber peer);
  /// It is the same client as another, which is linked: it is not dialled while that is so.
  void is_same(PeerNumber peer, PeerNumber other) { peers_.at(peer).otherwise = other; }

  /// It was asked for the metadata, and did not send it.
  void count_metadata_failure(PeerNumber peer) { ++peers_.at(peer).metadata_failures; }
  [[nodiscard]] std::uint32_t metadata_failures(PeerNumber peer) const {
    return peers_.at(peer).metadata_failures;
  }

  [[nodiscard]] const Endpoint& at(PeerNumber peer) const { return peers_.at(peer).at; }
  /// The last link to it brought nothing, or there was none when it was dialled.
  [[nodiscard]] bool has_failed(PeerNumber peer) const { return peers_.at(peer).failures > 0; }
  [[nodiscard]] bool is_banned(PeerNumber peer) const { return peers_.at(peer).banned; }
  [[nodiscard]] std::size_t size() const { return peers_.size(); }
  [[nodiscard]] std::size_t banned() const;

 private:
  struct Peer {
    Endpoint at;
    TimePoint due;
    std::uint32_t failures = 0;
    std::uint32_t metadata_failures = 0;
    bool linked = false;
    bool taken = false;   ///< dialled this node; its place may be another's later
    bool useful = false;  ///< once brought something, and may be to blame for it
    std::optional<PeerNumber> otherwise = {};
    bool banned = false;
  };
  std::vector<Peer> peers_;
  std::size_t strangers_ = 0;
  std::size_t taken_places_ = 0;
};

}  // namespace freshet::core::bittorrent
