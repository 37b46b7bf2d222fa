#include "node/io/net/link_tunnel.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <sys/socket.h>

#include "node/io/net/tcp_socket.h"
#include "node/io/net/tls_link.h"

namespace freshet::io {
namespace {

using asio::ip::tcp;

constexpr std::size_t kOuterBufferBytes = std::size_t{1} << 20U;
constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;

class Tunnel final : public KeptHandler {
 public:
  Tunnel(std::shared_ptr<TlsLink> outer, tcp::socket near, std::shared_ptr<KeptHandlers> kept)
      : KeptHandler(std::move(kept)),
        outer_(std::move(outer)),
        near_(std::move(near)) {}
  ~Tunnel() override {
    if (outer_) outer_->abandon();
  }
  Tunnel(const Tunnel&) = delete;
  Tunnel& operator=(const Tunnel&) = delete;
  Tunnel(Tunnel&&) = delete;
  Tunnel& operator=(Tunnel&&) = delete;

  void start(ByteView first) {
    keep();
    outer_->set_buffer_bytes(kOuterBufferBytes);
    outer_->set_handler(*this);
    asio::error_code ignored;
    near_.non_blocking(true, ignored);
    if (!first.empty()) on_link_data(*outer_, first);
    wait_readable();
  }

  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& link, ByteView bytes) override {
    waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
    write_waiting();
    if (!waiting_.empty()) link.pause_reading();
  }
  void on_link_writable(TlsLink& /*link*/) override { wait_readable(); }
  void on_link_closed(TlsLink& /*link*/, LinkEnd /*end*/) override {
    const auto self = let_go();
    outer_.reset();
    if (waiting_.empty()) close_near();  // else when all of it is written
  }

 private:
  std::shared_ptr<Tunnel> me() { return std::static_pointer_cast<Tunnel>(shared_from_this()); }
  void close_near() {
    asio::error_code ignored;
    near_.close(ignored);
  }
  void wait_readable();
  void read();
  void wait_writable();
  void write_waiting();

  std::shared_ptr<TlsLink> outer_;  ///< null once it is closed
  tcp::socket near_;                ///< our end of the socket pair
  Bytes waiting_;                   ///< from the link, not taken by the socket yet
  bool waits_readable_ = false;
  bool waits_writable_ = false;
};

// Only while the link has room: what is not read here makes the writer wait.
void Tunnel::wait_readable() {
  if (waits_readable_ || !outer_ || !near_.is_open() || outer_->room() < kChunkBytes) return;
  waits_readable_ = true;
  near_.async_wait(tcp::socket::wait_read, [self = me()](const asio::error_code& failed) {
    self->waits_readable_ = false;
    if (!failed && self->outer_) self->read();
  });
}

void Tunnel::read() {
  std::array<Byte, kChunkBytes> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): read into
  while (outer_->room() >= kChunkBytes) {
    asio::error_code failed;
    const std::size_t got = near_.read_some(asio::buffer(chunk), failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again) break;
    if (failed) {
      outer_->close();
      return;
    }
    outer_->send(ByteView(chunk).first(got));
  }
  wait_readable();
}

void Tunnel::wait_writable() {
  if (waits_writable_) return;
  waits_writable_ = true;
  near_.async_wait(tcp::socket::wait_write, [self = me()](const asio::error_code& failed) {
    self->waits_writable_ = false;
    if (!failed) self->write_waiting();
  });
}

void Tunnel::write_waiting() {
  asio::error_code failed;
  std::size_t written = 0;
  while (written < waiting_.size() && !failed) {
    written += near_.write_some(
        asio::buffer(ByteView(waiting_).subspan(written).data(), waiting_.size() - written),
        failed);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(written));
  if (failed && failed != asio::error::would_block && failed != asio::error::try_again) {
    waiting_.clear();
    close_near();
    if (outer_) outer_->close();
    return;
  }
  if (!waiting_.empty()) {
    wait_writable();
  } else if (outer_) {
    outer_->resume_reading();
  } else {
    close_near();
  }
}

}  // namespace

Result<std::unique_ptr<TcpSocket>> tunnel_through(asio::io_context& io,
                                                  const std::shared_ptr<TlsLink>& outer,
                                                  ByteView first,
                                                  const std::shared_ptr<KeptHandlers>& kept) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Error{.code = ErrorCode::io, .message = std::system_category().message(errno)};
  }
  // asio does not look at what a descriptor is: to TLS this is a connection like any other.
  tcp::socket near(io, tcp::v4(), ends[0]);
  auto far = std::make_unique<TcpSocket>(TcpSocket{tcp::socket(io, tcp::v4(), ends[1])});
  std::make_shared<Tunnel>(outer, std::move(near), kept)->start(first);
  return far;
}

}  // namespace freshet::io
