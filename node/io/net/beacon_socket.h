// The sockets of one beacon place: an ear on the well-known port, which all nodes of a machine
// share, and a mouth on a port of its own, so that a direct answer finds this node and no other.
// Knows no beacon: bytes in, bytes out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/result.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/beacon_places.h"

namespace freshet::io {

class BeaconSocket {
 public:
  /// A datagram (borrowed; cut off beyond the largest beacon and a byte), and its UDP source.
  using Heard = std::function<void(ByteView datagram, const Endpoint& from)>;

  /// Errors: io.
  static Result<std::unique_ptr<BeaconSocket>> open(asio::io_context& io,
                                                    const BeaconPlace& place,
                                                    std::uint16_t udp_port,
                                                    Heard heard);
  ~BeaconSocket();
  BeaconSocket(const BeaconSocket&) = delete;
  BeaconSocket& operator=(const BeaconSocket&) = delete;

  [[nodiscard]] const BeaconPlace& place() const;
  /// To the group and to broadcast: the number of datagrams that the system took. What it said
  /// against the others is in `refused`. Never blocks.
  std::size_t announce(ByteView datagram, std::string& refused);
  bool send(ByteView datagram, const Endpoint& to);

 private:
  struct Impl;
  explicit BeaconSocket(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
