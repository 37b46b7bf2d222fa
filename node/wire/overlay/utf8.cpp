#include "node/wire/overlay/utf8.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace freshet::wire {
namespace {

// A row of table 3-7: lead bytes, how many bytes follow, and what the first of them may be.
struct Row {
  std::uint8_t first, last, following, low, high;
};
constexpr std::array<Row, 8> kRows = {{{0xC2, 0xDF, 1, 0x80, 0xBF},
                                       {0xE0, 0xE0, 2, 0xA0, 0xBF},
                                       {0xE1, 0xEC, 2, 0x80, 0xBF},
                                       {0xED, 0xED, 2, 0x80, 0x9F},
                                       {0xEE, 0xEF, 2, 0x80, 0xBF},
                                       {0xF0, 0xF0, 3, 0x90, 0xBF},
                                       {0xF1, 0xF3, 3, 0x80, 0xBF},
                                       {0xF4, 0xF4, 3, 0x80, 0x8F}}};

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

// Bytes of the character beyond ASCII at the front of `text`, 0 when there is none.
std::size_t wide_character(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  for (const Row& row : kRows) {
    if (lead < row.first || lead > row.last) continue;
    if (text.size() <= row.following) return 0;
    if (byte_at(text, 1) < row.low || byte_at(text, 1) > row.high) return 0;
    for (std::size_t i = 2; i <= row.following; ++i) {
      if ((byte_at(text, i) & 0xC0U) != 0x80) return 0;
    }
    return row.following + 1U;
  }
  return 0;
}

// Eight bytes at a time.
bool begins_with_ascii(std::string_view text) {
  std::uint64_t bytes = 0;
  if (text.size() < sizeof bytes) return false;
  std::memcpy(&bytes, text.data(), sizeof bytes);
  return (bytes & 0x8080808080808080U) == 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    if (begins_with_ascii(text)) {
      text.remove_prefix(sizeof(std::uint64_t));
      continue;
    }
    const std::size_t length = byte_at(text, 0) < 0x80 ? 1 : wide_character(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace freshet::wire
