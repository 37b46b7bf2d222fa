// Holds the node to a limit of the user's on what it sends, or fetches, with nodes and BitTorrent
// clients together (rate_share.h has the rule). On the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <asio/steady_timer.hpp>

#include "node/io/asio_fwd.h"
#include "node/io/host/rate_share.h"

namespace freshet::io {

class SharedLimit {
 public:
  struct Parts {
    std::function<RateShare::Moved()> moved;
    std::function<TimePoint()> now;
    std::function<void()> changed;  ///< the shares have
  };
  SharedLimit(asio::io_context& io, Parts parts) : timer_(io), parts_(std::move(parts)) {}

  /// Bytes a second; 0: no limit. `changed` is not called for it.
  void set(std::uint64_t rate);
  void stop();
  [[nodiscard]] const RateShare::Shares& shares() const { return shares_; }

 private:
  void wait();
  void measure() { rule_.moved(parts_.moved(), parts_.now()); }

  asio::steady_timer timer_;
  Parts parts_;
  RateShare rule_;
  RateShare::Shares shares_;
  bool runs_ = false;
};

}  // namespace freshet::io
