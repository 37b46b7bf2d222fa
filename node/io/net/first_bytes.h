// What a connection is, told by its first bytes. Pure.
#pragma once

#include "node/base/bytes.h"

namespace freshet::io {

enum class Opening {
  undecided,   ///< a beginning of one of those below
  tls,         ///< 16 03
  bittorrent,  ///< 13 "BitTorrent protocol"
  http,        ///< a method of HTTP
  unknown,
};

/// The longest that stays undecided, plus one.
inline constexpr std::size_t kMaxOpeningBytes = 20;

Opening classify(ByteView first);

}  // namespace freshet::io
