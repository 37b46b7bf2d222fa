// Where a tracker is asked, and in what: its URL taken apart. Pure; a parser of foreign text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/base/result.h"

namespace freshet::wire::bt {

struct TrackerUrl {
  std::string host;  ///< a name or an address, without brackets
  std::uint16_t port = 80;
  std::string target;  ///< path and query; begins with '/'
};
/// Errors: invalid: another scheme, or malformed.
Result<TrackerUrl> parse_tracker_url(std::string_view url);

}  // namespace freshet::wire::bt
