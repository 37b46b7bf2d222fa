#include "node/cli/qr.h"

#include <stdexcept>
#include <string_view>

#include <qrcodegen/qrcodegen.hpp>

namespace freshet::cli {
namespace {

// Modules of light around the code: the standard wants 4, cameras need less, a terminal is small.
constexpr int kQuiet = 2;
// Black on white of the 256 colours' cube, which themes leave alone.
constexpr std::string_view kBlackOnWhite = "\033[38;5;16;48;5;231m";
constexpr std::string_view kPlain = "\033[0m";

// Two modules, one above the other, by which of them are to be drawn.
std::string_view half_blocks(bool upper, bool lower) {
  if (upper) return lower ? "\u2588" : "\u2580";
  return lower ? "\u2584" : " ";
}

std::string line_of(const qrcodegen::QrCode& code, int y, bool colors) {
  const int size = code.getSize();
  std::string line(colors ? kBlackOnWhite : "");
  for (int x = -kQuiet; x < size + kQuiet; ++x) {
    // Outside is light. Drawn is what is dark on white paper, or what is light on a dark terminal.
    const bool upper = code.getModule(x, y) == colors;
    const bool below = y + 1 < size + kQuiet;
    const bool lower = below ? code.getModule(x, y + 1) == colors : false;
    line += half_blocks(upper, lower);
  }
  return line + std::string(colors ? kPlain : "");
}

}  // namespace

QrCode qr_code(const std::string& text, bool colors) {
  try {
    const auto code = qrcodegen::QrCode::encodeText(text.c_str(), qrcodegen::QrCode::Ecc::LOW);
    QrCode drawn;
    drawn.columns = static_cast<std::size_t>(code.getSize() + 2 * kQuiet);
    for (int y = -kQuiet; y < code.getSize() + kQuiet; y += 2)
      drawn.lines.push_back(line_of(code, y, colors));
    return drawn;
  } catch (const std::length_error&) {
    return {};
  }
}

}  // namespace freshet::cli
