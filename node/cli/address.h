// The forms of addresses on the command line. Resolves nothing.
#pragma once

#include <string_view>

namespace freshet::cli {

/// HOST, HOST:PORT, [IPv6] or [IPv6]:PORT with a port from 1 to 65535.
bool is_peer_address(std::string_view text);

/// ADDR:PORT in numbers; port 0 stands for any.
bool is_listen_address(std::string_view text);

}  // namespace freshet::cli
