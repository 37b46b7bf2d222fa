// Whom to dial, and when: the peers that the user named, always; and, while links are fewer than
// wanted, hosts from the cache, rather on other hosts and in other subnets than those that are
// linked. Backs off per address. Decides only; the host connects.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "node/core/overlay/host_cache.h"
#include "node/core/overlay/membership/lost_peers.h"
#include "node/core/overlay/turn.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {

/// Links that a node looks for, and that it takes.
struct Wanted {
  std::size_t links = 0;
  std::size_t places = 0;
};
/// Of these, how many it wants to have dialled itself: whoever dials it cannot choose all of them.
inline std::size_t own_links(const Wanted& wanted) {
  return std::min<std::size_t>(2, wanted.links / 2);
}

class DialPlan {
 public:
  static constexpr std::size_t kMaxOwnAddresses = 16;  ///< found to be this node's own

  void add_peer(PeerNumber peer, bool keep, TimePoint now);
  /// Notes an address; ignored when it is this node's own, or when nothing is discovered.
  void learn(Turn& turn,
             const std::optional<NodeKey>& key,
             const Endpoint& address,
             TimePoint heard);

  /// Dials what is due. Returns when it wants to run again; nullopt: when something changes.
  std::optional<TimePoint> run(Turn& turn, const Wanted& wanted);
  /// Dials this host now, whatever links there are. False: it is linked, it was tried just now, or
  /// too many dials are under way.
  bool dial_host(Turn& turn,
                 const Endpoint& address,
                 const std::optional<NodeKey>& key,
                 wire::Wish wish);
  /// The same with a neighbour that fell silent; with any host of the cache; or with one of those
  /// first heard of since this was last asked, if they are so many.
  bool dial_lost(Turn& turn);
  bool dial_any(Turn& turn);
  bool dial_news(Turn& turn, std::uint32_t many);

  void on_dial_failed(Turn& turn, DialId dial);
  /// The attempt reached `key`. Returns why it was made.
  wire::Wish on_connected(Turn& turn, DialId dial, const NodeKey& key);
  /// Hello was exchanged with `key`: its addresses are good.
  void on_established(const NodeKey& key, TimePoint now);
  /// The link to `key` is gone; `was_good`: that says nothing against its addresses, because Hello
  /// had been exchanged or because another link to it stays.
  void on_lost(Turn& turn, const NodeKey& key, bool was_good);
  /// A neighbour fell silent.
  void on_silent(Turn& turn, const NodeKey& key);
  /// The peer had no place: it lives, and is left alone for a while.
  void on_full(Turn& turn, const NodeKey& key);
  /// The node joined by its first link: others may dial it, until then none of the cache is
  /// dialled.
  void await_welcomes(TimePoint until) { welcomes_until_ = until; }
  /// The node slept: whatever was under way is over.
  void on_woken() { pending_.clear(); }

  /// Up to `most` hosts that are likely alive, other than `except`, for a Pong or a shuffle.
  std::vector<wire::PongNode> sample(const Turn& turn, const NodeKey& except, std::size_t most);
  [[nodiscard]] const HostCache& cache() const { return cache_; }
  [[nodiscard]] const LostPeers& lost() const { return lost_; }
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
    TimePoint since;
    wire::Wish wish = wire::Wish::link;
  };

  Named* find_named(PeerNumber number);
  std::optional<Pending> take_pending(DialId dial);
  [[nodiscard]] bool is_pending(const Endpoint& address) const;
  void dial(Turn& turn,
            const Target& target,
            const std::optional<NodeKey>& expected,
            wire::Wish wish);
  void run_named(Turn& turn);
  void run_cached(Turn& turn, const Wanted& wanted);
  CachedHost* pick(Turn& turn);
  [[nodiscard]] bool is_waiting(const Turn& turn) const;
  [[nodiscard]] std::size_t young_dials(TimePoint now, Duration patience) const;
  [[nodiscard]] bool is_usable(const Turn& turn, const CachedHost& host) const;
  [[nodiscard]] bool is_full(const Turn& turn) const;
  [[nodiscard]] bool may_dial_more(const Turn& turn, const Wanted& wanted) const;
  [[nodiscard]] std::optional<TimePoint> next_cached(const Turn& turn, const Wanted& wanted) const;
  void forget_self(const Target& target);
  static Duration backoff(const Config& config, std::uint8_t failures);

  std::vector<Named> named_;
  std::vector<Pending> pending_;
  std::vector<Endpoint> own_addresses_;  ///< dialled, and found to be this node
  HostCache cache_;
  LostPeers lost_;
  TimePoint welcomes_until_;
  std::uint32_t news_ = 0;    ///< hosts first heard of since the last dial_news()
  Endpoint one_of_the_news_;  ///< any of them, as likely
  std::uint32_t next_dial_ = 1;
};

}  // namespace freshet::core::overlay
