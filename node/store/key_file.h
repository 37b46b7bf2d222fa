// The node's Ed25519 key on disk: made on first use, PEM (PKCS#8), readable by its owner alone.
// Makes no certificate and signs nothing.
#pragma once

#include <array>
#include <string>

#include "node/base/ids.h"
#include "node/base/result.h"

namespace freshet::store {

/// The 32-byte seed of an Ed25519 private key (RFC 8032). Wiped when destroyed. Never log it.
class SecretKey {
 public:
  SecretKey() = default;
  explicit SecretKey(const std::array<Byte, 32>& bytes) : bytes_(bytes) {}
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  SecretKey(SecretKey&&) = default;
  SecretKey& operator=(SecretKey&&) = default;
  ~SecretKey();

  /// For EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, …).
  [[nodiscard]] ByteView view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<Byte, 32> bytes_{};
};

struct NodeIdentity {
  NodeKey key;
  SecretKey secret;
};

/// Reads the key in `file`, or makes one there (0600, written whole or not at all) when there is no
/// such file. A file that others may read, or that holds no Ed25519 key, is an Error (io) that says
/// what to do; it is never replaced.
Result<NodeIdentity> load_or_create_key(const std::string& file);

}  // namespace freshet::store
