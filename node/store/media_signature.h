// Does a file begin like one that has metadata? So that the worker is not asked about the rest, and
// so that its libraries see no format but those that they are for.
#pragma once

#include <cstddef>

#include "node/base/bytes.h"

namespace freshet::store {

/// Of a file, that decide.
inline constexpr std::size_t kMediaSignatureBytes = 16;

/// `front`: the first kMediaSignatureBytes of the file, or all of a shorter one.
bool begins_like_media(ByteView front);

}  // namespace freshet::store
