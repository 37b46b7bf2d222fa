// The proof that a node is of a mesh, bound to one TLS connection: an HMAC under the mesh's key of
// what only the two ends of that connection can know (the exporter of RFC 5705 and RFC 8446 7.5),
// of who is proving, and of both keys. So it is worth nothing on another connection (relayed or
// replayed), nor sent back to where it came from (reflected), nor between other keys.
// Nothing here keeps state or reads from a network.
#pragma once

#include <optional>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::io {

/// RFC 5705, section 4: a label that is registered nowhere begins so.
inline constexpr std::string_view kMeshExporterLabel = "EXPERIMENTAL freshet mesh 1";
inline constexpr std::size_t kMeshKeyBytes = 32;
inline constexpr std::size_t kMeshProofBytes = Sha256::kSize;

/// The key of the open mesh, which everybody knows.
ByteView open_mesh_key();

/// Which end of the TLS connection proves.
enum class TlsRole : std::uint8_t { client, server };

/// What a proof is bound to.
struct ProofBinding {
  TlsRole role = TlsRole::client;
  NodeKey prover;
  NodeKey verifier;
  Sha256 exporter;  ///< kMeshExporterLabel, no context
};

Sha256 mesh_proof(ByteView mesh_key, const ProofBinding& binding);

}  // namespace freshet::io
