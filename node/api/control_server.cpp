#include "node/api/control_server.h"

#include <cerrno>
#include <system_error>
#include <unordered_map>
#include <utility>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/steady_timer.hpp>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/api/codec.h"
#include "node/api/control_connection.h"
#include "node/api/control_socket.h"

namespace freshet::api {
namespace {

using Acceptor = asio::local::stream_protocol::acceptor;

constexpr int kBacklog = 64;
/// Out of descriptors: some may come free.
constexpr std::chrono::milliseconds kAcceptPause{100};

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Error system_error(const std::string& what) {
  return {ErrorCode::io, what + ": " + std::generic_category().message(errno)};
}

/// Whether somebody listens there.
bool is_living(const ControlAddress& address) {
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  return ::connect(probe.get(), address.data(), address.size()) == 0 || errno == EAGAIN;
}

Result<Descriptor> listen_socket(const std::string& state_dir) {
  const auto address = ControlAddress::in(state_dir);
  if (!address) return Error{ErrorCode::io, address.error().message};
  const std::string path = control_socket_path(state_dir);
  if (is_living(*address)) {
    return Error{ErrorCode::io,
                 "a daemon runs on " + state_dir
                     + " already; stop it with `freshet down`, or give this one another --state"};
  }
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return system_error("a socket");
  if (::unlink(address->path()) != 0 && errno != ENOENT) return system_error(path);
  // Nobody can connect before listen(), so the mode is right from the first connection on.
  if (::bind(socket.get(), address->data(), address->size()) != 0
      || ::chmod(address->path(), 0600) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return system_error(path);
  }
  return socket;
}

bool is_own_user(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
  return who.uid == ::geteuid() || who.uid == 0;
}

}  // namespace

class ControlServer::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& io, ControlOptions options, Service& service)
      : acceptor_(io),
        pause_(io),
        options_(std::move(options)),
        shared_{.options = options_,
                .service = service,
                .counters = counters_,
                .closed = [this](ControlConnection& which) {
                  connections_.erase(&which);
                }} {}

  Status start(Descriptor socket) {
    asio::error_code error;
    acceptor_.assign(asio::local::stream_protocol(), socket.get(), error);
    if (error) return Error{ErrorCode::io, options_.state_dir + ": " + error.message()};
    socket.release();
    accept();
    return kOk;
  }

  void stop() {
    if (!acceptor_.is_open()) return;
    asio::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    if (const auto address = ControlAddress::in(options_.state_dir)) ::unlink(address->path());
    const auto connections = connections_;  // a connection that closes leaves the table
    for (const auto& [key, connection] : connections) connection->stop();
  }

  void close() {
    stop();
    const auto connections = connections_;
    for (const auto& [key, connection] : connections) connection->close();
  }

  [[nodiscard]] const ControlCounters& counters() const { return counters_; }

 private:
  void accept() {
    acceptor_.async_accept(
        [self = shared_from_this()](asio::error_code error, ControlConnection::Socket socket) {
          if (!self->acceptor_.is_open()) return;
          if (error) {
            self->pause();
            return;
          }
          self->admit(std::move(socket));
          self->accept();
        });
  }

  void pause() {
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([self = shared_from_this()](asio::error_code error) {
      if (!error && self->acceptor_.is_open()) self->accept();
    });
  }

  void admit(ControlConnection::Socket socket) {
    if (!is_own_user(socket.native_handle())) {
      refuse(socket, "this daemon belongs to another user");
    } else if (connections_.size() >= options_.max_connections) {
      refuse(socket, "too many commands are connected to the daemon; try again");
    } else {
      ++counters_.connections;
      const auto connection = std::make_shared<ControlConnection>(std::move(socket), shared_);
      connections_.emplace(connection.get(), connection);
      connection->start();
    }
  }

  void refuse(ControlConnection::Socket& socket, const std::string& why) {
    ++counters_.refused;
    const Bytes reply = encode_reply(Error{ErrorCode::io, why});
    asio::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(reply), ignored);  // fits: nothing was written before
  }

  Acceptor acceptor_;
  asio::steady_timer pause_;
  ControlOptions options_;
  ControlCounters counters_;
  ControlConnection::Server shared_;
  std::unordered_map<ControlConnection*, std::shared_ptr<ControlConnection>> connections_;
};

Result<std::unique_ptr<ControlServer>> ControlServer::listen(asio::io_context& io,
                                                             ControlOptions options,
                                                             Service& service) {
  auto socket = listen_socket(options.state_dir);
  if (!socket) return socket.error();
  auto impl = std::make_shared<Impl>(io, std::move(options), service);
  if (const Status started = impl->start(std::move(*socket)); !started) return started.error();
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

ControlServer::ControlServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): only for want of memory, which ends the daemon.
ControlServer::~ControlServer() {
  impl_->close();
}

void ControlServer::stop() {
  impl_->stop();
}

const ControlCounters& ControlServer::counters() const {
  return impl_->counters();
}

}  // namespace freshet::api
