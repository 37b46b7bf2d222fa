// Whom to dial, and when: the peers that the user named, always; and, while links are fewer than
// wanted, hosts from the cache. Backs off per address. Decides only; the host connects.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "node/core/overlay/host_cache.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class DialPlan {
 public:
  void add_peer(PeerNumber peer, bool keep, TimePoint now);
  /// Notes an address; ignored when it is this node's own, or when nothing is discovered.
  void learn(Turn& turn,
             const std::optional<NodeKey>& key,
             const Endpoint& address,
             TimePoint heard);

  /// Dials what is due. Returns when it wants to run again; nullopt: when something changes.
  std::optional<TimePoint> run(Turn& turn);

  void on_dial_failed(Turn& turn, DialId dial);
  /// The attempt reached `key`. Returns the named peer that it was for.
  std::optional<PeerNumber> on_connected(Turn& turn, DialId dial, const NodeKey& key);
  /// Hello was exchanged with `key`: its addresses are good.
  void on_established(const NodeKey& key, TimePoint now);
  /// The link to `key` is gone; `was_good`: that says nothing against its addresses, because Hello
  /// had been exchanged or because another link to it stays.
  void on_lost(Turn& turn, const NodeKey& key, bool was_good);

  /// Up to `most` hosts that are likely alive, other than `except`, for a Pong.
  std::vector<CachedHost> sample(Rng& rng, const NodeKey& except, std::size_t most) const;
  [[nodiscard]] const HostCache& cache() const { return cache_; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  using Target = std::variant<Endpoint, PeerNumber>;
  struct Named {
    PeerNumber number;
    bool keep = true;
    bool dialling = false;
    std::optional<NodeKey> key = std::nullopt;  ///< who was there last time
    TimePoint next_try;
    std::uint8_t failures = 0;
  };
  struct Pending {
    DialId dial;
    Target target;
  };

  Named* find_named(PeerNumber number);
  std::optional<Pending> take_pending(DialId dial);
  [[nodiscard]] bool is_pending(const Endpoint& address) const;
  void dial(Turn& turn, const Target& target, const std::optional<NodeKey>& expected);
  void run_named(Turn& turn);
  void run_cached(Turn& turn);
  [[nodiscard]] bool may_dial_more(const Turn& turn) const;
  void forget_self(const Target& target);
  static Duration backoff(const Config& config, std::uint8_t failures);

  std::vector<Named> named_;
  std::vector<Pending> pending_;
  std::vector<Endpoint> own_addresses_;  ///< dialled, and found to be this node
  HostCache cache_;
  std::uint32_t next_dial_ = 1;
};

}  // namespace freshet::core::overlay
