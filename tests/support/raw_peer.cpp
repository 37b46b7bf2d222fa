#include "tests/support/raw_peer.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <limits>
#include <stdexcept>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/base/endpoint.h"
#include "node/wire/overlay/bodies.h"
#include "tests/support/mesh_proof.h"
#include "tests/support/stranger_tls.h"

namespace freshet::testing {
namespace {

using Clock = std::chrono::steady_clock;

/// How long a single read or write may block. At least a millisecond: zero would mean for ever.
void set_limit(int fd, int option, std::chrono::milliseconds limit) {
  const auto left = std::max(limit, std::chrono::milliseconds(1));
  timeval time{};
  time.tv_sec = left.count() / 1000;
  time.tv_usec = (left.count() % 1000) * 1000;
  ::setsockopt(fd, SOL_SOCKET, option, &time, sizeof time);
}

std::chrono::milliseconds until(Clock::time_point deadline) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
}

}  // namespace

TcpPeer::TcpPeer(const std::string& address) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  const auto endpoint = Endpoint::parse(address);
  if (!endpoint || !endpoint->is_v4()) throw std::runtime_error("not an IPv4 address: " + address);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(endpoint->port);
  std::copy_n(endpoint->address.begin() + 12, 4, reinterpret_cast<Byte*>(&to.sin_addr));
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd_);
    throw std::runtime_error("cannot connect to " + address);
  }
  set_limit(fd_, SO_SNDTIMEO, kAnswerLimit);
}

TcpPeer::~TcpPeer() {
  ::close(fd_);
}

bool TcpPeer::send(ByteView bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TcpPeer::is_closed_within(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  std::array<Byte, 4096> ignored{};
  while (Clock::now() < deadline) {
    set_limit(fd_, SO_RCVTIMEO, until(deadline));
    const auto got = ::recv(fd_, ignored.data(), ignored.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return true;
  }
  return false;
}

TlsPeer::TlsPeer(const std::string& address,
                 const std::string& alpn,
                 std::optional<ByteView> mesh_key)
    : tcp_(address),
      context_(stranger_context(TLS_client_method(), alpn), SSL_CTX_free),
      ssl_(SSL_new(context_.get()), SSL_free) {
  set_limit(tcp_.fd(), SO_RCVTIMEO, kAnswerLimit);
  SSL_set_fd(ssl_.get(), tcp_.fd());
  if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("no TLS with " + address);
  if (!mesh_key) return;
  const bool sent = send_proof(ssl_.get(), *mesh_key);
  Sha256 theirs;
  const bool heard =
      read_exactly(theirs.bytes.data(), theirs.bytes.size(), Clock::now() + kAnswerLimit);
  if (!sent || !heard) throw std::runtime_error("no proof of membership from " + address);
}

bool TlsPeer::send(ByteView bytes) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) != 1) return false;
    bytes = bytes.subspan(sent);
  }
  return true;
}

bool TlsPeer::send_frame(const wire::FrameHeader& header, ByteView body) {
  Bytes bytes(wire::kFrameHeaderBytes);
  wire::encode_header(header, bytes.data());
  bytes.insert(bytes.end(), body.begin(), body.end());
  return send(bytes);
}

bool TlsPeer::read_exactly(Byte* to, std::size_t size, Clock::time_point deadline) {
  while (size > 0) {
    if (Clock::now() >= deadline) return false;
    set_limit(tcp_.fd(), SO_RCVTIMEO, until(deadline));
    std::size_t got = 0;
    if (SSL_read_ex(ssl_.get(), to, size, &got) != 1) {
      if (SSL_get_error(ssl_.get(), 0) == SSL_ERROR_WANT_READ) continue;
      return false;
    }
    to += got;
    size -= got;
  }
  return true;
}

std::optional<OverlayFrame> TlsPeer::receive(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  wire::EncodedHeader encoded{};
  if (!read_exactly(encoded.data(), encoded.size(), deadline)) return std::nullopt;
  OverlayFrame frame;
  frame.header = wire::decode_header(encoded.data());
  if (frame.header.body_bytes > wire::kMaxBodyBytes) return std::nullopt;
  frame.body.resize(frame.header.body_bytes);
  if (!read_exactly(frame.body.data(), frame.body.size(), deadline)) return std::nullopt;
  return frame;
}

std::optional<OverlayFrame> TlsPeer::receive(wire::FrameType type,
                                             std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (auto frame = receive(until(deadline))) {
    if (frame->header.type == type) return frame;
  }
  return std::nullopt;
}

bool TlsPeer::greet(const std::string& name) {
  wire::Hello hello;
  hello.agent = "stranger";
  hello.name = name;
  return greet(hello);
}

bool TlsPeer::greet(const wire::Hello& hello) {
  const Bytes body = wire::encode(hello);
  if (!send_frame(frame_header(wire::FrameType::hello, 1, 1, 0, body.size()), body)
      || !receive(wire::FrameType::hello)) {
    return false;
  }
  // A new link is asked at once whether it lives, and ends within seconds when nothing answers.
  const auto ping = receive(wire::FrameType::ping);
  if (!ping) return false;
  const Bytes pong = wire::encode(wire::Pong{});
  wire::FrameHeader header = ping->header;
  header.type = wire::FrameType::pong;
  header.body_bytes = static_cast<std::uint32_t>(pong.size());
  return send_frame(header, pong);
}

bool TlsPeer::is_closed_within(std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (Clock::now() < deadline) {
    Byte ignored = 0;
    if (!read_exactly(&ignored, 1, deadline) && Clock::now() < deadline) return true;
  }
  return false;
}

wire::FrameHeader frame_header(wire::FrameType type,
                               std::uint64_t guid,
                               std::uint8_t ttl,
                               std::uint8_t hops,
                               std::size_t body_bytes) {
  wire::FrameHeader header;
  header.guid.bytes.fill(0xEE);
  store_le(guid, header.guid.bytes.data());
  header.type = type;
  header.ttl = ttl;
  header.hops = hops;
  header.body_bytes = static_cast<std::uint32_t>(body_bytes);
  return header;
}

}  // namespace freshet::testing
