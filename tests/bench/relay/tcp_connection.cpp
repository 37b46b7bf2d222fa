#include <array>
#include <stdexcept>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include "tests/bench/relay/rivals.h"

namespace freshet::bench {
namespace {

using Tcp = asio::ip::tcp;

constexpr std::size_t kReadBytes = std::size_t{128} * 1024;

class TcpConnection final : public Connection {
 public:
  explicit TcpConnection(Tcp::socket socket) : socket_(std::move(socket)) {
    socket_.non_blocking(true);
    socket_.set_option(Tcp::no_delay(true));
    wait_readable();
  }

  void send(ByteView bytes) override {
    unsent_.insert(unsent_.end(), bytes.begin(), bytes.end());
    if (!waits_writable_) write();
  }

  void set_reading(bool reading) override {
    reads_ = reading;
    if (reading && !waits_readable_) wait_readable();
  }

 private:
  void wait_readable() {
    waits_readable_ = true;
    socket_.async_wait(Tcp::socket::wait_read, [this](const asio::error_code& failed) {
      waits_readable_ = false;
      if (failed || !reads_) return;
      read();
      wait_readable();
    });
  }

  void read() {
    static std::array<Byte, kReadBytes> buffer;
    asio::error_code failed;
    const std::size_t got = socket_.read_some(asio::buffer(buffer), failed);
    if (failed == asio::error::would_block) return;
    if (failed) throw std::runtime_error("the relay closed a connection: " + failed.message());
    hear({buffer.data(), got});
  }

  void write() {
    asio::error_code failed;
    const std::size_t sent = socket_.write_some(asio::buffer(unsent_), failed);
    if (failed && failed != asio::error::would_block)
      throw std::runtime_error("the relay closed a connection: " + failed.message());
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(sent));
    if (unsent_.empty()) return;
    waits_writable_ = true;
    socket_.async_wait(Tcp::socket::wait_write, [this](const asio::error_code& broken) {
      waits_writable_ = false;
      if (!broken) write();
    });
  }

  Tcp::socket socket_;
  Bytes unsent_;
  bool reads_ = true;
  bool waits_readable_ = false;
  bool waits_writable_ = false;
};

class TcpConnector final : public Connector {
 public:
  TcpConnector(asio::io_context& io, const Endpoint& to) : io_(io), to_(to) {}
  std::unique_ptr<Connection> connect() override {
    Tcp::socket socket(io_);
    socket.connect({asio::ip::address_v4::loopback(), to_.port});
    return std::make_unique<TcpConnection>(std::move(socket));
  }

 private:
  asio::io_context& io_;
  Endpoint to_;
};

}  // namespace

std::unique_ptr<Connector> tcp_connector(asio::io_context& io, const Endpoint& to) {
  return std::make_unique<TcpConnector>(io, to);
}

}  // namespace freshet::bench
