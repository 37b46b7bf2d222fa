// Bytes of a peer made fit for a log line.
#pragma once

#include <string>
#include <string_view>

namespace freshet::io {

/// Printable ASCII stays; everything else becomes \xHH. Cut after `most` bytes of input.
std::string escaped(std::string_view bytes, std::size_t most = 200);

}  // namespace freshet::io
