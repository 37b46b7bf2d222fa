// The nodes that may have one content: where they listen, when to dial them, and who was caught
// lying. Plans dials; opens nothing.
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

class Sources {
 public:
  /// A new source, or more about a known one. False when it is banned, or there is no place. A
  /// source without endpoints is not dialled.
  bool add(const Config& config, const Source& source);

  struct Planned {
    NodeKey key;
    std::vector<Endpoint> endpoints;
  };
  /// A source to be dialled now; it counts as being dialled until dial_failed() or linked().
  std::optional<Planned> next(TimePoint now);
  void dial_failed(const Config& config, const NodeKey& key, TimePoint now);
  void linked(const NodeKey& key);
  /// The last link to the key is gone. `delivered`: it brought something, so that it is worth
  /// another dial soon.
  void lost(const Config& config, const NodeKey& key, bool delivered, TimePoint now);
  /// Never again for this content.
  void ban(const Config& config, const NodeKey& key);

  [[nodiscard]] bool is_banned(const NodeKey& key) const { return banned_.contains(key); }
  [[nodiscard]] std::optional<std::uint64_t> claim_of(const NodeKey& key) const;
  void forget_claim(const NodeKey& key);
  [[nodiscard]] bool any_banned() const { return !banned_.empty(); }
  [[nodiscard]] std::size_t size() const { return known_.size(); }
  [[nodiscard]] std::size_t dialling() const { return dialling_; }
  /// When the next source may be dialled; nullopt: none waits.
  [[nodiscard]] std::optional<TimePoint> next_dial_at() const;

 private:
  enum class State : std::uint8_t { idle, dialling, linked };
  struct Known {
    std::vector<Endpoint> endpoints;
    std::optional<std::uint64_t> claim;
    State state = State::idle;
    std::uint8_t failures = 0;
    TimePoint next_dial{};
  };
  void postpone(const Config& config, std::map<NodeKey, Known>::iterator at, TimePoint now);
  void leave_dialling(Known& known);

  std::map<NodeKey, Known> known_;
  std::set<NodeKey> banned_;
  std::size_t dialling_ = 0;
};

}  // namespace freshet::core::transfer
