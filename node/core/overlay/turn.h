// What one call of the overlay engine works with: the engine's parts and the input's time and
// effects, by reference. Lives on the stack of Engine::handle() and is passed down; nobody keeps
// it.
#pragma once

#include <cstdint>
#include <memory>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/core/effects.h"
#include "node/core/overlay/config.h"
#include "node/core/overlay/counters.h"
#include "node/core/overlay/guard/guard.h"
#include "node/core/overlay/link_table.h"
#include "node/wire/overlay/paths.h"

namespace freshet::core::overlay {

/// A query that was not seen before. `body` is not decoded and may be malformed.
struct QueryArrival {
  Guid guid;
  std::uint8_t hops = 0;  ///< links travelled
  ByteView body;
};
/// A query that may travel on. `body` as above.
struct QueryPassing {
  Guid guid;
  std::uint8_t hops = 0;   ///< links travelled
  std::uint8_t reach = 0;  ///< links that it may still travel
  ByteView body;
};
/// A hit for a query of this node's own, or of another's. `body` is not decoded and may be
/// malformed.
struct HitArrival {
  Guid guid;
  std::uint8_t hops = 0;  ///< links travelled
  ByteView body;
};

/// What the floor above the router hears.
class Upcalls {
 public:
  Upcalls() = default;
  Upcalls(const Upcalls&) = delete;
  Upcalls& operator=(const Upcalls&) = delete;
  virtual ~Upcalls() = default;
  virtual void query_arrived(const QueryArrival& query) = 0;
  virtual void hit_arrived(const HitArrival& hit) = 0;
  /// Both only with Config::caches_hits. A query is about to be passed on: whether it is answered
  /// here, and goes no further.
  virtual bool ends_here(const QueryPassing& query) = 0;
  /// A hit on its way to another node.
  virtual void hit_passes(const HitArrival& hit) = 0;
  /// Somebody who cannot dial this node asks it to dial. Within what AttemptLimiter allows.
  virtual void push_arrived(const wire::Push& push) = 0;
};

struct Turn {
  const Config& config;
  Counters& counters;
  const NodeKey& self;
  Rng& rng;
  LinkTable& links;
  TimePoint now;
  EffectBuffer& out;
  std::unique_ptr<Guard>& guard;  ///< none as long as nothing called for one

  [[nodiscard]] Guard& need_guard() const {
    if (!guard) guard = std::make_unique<Guard>();
    return *guard;
  }
  [[nodiscard]] bool is_banned(const NodeKey& key) const {
    return guard && guard->bans().has(key, now);
  }
};

}  // namespace freshet::core::overlay
