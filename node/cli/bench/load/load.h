// One source and several sinks at a relay, with so many messages in flight: the source sends while
// the slowest sink lacks fewer than that. Sending comes after all that can be read in a turn of the
// loop was read, with every relay alike.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "node/cli/bench/load/connection.h"
#include "node/cli/bench/load/format.h"
#include "node/io/asio_fwd.h"

namespace freshet::bench {

class Load {
 public:
  /// Connects, and returns once what the source sends reaches every sink and nothing is under way.
  /// Throws std::runtime_error when that does not come.
  Load(asio::io_context& io,
       Connector& source,
       Connector& sink,
       const MakeFormat& make_format,
       std::size_t sinks);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  /// Until every sink that counts has `messages` more. Throws std::runtime_error when nothing moves
  /// any more.
  void pass(std::uint64_t messages, std::uint64_t window);
  /// A sink that reads nothing, and that nobody waits for from now on.
  void stall(std::size_t sink);
  /// It reads again; still nobody waits for it.
  void resume(std::size_t sink);
  /// Lets what is under way arrive.
  void run_for(std::chrono::milliseconds time);
  [[nodiscard]] std::uint64_t received(std::size_t sink) const;

 private:
  struct Peer;
  void hear(Peer& peer, ByteView bytes);
  void prime();
  void refill();
  [[nodiscard]] std::uint64_t slowest() const;
  std::unique_ptr<Peer> connect(Connector& connector, const MakeFormat& make_format, Role role);

  asio::io_context& io_;
  std::unique_ptr<Peer> source_;
  std::vector<std::unique_ptr<Peer>> sinks_;
  Bytes batch_;
  std::uint64_t sent_ = 0;
  std::uint64_t goal_ = 0;
  std::uint64_t window_ = 0;
  bool refill_posted_ = false;
};

}  // namespace freshet::bench
