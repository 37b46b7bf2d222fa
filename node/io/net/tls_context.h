// The node's TLS identity and settings: a self-signed Ed25519 certificate made in memory from the
// node's key, TLS 1.3 alone, no tickets and no resumption. A peer's certificate must be of the same
// kind; its public key is the peer's name. The handshake proves that the peer holds the key; that
// it is of this node's mesh is proved behind it (membership.h); who else may be talked to is the
// caller's business.
#pragma once

#include <memory>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/result.h"

typedef struct ssl_st SSL;  // NOLINT(modernize-use-using): OpenSSL's own declaration

namespace freshet::io {

class Membership;

/// What a connection is for, agreed by ALPN.
enum class Protocol : std::uint8_t {
  overlay,   ///< "freshet/1": frames
  transfer,  ///< "freshet-bt/1": a BitTorrent stream
  relay,     ///< "freshet-relay/1": a third joins two nodes (node/io/host/relay_frames.h)
  torrent,   ///< "freshet-torrent/1": who serves a torrent (node/wire/overlay/publication.h)
};

/// What a handshake finds out about the peer, and what was asked of it.
struct PeerCheck {
  std::optional<NodeKey> expected;  ///< any other key ends the handshake
  std::optional<NodeKey> key;       ///< claimed; proven once the handshake is done
  bool wrong_key = false;
};

class TlsContext {
 public:
  /// `secret`: the 32-byte seed of the node's Ed25519 key. `mesh_key`: of the private mesh; nullopt
  /// is the open one. Errors: io (OpenSSL refuses).
  static Result<TlsContext> make(ByteView secret, std::optional<ByteView> mesh_key = std::nullopt);
  TlsContext(TlsContext&&) noexcept;
  TlsContext& operator=(TlsContext&&) noexcept;
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  /// A new connection's state, to be freed with SSL_free(). `check` outlives it. Client: asks for
  /// `protocol`. nullptr: no memory.
  [[nodiscard]] SSL* new_server(PeerCheck& check) const;
  [[nodiscard]] SSL* new_client(PeerCheck& check, Protocol protocol) const;

  [[nodiscard]] const NodeKey& key() const;
  /// Never nullptr.
  [[nodiscard]] const std::shared_ptr<Membership>& membership() const;

  /// After the handshake. nullopt when none was agreed.
  static std::optional<Protocol> protocol_of(const SSL* ssl);

 private:
  struct State;
  explicit TlsContext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace freshet::io
