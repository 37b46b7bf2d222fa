// Where a tracker is asked, and in what: its URL taken apart. Pure; a parser of foreign text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/base/result.h"

namespace freshet::wire::bt {

struct TrackerUrl {
  enum class Scheme : std::uint8_t { http, udp };  ///< BEP 3, BEP 15
  Scheme scheme = Scheme::http;
  std::string host;         ///< a name or an address, without brackets
  std::uint16_t port = 80;  ///< never 0
  std::string target;       ///< path and query; begins with '/'. Not said over UDP.
};
/// Errors: invalid: another scheme, or malformed; one of udp:// must name its port.
Result<TrackerUrl> parse_tracker_url(std::string_view text);

}  // namespace freshet::wire::bt
