// The little of HTTP/1.1 that a tracker is asked in: a GET with a query, its fields looked at by
// name. Pure; a parser of foreign bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::wire::bt {

/// Of a request with its fields.
inline constexpr std::size_t kMaxHttpRequestBytes = 8192;

struct HttpRequest {
  std::string method;
  std::string path;  ///< without the query, as it was sent
  /// The query's pairs, unescaped; bytes of any value.
  std::vector<std::pair<std::string, std::string>> query;

  /// The first of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
};

/// How far a request goes: its bytes with the empty line; nullopt while that has not come.
std::optional<std::size_t> http_request_length(ByteView bytes);
/// nullopt: not a request, or one with escapes that are none.
std::optional<HttpRequest> parse_http_request(ByteView bytes);
/// An answer that closes the connection. `status`: "200 OK".
Bytes http_answer(std::string_view status, ByteView body);

}  // namespace freshet::wire::bt
