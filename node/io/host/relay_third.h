// This node as the third: joins two nodes that cannot reach one another, and copies what they send.
// Who may be joined and how much may pass is core::RelayBook's to say.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include <asio/steady_timer.hpp>

#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/core/overlay/io.h"
#include "node/core/relay_book.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/dialer.h"
#include "node/io/net/tls_link.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io {

class RelayThird {
 public:
  struct World {
    std::function<TimePoint()> now;
    std::function<bool(const NodeKey&)> is_neighbour;
    std::function<void(core::overlay::CallNeighbour)> call;
    std::function<std::vector<Endpoint>()> own_addresses;
  };

  RelayThird(
      asio::io_context& io, Dialer& dialer, const core::RelayLimits& limits, Rng rng, World world);
  ~RelayThird();
  RelayThird(const RelayThird&) = delete;
  RelayThird& operator=(const RelayThird&) = delete;

  /// relay_ask came on `link`; relay_take came on it. Both take the link over.
  void ask(const std::shared_ptr<TlsLink>& link, ByteView body);
  void take(const std::shared_ptr<TlsLink>& link, const Guid& request);
  [[nodiscard]] const core::RelayBook& book() const { return book_; }
  /// Ends all of them at once.
  void stop();

 private:
  struct Join;
  void fetch_target(const std::shared_ptr<Join>& join);
  void dial_target(const std::shared_ptr<Join>& join);
  void join(const std::shared_ptr<Join>& join, const std::shared_ptr<TlsLink>& target);
  void end(const Guid& request);
  void tick();

  asio::io_context& io_;
  Dialer& dialer_;
  core::RelayBook book_;
  Rng rng_;
  World world_;
  std::map<Guid, std::shared_ptr<Join>> joins_;
  std::unique_ptr<asio::steady_timer> timer_;
  bool ticks_ = false;
};

}  // namespace freshet::io
