// Requests and replies as bytes and back, and the length before each of them. Pure functions.
#pragma once

#include <cstdint>
#include <optional>

#include "node/api/messages.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace freshet::api {

/// Before each message: its length, little-endian.
inline constexpr std::size_t kLengthBytes = 4;
inline constexpr std::uint32_t kMaxRequestBytes = 64 * 1024;
inline constexpr std::uint32_t kMaxReplyBytes = 4 * 1024 * 1024;

/// With the length before it. A reply beyond kMaxReplyBytes becomes an Error that says so.
Bytes encode_request(const Request& request);
Bytes encode_reply(const Reply& reply);

/// Without the length. The error (always ErrorCode::invalid) is for the client to read: malformed,
/// beyond a limit, of another protocol version, or unknown here.
Result<Request> decode_request(ByteView from);
/// nullopt for what no daemon of this version sends.
std::optional<Reply> decode_reply(ByteView from);

}  // namespace freshet::api
