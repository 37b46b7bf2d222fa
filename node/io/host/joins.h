// Attempts of the user to join by an address, each waiting for its link or its time-out.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "node/base/result.h"
#include "node/core/overlay/io.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/daemon.h"

namespace freshet::io {

class Joins {
 public:
  /// Called once, with the link or with what was wrong.
  using Joined = std::function<void(Result<PeerView>)>;

  explicit Joins(asio::io_context& io);
  ~Joins();
  Joins(const Joins&) = delete;
  Joins& operator=(const Joins&) = delete;

  /// Waits for end(number); timed_out after `timeout`.
  void begin(core::overlay::PeerNumber number, std::chrono::milliseconds timeout, Joined joined);
  [[nodiscard]] bool waits_for(core::overlay::PeerNumber number) const;
  /// No-op for a number that is not waited for.
  void end(core::overlay::PeerNumber number, const Result<PeerView>& outcome);
  void end_all(const Error& error);

 private:
  struct Waiting;
  asio::io_context& io_;
  std::map<std::uint32_t, std::unique_ptr<Waiting>> waiting_;
};

}  // namespace freshet::io
