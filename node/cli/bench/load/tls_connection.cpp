#include <list>
#include <optional>
#include <random>
#include <stdexcept>

#include <asio/io_context.hpp>

#include "node/cli/bench/load/connection.h"
#include "node/io/net/dialer.h"
#include "node/io/net/tls_link.h"

namespace freshet::bench {
namespace {

// More than any window holds.
constexpr std::size_t kBufferBytes = std::size_t{4} << 20U;

class TlsConnection final : public Connection, private io::LinkHandler {
 public:
  explicit TlsConnection(std::shared_ptr<io::TlsLink> link) : link_(std::move(link)) {
    link_->set_buffer_bytes(kBufferBytes);
    link_->set_handler(*this);
  }
  ~TlsConnection() override { link_->abandon(); }
  TlsConnection(const TlsConnection&) = delete;
  TlsConnection& operator=(const TlsConnection&) = delete;

  void send(ByteView bytes) override { link_->send(bytes); }
  void set_reading(bool reading) override {
    if (reading) {
      link_->resume_reading();
    } else {
      link_->pause_reading();
    }
  }

 private:
  void on_link_up(io::TlsLink& /*link*/) override {}
  void on_link_data(io::TlsLink& /*link*/, ByteView bytes) override { hear(bytes); }
  void on_link_writable(io::TlsLink& /*link*/) override {}
  void on_link_closed(io::TlsLink& /*link*/, io::LinkEnd end) override {
    throw std::runtime_error(std::string("the relay closed a link: ") + io::to_string(end));
  }

  std::shared_ptr<io::TlsLink> link_;
};

class TlsConnector final : public Connector {
 public:
  TlsConnector(asio::io_context& io, const Endpoint& to) : io_(io), to_(to), shared_(io) {}

  std::unique_ptr<Connection> connect() override {
    Bytes secret(32);
    for (Byte& each : secret) each = static_cast<Byte>(random_());
    auto tls = io::TlsContext::make(secret);
    if (!tls) throw std::runtime_error(tls.error().message);
    contexts_.push_back(std::move(*tls));
    io::Dialer dialer(io_, shared_, contexts_.back(), {});
    std::optional<Result<std::shared_ptr<io::TlsLink>>> dialled;
    std::unique_ptr<Connection> made;
    dialer.dial(
        {to_}, io::Protocol::overlay, std::nullopt, [&](Result<std::shared_ptr<io::TlsLink>> link) {
          if (link) made = std::make_unique<TlsConnection>(*link);
          dialled = std::move(link);
        });
    while (!dialled) io_.run_one();
    if (!*dialled) throw std::runtime_error(dialled->error().message);
    return made;
  }

 private:
  asio::io_context& io_;
  Endpoint to_;
  std::list<io::TlsContext> contexts_;  ///< one a link: each is a node of its own
  io::LinkShared shared_;
  std::random_device random_;
};

}  // namespace

std::unique_ptr<Connector> tls_connector(asio::io_context& io, const Endpoint& to) {
  return std::make_unique<TlsConnector>(io, to);
}

}  // namespace freshet::bench
