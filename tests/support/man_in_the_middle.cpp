#include "tests/support/man_in_the_middle.h"

#include <array>
#include <csignal>
#include <memory>
#include <optional>
#include <stdexcept>

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/bytes.h"
#include "tests/support/raw_peer.h"
#include "tests/support/stranger_tls.h"

namespace freshet::testing {
namespace {

constexpr int kLookEveryMs = 20;
constexpr std::size_t kBufferBytes = 16384;

using Context = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using Ssl = std::unique_ptr<SSL, decltype(&SSL_free)>;

// One side of what he holds: TLS, or the bare socket.
struct Side {
  int fd = -1;
  SSL* ssl = nullptr;

  [[nodiscard]] bool has_more() const { return ssl != nullptr && SSL_pending(ssl) > 0; }
  [[nodiscard]] std::int64_t read(std::array<Byte, kBufferBytes>& to) const {
    if (ssl != nullptr) return SSL_read(ssl, to.data(), static_cast<int>(to.size()));
    return ::recv(fd, to.data(), to.size(), 0);
  }
  void write(const std::array<Byte, kBufferBytes>& from, std::size_t size) const {
    if (ssl != nullptr) {
      SSL_write(ssl, from.data(), static_cast<int>(size));
    } else {
      (void)::send(fd, from.data(), size, MSG_NOSIGNAL);
    }
  }
};

// True when bytes went from one to the other; false at the end.
std::optional<std::size_t> pass(const Side& from, const Side& to) {
  std::array<Byte, kBufferBytes> buffer{};
  const auto got = from.read(buffer);
  if (got <= 0) return std::nullopt;
  to.write(buffer, static_cast<std::size_t>(got));
  return static_cast<std::size_t>(got);
}

}  // namespace

ManInTheMiddle::ManInTheMiddle(const std::string& victim, Meddling meddling)
    : victim_(victim),
      meddling_(meddling) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof here;
  auto* const address = reinterpret_cast<sockaddr*>(&here);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener_, address, size) != 0 || ::listen(listener_, 8) != 0
      || ::getsockname(listener_, address, &size) != 0) {
    ::close(listener_);
    throw std::runtime_error("no socket to listen on");
  }
  address_ = "127.0.0.1:" + std::to_string(ntohs(here.sin_port));
  thread_ = std::thread([this] { run(); });
}

ManInTheMiddle::~ManInTheMiddle() {
  over_ = true;
  thread_.join();
  ::close(listener_);
}

void ManInTheMiddle::run() {
  while (!over_) {
    pollfd waits{.fd = listener_, .events = POLLIN, .revents = 0};
    if (::poll(&waits, 1, kLookEveryMs) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    serve(client);
    ::close(client);
  }
}

// One connection at a time, to its end.
void ManInTheMiddle::serve(int client) {
  const TcpPeer onward(victim_);
  const Context as_server(stranger_context(TLS_server_method(), "freshet/1"), SSL_CTX_free);
  const Context as_client(stranger_context(TLS_client_method(), "freshet/1"), SSL_CTX_free);
  const Ssl near(SSL_new(as_server.get()), SSL_free);
  const Ssl far(SSL_new(as_client.get()), SSL_free);
  std::array<Side, 2> sides = {Side{.fd = client}, Side{.fd = onward.fd()}};
  if (meddling_ == Meddling::decrypts) {
    SSL_set_fd(near.get(), client);
    SSL_set_fd(far.get(), onward.fd());
    if (SSL_connect(far.get()) != 1 || SSL_accept(near.get()) != 1) return;
    ++decrypted_;
    sides[0].ssl = near.get();
    sides[1].ssl = far.get();
  }
  std::array<pollfd, 2> waits{};
  for (std::size_t i = 0; i < 2; ++i)
    waits.at(i) = {.fd = sides.at(i).fd, .events = POLLIN, .revents = 0};
  while (!over_) {
    const bool more = sides[0].has_more() || sides[1].has_more();
    if (::poll(waits.data(), waits.size(), more ? 0 : kLookEveryMs) < 0) return;
    for (std::size_t i = 0; i < 2; ++i) {
      if (waits.at(i).revents == 0 && !sides.at(i).has_more()) continue;
      const auto size = pass(sides.at(i), sides.at(1 - i));
      if (!size) return;
      passed_ += *size;
    }
  }
}

}  // namespace freshet::testing
