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
  /// `changed`: the shares have.
  SharedLimit(asio::io_context& io,
              std::function<RateShare::Moved()> moved,
              std::function<void()> changed)
      : timer_(io),
        moved_(std::move(moved)),
        changed_(std::move(changed)) {}

  /// Bytes a second; 0: no limit. `changed` is not called for it.
  void set(std::uint64_t rate);
  void stop();
  [[nodiscard]] const RateShare::Shares& shares() const { return shares_; }

 private:
  void wait();
  void step();

  asio::steady_timer timer_;
  std::function<RateShare::Moved()> moved_;
  std::function<void()> changed_;
  RateShare rule_{0};
  RateShare::Shares shares_;
  bool runs_ = false;
};

}  // namespace freshet::io
