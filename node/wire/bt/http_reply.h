// The client's side of the little HTTP that a tracker is asked in: the request of a GET, and what
// came back. HTTP/1.0 is spoken, so that no answer comes in chunks. Pure; a
// parser of foreign bytes.
#pragma once

#include <string>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/wire/bt/tracker_url.h"

namespace freshet::wire::bt {

/// Of an answer's first line and fields.
inline constexpr std::size_t kMaxHttpReplyHeadBytes = 8192;

/// `query` is added to the target's.
std::string http_get(const TrackerUrl& url, std::string_view query);

/// The body of a whole answer (the connection was closed behind it), borrowed. Errors: invalid: no
/// answer; not_found: another status than 200, with its line.
Result<ByteView> http_body(ByteView answer);

}  // namespace freshet::wire::bt
