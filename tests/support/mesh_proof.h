// What a stranger on a blocking TLS connection does about membership.
#pragma once

#include <optional>

#include <openssl/ssl.h>

#include "node/base/bytes.h"
#include "node/io/net/mesh_proof.h"

namespace freshet::testing {

/// Of this connection, by its own end (`ours`) or the other one. nullopt before the handshake.
std::optional<io::ProofBinding> binding_of(SSL* ssl, bool ours);

/// Proves under `mesh_key`. False when the connection is gone.
bool send_proof(SSL* ssl, ByteView mesh_key);

/// And reads the other side's: nullopt when none comes.
std::optional<Sha256> exchange_proofs(SSL* ssl, ByteView mesh_key);

}  // namespace freshet::testing
