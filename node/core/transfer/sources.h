// The nodes that may have one content: where they listen, which way to try next and when, and who
// was caught lying. Plans attempts; opens nothing.
//
// Three ways lead to a source, tried one after another but without waiting for the end of the one
// before, as RON does (Andersen et al., Resilient Overlay Networks, SOSP 2001): its addresses; a
// Push, which makes it dial this node; and a third node that joins the two. The next way is tried
// at once when the one before failed, and after Config::push_after and relay_after when it is just
// silent. The first link ends the search. A link that owes data and brings none starts it anew
// (detour), and so does one through a third, now and then, for the sake of a direct one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/transfer/config.h"
#include "node/core/transfer/io.h"

namespace freshet::core::transfer {

/// A way to a source. `pushed`: not to a source, but to who asked this node to dial it.
enum class Way : std::uint8_t { direct, push, relay, pushed };

class Sources {
 public:
  /// A new source, or more about a known one. False when it is banned, or there is no place. A
  /// source without endpoints is not dialled.
  bool add(const Config& config, const Source& source);

  struct Planned {
    NodeKey key;
    std::vector<Endpoint> endpoints;
    Way way = Way::direct;
  };
  /// What is to be tried now. A direct or relayed attempt is under way until dial_failed() or
  /// linked(); a Push is not followed.
  std::optional<Planned> next(const Config& config, TimePoint now);
  void dial_failed(const Config& config, const NodeKey& key, Way way, TimePoint now);
  /// `relayed`: through a third.
  void linked(const Config& config, const NodeKey& key, bool relayed, TimePoint now);
  /// Whether a link that was dialled that way is still of use.
  [[nodiscard]] bool wants(const NodeKey& key, Way way) const;
  /// The link to the key owes data and brings none: other ways are tried beside it, each time after
  /// a longer wait. Whether that begins now.
  bool detour(const Config& config, const NodeKey& key, TimePoint now);
  /// The last link to the key is gone. `delivered`: it brought something, so that it is worth
  /// another dial at once.
  void lost(const Config& config, const NodeKey& key, bool delivered, TimePoint now);
  /// Never again for this content.
  void ban(const Config& config, const NodeKey& key);

  [[nodiscard]] bool is_banned(const NodeKey& key) const { return banned_.contains(key); }
  [[nodiscard]] std::optional<std::uint64_t> claim_of(const NodeKey& key) const;
  void forget_claim(const NodeKey& key);
  [[nodiscard]] bool any_banned() const { return !banned_.empty(); }
  [[nodiscard]] std::size_t size() const { return known_.size(); }
  [[nodiscard]] std::size_t dialling() const { return dialling_; }
  /// When something is to be tried next; nullopt: nothing waits. `may_begin`: whether a source that
  /// is not being dialled may be.
  [[nodiscard]] std::optional<TimePoint> next_at(bool may_begin) const;

 private:
  enum class State : std::uint8_t { idle, dialling, linked };
  struct Known {
    std::vector<Endpoint> endpoints;
    std::optional<std::uint64_t> claim;
    State state = State::idle;
    std::uint8_t failures = 0;
    std::uint8_t detours = 0;
    bool direct_tried = false;  ///< under way
    bool relay_tried = false;
    bool relayed = false;      ///< linked through a third
    bool detours_now = false;  ///< linked, and looking for another way
    TimePoint next_dial{};     ///< idle, or linked through a third
    TimePoint direct_at = TimePoint::max();
    TimePoint push_at = TimePoint::max();
    TimePoint relay_at = TimePoint::max();
    TimePoint next_detour{};

    [[nodiscard]] bool is_trying() const {
      return direct_tried || relay_tried || earliest() != TimePoint::max();
    }
    [[nodiscard]] TimePoint earliest() const;
    void stop_trying();
  };
  using At = std::map<NodeKey, Known>::iterator;

  static std::optional<Way> due(const Known& known, TimePoint now);
  void begin(const Config& config, Known& known, TimePoint now);
  void postpone(const Config& config, At at, TimePoint now);
  void leave_dialling(Known& known);

  std::map<NodeKey, Known> known_;
  std::set<NodeKey> banned_;
  std::size_t dialling_ = 0;
};

}  // namespace freshet::core::transfer
