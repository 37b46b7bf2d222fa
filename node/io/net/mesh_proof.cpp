#include "node/io/net/mesh_proof.h"

#include <array>

#include "node/wire/bt/keyed_hash.h"

namespace freshet::io {

ByteView open_mesh_key() {
  static constexpr std::array<Byte, kMeshKeyBytes> kOpen{};
  return kOpen;
}

Sha256 mesh_proof(ByteView mesh_key, const ProofBinding& binding) {
  const std::array<Byte, 1> role = {binding.role == TlsRole::client ? Byte{'C'} : Byte{'S'}};
  return wire::bt::keyed_hash(
      mesh_key,
      "freshet mesh proof 1",
      {role, binding.prover.view(), binding.verifier.view(), binding.exporter.view()});
}

}  // namespace freshet::io
