// A connection of the load generator to a relay: bytes out, bytes in. One io thread; errors are
// thrown (std::runtime_error), for a benchmark has no use of half a mesh.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/io/asio_fwd.h"

namespace freshet::bench {

class Connection {
 public:
  using Heard = std::function<void(ByteView)>;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  virtual void send(ByteView bytes) = 0;
  /// From now on, and back: nothing is read, as by a peer that hangs.
  virtual void set_reading(bool reading) = 0;
  /// Whoever hears what comes.
  void on_heard(Heard heard) { heard_ = std::move(heard); }

 protected:
  void hear(ByteView bytes) const {
    if (heard_) heard_(bytes);
  }

 private:
  Heard heard_;
};

/// Makes connections of one kind to one address.
class Connector {
 public:
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;
  /// Returns when the connection is up. Throws std::runtime_error when it does not come.
  virtual std::unique_ptr<Connection> connect() = 0;
};

/// Overlay links under a fresh key each.
std::unique_ptr<Connector> tls_connector(asio::io_context& io, const Endpoint& to);

}  // namespace freshet::bench
