// One TLS connection. asio tells when the socket is ready; OpenSSL works on flat memory
// (flat_bio.h). What arrives is decrypted until nothing is left and handed over at once; what is
// sent gathers in one plaintext buffer and goes out in one flush per turn of the loop, in full
// records: a record per frame would cost a hundred times as much. Knows nothing of frames, pieces
// or priorities, and drops nothing: who sends keeps within room(). All calls and callbacks are on
// the io thread. Callbacks never come from within send(), close() or abort().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/tls_context.h"

namespace freshet::io {

class TlsLink;
struct TcpSocket;

enum class LinkEnd : std::uint8_t {
  closed,  ///< by close() or abort() here
  eof,     ///< by the peer, in good order (close_notify)
  cut,    ///< the peer's end of the connection closed without a word: it died, or something cut the
          ///< stream short
  reset,  ///< the connection broke
  protocol,   ///< not TLS, or TLS that failed: a certificate of the wrong kind, no protocol in
              ///< common
  wrong_key,  ///< the peer is not who was expected
  timed_out,  ///< the handshake took too long
  // Behind the handshake, before anything else (membership.h):
  other_mesh,    ///< the peer is of another private mesh
  open_peer,     ///< the peer is of the open mesh, this node of a private one
  private_peer,  ///< the peer is of a private mesh, this node of the open one
  replayed,      ///< the peer sent a proof that was made for another connection
  no_proof,      ///< the peer closed, or was silent, where its proof should have come
};
const char* to_string(LinkEnd end);
/// Not of one mesh: the peer, or this node, has the wrong key.
bool is_wrong_mesh(LinkEnd end);

class LinkHandler {
 public:
  LinkHandler() = default;
  LinkHandler(const LinkHandler&) = delete;
  LinkHandler& operator=(const LinkHandler&) = delete;
  virtual ~LinkHandler() = default;
  /// The handshake is done and the peer proved that it is of this node's mesh: peer() and
  /// protocol() are known. The handler may be replaced from here on.
  virtual void on_link_up(TlsLink& link) = 0;
  /// Decrypted bytes in order; borrowed until it returns.
  virtual void on_link_data(TlsLink& link, ByteView bytes) = 0;
  /// Half of the buffer or more was given to the system since this was last said. A sender that
  /// believes that the room is half of the buffer or less hears it at the latest when the buffer is
  /// empty.
  virtual void on_link_writable(TlsLink& link) = 0;
  /// The last call for this link.
  virtual void on_link_closed(TlsLink& link, LinkEnd end) = 0;
};

/// Buffers that all links of one io thread share, and the flush that they have in common. Outlives
/// their use of it.
class LinkShared {
 public:
  explicit LinkShared(asio::io_context& io);
  ~LinkShared();
  LinkShared(const LinkShared&) = delete;
  LinkShared& operator=(const LinkShared&) = delete;

 private:
  friend class TlsLink;
  struct State;
  std::shared_ptr<State> state_;
};

/// What one handshake may send us: a few hundred bytes are needed.
inline constexpr std::size_t kMaxHandshakeBytes = std::size_t{16} * 1024;

struct LinkLimits {
  std::size_t buffer_bytes = std::size_t{256} * 1024;  ///< plaintext that may wait to be sent
  std::chrono::milliseconds handshake{5000};
  std::chrono::milliseconds linger{
      2000};  ///< for what is unsent at close(), and the peer's goodbye
};

class TlsLink : public std::enable_shared_from_this<TlsLink> {
 public:
  /// Takes a connected socket. `first`: bytes that were read from it already. The handshake begins
  /// with start().
  static std::shared_ptr<TlsLink> server(
      LinkShared& shared, const TlsContext& tls, TcpSocket socket, LinkLimits limits, Bytes first);
  static std::shared_ptr<TlsLink> client(LinkShared& shared,
                                         const TlsContext& tls,
                                         TcpSocket socket,
                                         LinkLimits limits,
                                         Protocol protocol);
  ~TlsLink();
  TlsLink(const TlsLink&) = delete;
  TlsLink& operator=(const TlsLink&) = delete;

  /// Accept only this key: any other ends the handshake. Before start().
  void expect(const NodeKey& key);
  /// `handler` outlives the link, or hands it over to another, or calls abandon().
  void start(LinkHandler& handler);
  void set_handler(LinkHandler& handler);
  /// Shows the link to `receive`, which sets its next handler; without one it is abandoned.
  template <typename Receive>
  void hand_over(const Receive& receive) {
    clear_handler();
    receive(shared_from_this());
    if (!has_handler()) abandon();
  }

  [[nodiscard]] const NodeKey& peer() const;     ///< REQUIRES: up
  [[nodiscard]] Protocol protocol() const;       ///< REQUIRES: up
  [[nodiscard]] const Endpoint& remote() const;  ///< zero where it was gone before we asked
  [[nodiscard]] std::uint64_t bytes_in() const;  ///< on the wire, TLS included
  [[nodiscard]] std::uint64_t bytes_out() const;
  [[nodiscard]] std::uint64_t records_in() const;  ///< of data
  [[nodiscard]] std::uint64_t records_out() const;

  /// What the buffer takes now, in bytes. What the system has not taken yet counts as waiting.
  [[nodiscard]] std::size_t room() const;
  /// Appends both, to be flushed in this turn of the loop. REQUIRES: both fit into room(). Does
  /// nothing when the link is not up any more.
  void send(ByteView first, ByteView second = {});
  /// A larger buffer, for links that carry bulk.
  void set_buffer_bytes(std::size_t bytes);
  /// No more than so much shall wait, whatever the buffer takes: on_link_writable() says so after
  /// half of it went, and the kernel takes a quarter of it beyond what is under way.
  void set_ahead_bytes(std::size_t bytes);

  /// Nothing is read until resume_reading(), after what on_link_data() is being given now. While
  /// paused, the peer's end is noticed by a failing send alone.
  void pause_reading();
  void resume_reading();

  /// RFC 5705, for a proof that is bound to this connection. False when OpenSSL refuses. REQUIRES:
  /// up.
  [[nodiscard]] bool export_keying_material(std::string_view label,
                                            ByteView context,
                                            std::span<Byte> out) const;

  /// Sends what waits, within the limit, then closes. Nothing more is received. on_link_closed()
  /// follows.
  void close();
  /// Closes at once. on_link_closed() follows.
  void abort();
  /// Closes at once, and calls nobody any more.
  void abandon();

 private:
  struct State;
  explicit TlsLink(std::unique_ptr<State> state);
  void clear_handler();
  [[nodiscard]] bool has_handler() const;
  // ---- tls_link.cpp: from the handshake to the end, and what comes in
  void wait_readable();
  void on_readable();
  void take_in(ByteView ciphertext);
  bool shake_hands();
  void up();
  bool decrypt();
  void end(LinkEnd end);
  void arm_timer(std::chrono::milliseconds after, LinkEnd then);
  // ---- tls_link_proof.cpp: the proofs of membership, one each way, behind the handshake
  bool write_proof();
  bool check_proof();
  // ---- tls_link_out.cpp: what goes out
  void mark_dirty();
  void flush();
  bool encrypt();
  void ship();
  void send_unsent();
  std::size_t send_some(ByteView ciphertext);
  void wait_writable();
  void all_shipped();
  void say_goodbye();

  friend class LinkShared;
  std::unique_ptr<State> state_;
};

}  // namespace freshet::io
