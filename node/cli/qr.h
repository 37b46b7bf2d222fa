// A QR code as lines of text, two modules a character. Pure; the code itself is qrcodegen's.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace freshet::cli {

struct QrCode {
  std::vector<std::string> lines;  ///< UTF-8, with escape sequences where colours were wanted
  std::size_t columns = 0;         ///< of each line on a terminal; 0: the text is too long
};

/// With `colors` the code is black on white on any terminal. Without, its light modules are drawn
/// in the text's colour, which is right where the background is dark; most cameras take both.
QrCode qr_code(const std::string& text, bool colors);

}  // namespace freshet::cli
