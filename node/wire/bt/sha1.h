// SHA-1, from libcrypto, for what BitTorrent v1 names and checks with it. Trusts nothing to it: a
// content's id stays its SHA-256 tree.
#pragma once

#include <array>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire::bt {

inline constexpr std::size_t kSha1Bytes = 20;

/// What a v1 swarm is called is the SHA-1 of its info dictionary.
InfoHash sha1(ByteView bytes);

}  // namespace freshet::wire::bt
