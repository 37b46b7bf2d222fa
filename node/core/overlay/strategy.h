// How a query is passed on. A strategy chooses among the neighbours; the router does everything
// else (duplicates, TTL, routes, counting), so that every strategy obeys the same rules.
#pragma once

#include <cstdint>
#include <span>

#include "node/base/ids.h"
#include "node/core/overlay/link_table.h"

namespace freshet::core::overlay {

struct QueryContext {
  const Guid& guid;
  LinkId from;            ///< kSelfLink at the origin; never chosen
  std::uint8_t ttl = 0;   ///< of the copies that go out
  std::uint8_t hops = 0;  ///< of the copies that go out
};

class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  /// Whether a copy goes to `link`, which is up and is not where the query came from.
  [[nodiscard]] virtual bool passes(const QueryContext& query, const Link& link) const = 0;
};

/// Gnutella 0.4: to every neighbour.
class Flood final : public Strategy {
 public:
  [[nodiscard]] bool passes(const QueryContext& query, const Link& link) const override;
};

/// The strategy of that number in Query.strategy. Unknown numbers flood: a newer origin's query is
/// not lost.
const Strategy& strategy_for(std::uint32_t number);

}  // namespace freshet::core::overlay
