// The client's side of the little HTTP that a tracker is asked in: its URL taken apart, the request
// of a GET, and what came back. HTTP/1.0 is spoken, so that no answer comes in chunks. Pure; a
// parser of foreign bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/result.h"

namespace freshet::wire::bt {

/// Of an answer's first line and fields.
inline constexpr std::size_t kMaxHttpReplyHeadBytes = 8192;

struct HttpUrl {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 80;
  std::string target;  ///< path and query; begins with '/'
};
/// Errors: invalid: another scheme, or malformed.
Result<HttpUrl> parse_http_url(std::string_view url);

/// `query` is added to the target's.
std::string http_get(const HttpUrl& url, std::string_view query);

/// The body of a whole answer (the connection was closed behind it), borrowed. Errors: invalid: no
/// answer; not_found: another status than 200, with its line.
Result<ByteView> http_body(ByteView answer);

}  // namespace freshet::wire::bt
