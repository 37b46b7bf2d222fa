// Ed25519 signatures (RFC 8032) by the node's own key or a moderator's, and their check. What is
// signed begins with a label that ends in NUL, so that a signature for one purpose means nothing
// for another.
#pragma once

#include <memory>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/result.h"

namespace freshet::store {

inline constexpr std::size_t kSignatureBytes = 64;

class Signer {
 public:
  /// `secret`: a 32-byte seed. Errors: io (OpenSSL refuses).
  static Result<Signer> make(ByteView secret);
  Signer(Signer&&) noexcept;
  Signer& operator=(Signer&&) noexcept;
  Signer(const Signer&) = delete;
  Signer& operator=(const Signer&) = delete;
  ~Signer();

  /// 64 bytes; none when OpenSSL refuses.
  [[nodiscard]] Bytes sign(std::string_view label, ByteView message) const;

 private:
  struct Key;
  explicit Signer(std::unique_ptr<Key> key);
  std::unique_ptr<Key> key_;
};

/// Whether `signature` is `signer`'s. False for a key that is none.
bool is_signed_by(const NodeKey& signer,
                  std::string_view label,
                  ByteView message,
                  ByteView signature);

}  // namespace freshet::store
