// One TLS connection. asio tells when the socket is ready; OpenSSL works on flat memory (flat_bio.h). What arrives is
// decrypted until nothing is left and handed over at once; what is sent gathers in one plaintext buffer and goes out in
// one flush per turn of the loop, in full records: a record per frame would cost a hundred times as much.
// All calls and callbacks are on the io thread. Callbacks never come from within send(), close() or abort().
#pragma once

#include <asio/ip/tcp.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/io/net/tls_context.h"

namespace freshet::io {

class TlsLink;

enum class LinkEnd : std::uint8_t {
  closed,      ///< by close() or abort() here
  eof,         ///< by the peer, in good order
  reset,       ///< the connection broke
  protocol,    ///< not TLS, or TLS that failed
  wrong_key,   ///< the peer is not who was expected
  timed_out,   ///< the handshake took too long
};
const char* to_string(LinkEnd end);

class LinkHandler {
 public:
  LinkHandler() = default;
  LinkHandler(const LinkHandler&) = delete;
  LinkHandler& operator=(const LinkHandler&) = delete;
  virtual ~LinkHandler() = default;
  /// The handshake is done: peer() and protocol() are known. The handler may be replaced from here on.
  virtual void on_link_up(TlsLink& link) = 0;
  /// Decrypted bytes in order; borrowed until it returns.
  virtual void on_link_data(TlsLink& link, ByteView bytes) = 0;
  /// Half of the buffer or more was sent since this was last said.
  virtual void on_link_writable(TlsLink& link) = 0;
  /// The last call for this link.
  virtual void on_link_closed(TlsLink& link, LinkEnd end) = 0;
};

/// Buffers that all links of one io thread share, and the flush that they have in common.
class LinkShared {
 public:
  explicit LinkShared(asio::io_context& io);
  ~LinkShared();
  LinkShared(const LinkShared&) = delete;
  LinkShared& operator=(const LinkShared&) = delete;

 private:
  friend class TlsLink;
  struct State;
  std::unique_ptr<State> state_;
};

struct LinkLimits {
  std::size_t buffer_bytes = std::size_t{256} * 1024;  ///< plaintext that may wait to be sent
  std::chrono::milliseconds handshake{5000};
  std::chrono::milliseconds linger{2000};  ///< for what is unsent at close()
};

class TlsLink : public std::enable_shared_from_this<TlsLink> {
 public:
  /// Takes a connected socket. `first`: bytes that were read from it already. The handshake begins with start().
  static std::shared_ptr<TlsLink> server(
      LinkShared& shared, const TlsContext& tls, asio::ip::tcp::socket socket, LinkLimits limits, Bytes first);
  static std::shared_ptr<TlsLink> client(LinkShared& shared,
                                         const TlsContext& tls,
                                         asio::ip::tcp::socket socket,
                                         LinkLimits limits,
                                         Protocol protocol);
  ~TlsLink();
  TlsLink(const TlsLink&) = delete;
  TlsLink& operator=(const TlsLink&) = delete;

  /// Accept only this key. Before start().
  void expect(const NodeKey& key);
  void start(LinkHandler& handler);
  void set_handler(LinkHandler& handler);

  [[nodiscard]] const NodeKey& peer() const;      ///< REQUIRES: up
  [[nodiscard]] Protocol protocol() const;        ///< REQUIRES: up
  [[nodiscard]] const Endpoint& remote() const;   ///< zero where it is not known any more
  [[nodiscard]] std::uint64_t bytes_in() const;   ///< on the wire
  [[nodiscard]] std::uint64_t bytes_out() const;

  /// What the buffer takes now, in bytes.
  [[nodiscard]] std::size_t room() const;
  /// Appends both, to be flushed in this turn of the loop. REQUIRES: up, and both fit into room().
  void send(ByteView first, ByteView second);
  /// A larger buffer, for links that carry bulk.
  void set_buffer_bytes(std::size_t bytes);

  /// Sends what waits, within the limit, then closes. Nothing more is received.
  void close();
  /// Closes at once.
  void abort();

 private:
  struct State;
  explicit TlsLink(std::unique_ptr<State> state);
  void wait_readable();
  void on_readable();
  void take_in(ByteView ciphertext);
  bool shake_hands();
  bool decrypt();
  void mark_dirty();
  void flush();
  void encrypt();
  void send_ciphertext();
  void wait_writable();
  void say_writable();
  void finish_close();
  void end(LinkEnd end);
  void arm_timer(std::chrono::milliseconds after, LinkEnd then);

  friend class LinkShared;
  std::unique_ptr<State> state_;
};

/// The endpoint of an asio address and port.
Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint);
asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint);

}  // namespace freshet::io
