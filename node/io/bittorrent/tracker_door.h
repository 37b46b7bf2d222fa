// The HTTP side of the tracker: takes connections that open with a method of HTTP, reads one
// request of each, answers and closes. What is no announce gets 404.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <set>

#include "node/base/endpoint.h"
#include "node/io/asio_fwd.h"
#include "node/wire/bt/announce.h"

namespace freshet::io {

struct TcpSocket;

class TrackerDoor {
 public:
  /// `from`: where the client is; `reached`: the address of this node that it dialled. `reply` gets
  /// the body, at once or within seconds, and does nothing when the client is gone.
  using Reply = std::function<void(const Bytes& body)>;
  using Answer = std::function<void(
      const wire::bt::Announce&, const Endpoint& from, const Endpoint& reached, Reply reply)>;
  struct Counters {
    std::uint64_t& refused;  ///< what is no announce, or too long
    std::uint64_t& busy;     ///< connections beyond kMaxTalks
    std::uint64_t& silent;   ///< connections that ended before a request was whole
  };
  TrackerDoor(asio::io_context& io, Answer answer, Counters counters);
  ~TrackerDoor();
  TrackerDoor(const TrackerDoor&) = delete;
  TrackerDoor& operator=(const TrackerDoor&) = delete;

  void take(TcpSocket&& socket, Bytes first);
  void stop();
  [[nodiscard]] std::size_t talks() const { return talks_.size(); }
  static constexpr std::size_t kMaxTalks = 64;

 private:
  struct Talk;
  void reply_to(const std::shared_ptr<Talk>& talk);

  asio::io_context& io_;
  Answer answer_;
  Counters counters_;
  std::set<std::shared_ptr<Talk>> talks_;
};

}  // namespace freshet::io
