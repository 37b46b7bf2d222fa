// Holds the node to the user's limit on what it sends, to nodes and BitTorrent clients together
// (up_share.h has the rule). On the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include <asio/steady_timer.hpp>

#include "node/io/asio_fwd.h"
#include "node/io/host/up_share.h"

namespace freshet::io {

class UpLimit {
 public:
  struct Parts {
    std::function<std::uint64_t()> sent_to_nodes;  ///< bytes of files in all
    std::function<std::uint64_t()> sent_to_clients;
    /// Called when it changes.
    std::function<void(const UpShare::Shares&)> apply;
  };
  UpLimit(asio::io_context& io, Parts parts) : timer_(io), parts_(std::move(parts)) {}

  /// Bytes a second; 0: no limit. `is_shared`: BitTorrent clients are served at all.
  void set(std::uint64_t rate, bool is_shared);
  void stop();

 private:
  void wait();
  void step();

  asio::steady_timer timer_;
  Parts parts_;
  UpShare share_{0};
  UpShare::Shares now_;
  bool runs_ = false;
};

}  // namespace freshet::io
