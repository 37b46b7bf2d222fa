// What a TlsLink holds, for its two .cpp files. Nobody else includes this.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <openssl/ssl.h>

#include "node/io/net/flat_bio.h"
#include "node/io/net/flat_buffer.h"
#include "node/io/net/tcp_socket.h"
#include "node/io/net/tls_link.h"

namespace freshet::io {

inline constexpr std::size_t kReadBytes = std::size_t{128} * 1024;
inline constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;

struct LinkShared::State {
  explicit State(asio::io_context& the_io)
      : io(the_io),
        cipher_in(std::make_unique_for_overwrite<Byte[]>(kReadBytes)),
        plain_in(std::make_unique_for_overwrite<Byte[]>(kPlainBytes)) {}

  /// All that one read may decrypt to: OpenSSL may hold the beginning of one record from before.
  static constexpr std::size_t kPlainBytes = kReadBytes + 2 * kRecordBytes;

  asio::io_context& io;
  std::unique_ptr<Byte[]> cipher_in;
  std::unique_ptr<Byte[]> plain_in;
  FlatBuffer cipher_out;  ///< what OpenSSL writes; empty between any two links' turns
  BufferPool pool;
  std::vector<std::shared_ptr<TlsLink>> dirty;
  std::vector<std::shared_ptr<TlsLink>>
      flushing;  ///< swapped with `dirty`, so that neither allocates
  bool flush_posted = false;
};

struct TlsLink::State {
  enum class Phase : std::uint8_t { shaking, proving, up, closing, ended };
  struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };

  // What is needed until the peer has proved its membership.
  struct Proof {
    std::shared_ptr<Membership> membership;
    NodeKey self;
    Sha256 received;
    std::size_t received_bytes = 0;
  };

  State(std::shared_ptr<LinkShared::State> the_shared, TcpSocket the_socket, LinkLimits the_limits)
      : shared(std::move(the_shared)),
        socket(std::move(the_socket.socket)),
        limits(the_limits) {}
  void use(const TlsContext& tls) {
    proof = std::make_unique<Proof>(Proof{tls.membership(), tls.key(), {}, 0});
  }

  std::shared_ptr<LinkShared::State> shared;
  FlatBio flat;
  PeerCheck check;
  std::unique_ptr<SSL, SslFree> ssl;  ///< goes before `flat` and `check`, which it points to
  asio::ip::tcp::socket socket;
  LinkLimits limits;
  LinkHandler* handler = nullptr;             ///< nobody, once abandoned
  std::unique_ptr<asio::steady_timer> timer;  ///< only until the link is up, and while closing
  std::unique_ptr<Proof> proof;               ///< until the link is up
  Protocol protocol = Protocol::overlay;
  Endpoint remote;
  Bytes first;                      ///< read before the link existed
  FlatBuffer plain;                 ///< to be encrypted
  FlatBuffer unsent;                ///< ciphertext that the system did not take
  std::size_t plain_in_flight = 0;  ///< plaintext behind `unsent`
  std::size_t sent_since_said = 0;
  std::size_t ahead_bytes = limits.buffer_bytes;  ///< that shall wait
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t records_in = 0;
  std::uint64_t records_out = 0;
  Phase phase = Phase::shaking;
  bool dirty = false;
  bool waits_writable = false;
  bool waits_readable = false;
  bool paused = false;
  bool said_goodbye = false;
};

}  // namespace freshet::io
