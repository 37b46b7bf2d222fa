// HMAC-SHA-256 (RFC 2104, FIPS 198-1), from libcrypto: the proofs and tags of a private mesh.
#pragma once

#include <initializer_list>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire::bt {

/// Of `purpose`, a zero byte, and `parts` in a row. A purpose has no zero byte, so uses of one key
/// under different purposes never meet; parts are of fixed sizes, or the last one alone is not.
Sha256 keyed_hash(ByteView key, std::string_view purpose, std::initializer_list<ByteView> parts);

/// In a time that does not depend on where they differ.
bool equal_in_constant_time(ByteView a, ByteView b);

}  // namespace freshet::wire::bt
