// One command's connection, as the server sees it: reads requests, one at a time, and writes what
// answers them. Everything on the io thread. Only for control_server.cpp.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

#include "node/api/control_server.h"
#include "node/api/out_queue.h"

namespace freshet::api {

class ControlConnection : public std::enable_shared_from_this<ControlConnection> {
 public:
  using Socket = asio::local::stream_protocol::socket;
  using Closed = std::function<void(ControlConnection&)>;
  /// What a connection shares with its server. It must outlive every connection that is not closed.
  struct Server {
    const ControlOptions& options;
    Service& service;
    ControlCounters& counters;
    Closed closed;  ///< called once, from close(); may destroy the connection's last owner but the
                    ///< caller's
  };

  ControlConnection(Socket socket, Server& server);

  void start();
  /// Sends what waits, then closes. A connection that asked for `down` is left alone.
  void stop();
  /// Closes now. Tells the service that the client of a running request is gone.
  void close();

 private:
  class Running;

  void read();
  void received(std::size_t bytes);
  void take_request(std::size_t length);
  void offend(const std::string& why);
  void finish(Bytes reply);
  void flush();
  void flushed();
  void tell_idle();
  void arm_timer();
  void lose_running();

  Socket socket_;
  asio::steady_timer timer_;
  Server* server_;  ///< null when closed
  std::array<Byte, 4096> chunk_{};
  Bytes in_;
  OutQueue out_;
  Bytes writing_;
  std::weak_ptr<Running> running_;  ///< expires when the request has ended
  bool is_running_ = false;
  bool asked_down_ = false;
  bool closing_ = false;  ///< once everything is written
};

}  // namespace freshet::api
