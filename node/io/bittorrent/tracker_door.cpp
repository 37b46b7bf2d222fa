#include "node/io/bittorrent/tracker_door.h"

#include <utility>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "node/io/net/tcp_socket.h"
#include "node/wire/bt/http_request.h"

namespace freshet::io {
namespace {

// For the whole of a request and its answer.
constexpr std::chrono::seconds kRequestPatience{10};

}  // namespace

// One request and its answer. Ends when the door forgets it: its handlers then find it closed.
struct TrackerDoor::Talk : std::enable_shared_from_this<TrackerDoor::Talk> {
  Talk(TrackerDoor& the_door, TcpSocket&& the_socket, Bytes first)
      : door(the_door),
        socket(std::move(the_socket.socket)),
        timer(the_door.io_),
        bytes(std::move(first)) {}

  void begin() {
    timer.expires_after(kRequestPatience);
    timer.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
      if (!canceled) self->give_up();
    });
    go_on();
  }
  void go_on() {
    if (wire::bt::http_request_length(bytes)) {
      door.reply_to(shared_from_this());
    } else if (bytes.size() >= wire::bt::kMaxHttpRequestBytes) {
      ++door.counters_.refused;
      answer(wire::bt::http_answer("431 Request Header Fields Too Large", {}));
    } else {
      read();
    }
  }
  void read() {
    const std::size_t had = bytes.size();
    bytes.resize(wire::bt::kMaxHttpRequestBytes);
    socket.async_read_some(
        asio::buffer(bytes.data() + had, bytes.size() - had),
        [self = shared_from_this(), had](const asio::error_code& failed, std::size_t count) {
          if (self->over) return;
          self->bytes.resize(had + count);
          if (failed) {
            self->give_up();
          } else {
            self->go_on();
          }
        });
  }
  void answer(Bytes whole) {
    if (over || std::exchange(answered, true)) return;
    bytes = std::move(whole);
    asio::async_write(
        socket,
        asio::buffer(bytes),
        [self = shared_from_this()](const asio::error_code& /*failed*/, std::size_t /*count*/) {
          asio::error_code ignored;
          if (!self->over) self->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
          self->end();
        });
  }
  // The other side left, or has nothing more to say.
  void give_up() {
    if (!answered) ++door.counters_.silent;
    end();
  }
  void end() {
    if (std::exchange(over, true)) return;
    asio::error_code ignored;
    socket.close(ignored);
    timer.cancel();
    door.talks_.erase(shared_from_this());
  }

  TrackerDoor& door;
  asio::ip::tcp::socket socket;
  asio::steady_timer timer;
  Bytes bytes;
  bool answered = false;
  bool over = false;
};

TrackerDoor::TrackerDoor(asio::io_context& io, Answer answer, Counters counters)
    : io_(io),
      answer_(std::move(answer)),
      counters_(counters) {}

TrackerDoor::~TrackerDoor() {
  stop();
}

void TrackerDoor::take(TcpSocket&& socket, Bytes first) {
  if (talks_.size() >= kMaxTalks) {
    ++counters_.busy;
    return;  // and closes with its owner
  }
  const auto talk = std::make_shared<Talk>(*this, std::move(socket), std::move(first));
  talks_.insert(talk);
  talk->begin();
}

void TrackerDoor::stop() {
  for (const auto& talk : std::set(talks_)) talk->end();
}

void TrackerDoor::reply_to(const std::shared_ptr<Talk>& talk) {
  using wire::bt::http_answer;
  const auto request = wire::bt::parse_http_request(talk->bytes);
  asio::error_code failed;
  const auto from = talk->socket.remote_endpoint(failed);
  const auto reached = failed ? from : talk->socket.local_endpoint(failed);
  if (!request || request->method != "GET" || failed) {
    ++counters_.refused;
    talk->answer(http_answer("400 Bad Request", {}));
    return;
  }
  if (request->path != "/announce") {
    ++counters_.refused;
    talk->answer(http_answer("404 Not Found", bytes_of("this is the tracker of a freshet node\n")));
    return;
  }
  const auto announce = wire::bt::read_announce(*request);
  if (!announce) {
    ++counters_.refused;
    talk->answer(http_answer("200 OK", wire::bt::announce_failure("malformed announce")));
    return;
  }
  answer_(*announce, to_endpoint(from), to_endpoint(reached), [talk](const Bytes& body) {
    talk->answer(http_answer("200 OK", body));
  });
}

}  // namespace freshet::io
