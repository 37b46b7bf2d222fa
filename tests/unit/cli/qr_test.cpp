#include "node/cli/qr.h"

#include <string_view>

#include <doctest/doctest.h>
#include <qrcodegen/qrcodegen.hpp>

namespace freshet::cli {
namespace {

constexpr int kQuiet = 2;

// Whether the module at (x, y) is drawn, read off the characters.
bool is_drawn(const QrCode& code, int x, int y) {
  const std::string& line = code.lines.at(static_cast<std::size_t>(y / 2));
  std::size_t at = 0;
  for (int i = 0; i < x; ++i) at += line.at(at) == ' ' ? 1 : 3;
  if (line.at(at) == ' ') return false;
  const std::string_view drawn = std::string_view(line).substr(at, 3);
  return drawn == "\u2588" || drawn == (y % 2 == 0 ? "\u2580" : "\u2584");
}

}  // namespace

TEST_CASE("without colours the light modules are drawn, and a margin around them") {
  const std::string text = "freshet:1?at=192.0.2.7:7346";
  const QrCode code = qr_code(text, false);
  const auto want = qrcodegen::QrCode::encodeText(text.c_str(), qrcodegen::QrCode::Ecc::LOW);
  REQUIRE(code.columns == static_cast<std::size_t>(want.getSize() + 2 * kQuiet));
  for (int y = 0; y < want.getSize() + 2 * kQuiet; ++y) {
    for (int x = 0; x < want.getSize() + 2 * kQuiet; ++x) {
      const bool dark = want.getModule(x - kQuiet, y - kQuiet);
      if (is_drawn(code, x, y) == dark) FAIL("module " << x << ", " << y);
    }
  }
}

TEST_CASE("with colours each line is black on white, and ends so") {
  for (const std::string& line : qr_code("freshet:1", true).lines) {
    CHECK(line.starts_with("\033[38;5;16;48;5;231m"));
    CHECK(line.ends_with("\033[0m"));
  }
}

TEST_CASE("a text that no code holds has none") {
  CHECK(qr_code(std::string(5000, 'x'), true).columns == 0);
}

}  // namespace freshet::cli
