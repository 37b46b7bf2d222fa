// SHA-256 in one call, from libcrypto. The only cryptography on this floor.
#pragma once

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire::bt {

Sha256 sha256(ByteView bytes);
/// Of `left` followed by `right`: a node of a Merkle tree.
Sha256 sha256_pair(const Sha256& left, const Sha256& right);

}  // namespace freshet::wire::bt
