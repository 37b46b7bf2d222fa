// The daemon's end of the control socket: takes the connections of this user's commands, reads one
// request at a time from each, hands it to a Service and sends what it answers. Never on the
// network; knows nothing of what a request means.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "node/api/service.h"
#include "node/base/result.h"

namespace asio {
class io_context;
}  // namespace asio

namespace freshet::api {

struct ControlOptions {
  std::string state_dir;  ///< holds the socket; must exist
  /// A client that has no request running must have sent a whole one within this time.
  std::chrono::milliseconds request_timeout{10'000};
  std::size_t max_connections = 64;
  /// Events that wait for one slow client; more are refused to the service, not queued.
  std::size_t max_queued_events = 4096;
};

/// What clients did that a person may want to know. All since the start.
struct ControlCounters {
  std::uint64_t connections = 0;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;         ///< other users, and connections beyond the limit
  std::uint64_t malformed = 0;       ///< requests that were none, and bytes while a request runs
  std::uint64_t timed_out = 0;       ///< no request in time
  std::uint64_t events_dropped = 0;  ///< for slow clients
};

class ControlServer {
 public:
  /// Listens on the socket of `options.state_dir`, mode 0600. ErrorCode::io when somebody listens
  /// there already, or the socket cannot be made. A socket that a killed daemon left behind is
  /// replaced. `service` must outlive the server. REQUIRES: the caller holds the folder's lock
  /// (store::StateDir), or two that start at once may both believe themselves alone.
  static Result<std::unique_ptr<ControlServer>> listen(asio::io_context& io,
                                                       ControlOptions options,
                                                       Service& service);

  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  /// Closes what is left. Destroy it when the daemon has nothing else to
  /// give back, for who asked for `down` takes the end of the connection for the end of the daemon;
  /// but before `io`. The service is not called afterwards.
  ~ControlServer();  // NOLINT(bugprone-exception-escape): only for want of memory

  /// Takes no more connections and closes those whose last request was not `down`; services hear
  /// that the clients of running requests are gone. Replies given before are still sent, as far as
  /// `io` runs. Again: nothing.
  void stop();

  [[nodiscard]] const ControlCounters& counters() const;

 private:
  class Impl;
  explicit ControlServer(std::shared_ptr<Impl> impl);

  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::api
