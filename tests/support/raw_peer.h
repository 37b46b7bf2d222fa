// Strangers that speak to a daemon without its code: bytes over TCP, and bytes over TLS with a key
// of their own. What they send is up to the test. Blocking, with limits; throws std::runtime_error
// when it cannot connect.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <openssl/ssl.h>

#include "node/base/bytes.h"
#include "node/io/net/mesh_proof.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/frame.h"

namespace freshet::testing {

inline constexpr std::chrono::seconds kAnswerLimit{60};

/// A TCP connection to `address` (ADDR:PORT, numbers).
class TcpPeer {
 public:
  explicit TcpPeer(const std::string& address);
  ~TcpPeer();
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;
  TcpPeer(TcpPeer&&) = delete;
  TcpPeer& operator=(TcpPeer&&) = delete;

  /// False when the other side is gone.
  bool send(ByteView bytes);
  /// Reads and forgets until the other side closes; false when it does not within `limit`.
  bool is_closed_within(std::chrono::milliseconds limit);
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

struct OverlayFrame {
  wire::FrameHeader header;
  Bytes body;
};

/// A TLS 1.3 connection under a fresh Ed25519 key and self-signed certificate.
class TlsPeer {
 public:
  /// Exchanges proofs of membership under `mesh_key`; with nullopt it sends none and reads none.
  explicit TlsPeer(const std::string& address,
                   const std::string& alpn = "freshet/1",
                   std::optional<ByteView> mesh_key = io::open_mesh_key());

  bool send(ByteView bytes);
  bool send_frame(const wire::FrameHeader& header, ByteView body);
  /// The next frame; nullopt when none comes or the link ends.
  std::optional<OverlayFrame> receive(std::chrono::milliseconds limit = kAnswerLimit);
  /// The next frame of that type; others are skipped.
  std::optional<OverlayFrame> receive(wire::FrameType type,
                                      std::chrono::milliseconds limit = kAnswerLimit);
  /// Exchanges Hello, and answers the first ping; false when the other side did not do its part.
  bool greet(const std::string& name = "stranger");
  bool greet(const wire::Hello& hello);
  bool is_closed_within(std::chrono::milliseconds limit = kAnswerLimit);
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

 private:
  bool read_exactly(Byte* to, std::size_t size, std::chrono::steady_clock::time_point deadline);

  TcpPeer tcp_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

/// A header with body length and a GUID made of `guid`.
[[nodiscard]] wire::FrameHeader frame_header(wire::FrameType type,
                                             std::uint64_t guid,
                                             std::uint8_t ttl,
                                             std::uint8_t hops,
                                             std::size_t body_bytes);

}  // namespace freshet::testing
