#include "node/core/search/tokenizer_fold.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <utf8proc.h>

#include "node/base/bytes.h"

namespace freshet::core::search {
namespace {

struct Range {
  std::int32_t from;
  std::int32_t to;
};

template <std::size_t N>
bool in_ranges(const std::array<Range, N>& ranges, std::int32_t code_point) {
  const auto after = std::upper_bound(
      ranges.begin(), ranges.end(), code_point, [](std::int32_t c, const Range& range) {
        return c < range.from;
      });
  return after != ranges.begin() && code_point <= std::prev(after)->to;
}

// By the mark and not by the letter below it: kana, Thai and Indic marks are not in the list, and
// nothing else takes these. Unicode 15, blocks and extended ranges of the five scripts.
constexpr std::array kDropped = {
    Range{0x0300, 0x036F},  // combining diacritical marks
    Range{0x0483, 0x0489},  // Cyrillic
    Range{0x0591, 0x05BD},  // Hebrew points and accents
    Range{0x05BF, 0x05BF},
    Range{0x05C1, 0x05C2},
    Range{0x05C4, 0x05C5},
    Range{0x05C7, 0x05C7},
    Range{0x0610, 0x061A},  // Arabic
    Range{0x0640, 0x0640},  // tatweel
    Range{0x064B, 0x065F},
    Range{0x0670, 0x0670},
    Range{0x06D6, 0x06DC},
    Range{0x06DF, 0x06E4},
    Range{0x06E7, 0x06E8},
    Range{0x06EA, 0x06ED},
    Range{0x0898, 0x089F},
    Range{0x08CA, 0x08E1},
    Range{0x08E3, 0x08FF},
    Range{0x1AB0, 0x1ACE},
    Range{0x1DC0, 0x1DFF},  // combining, extended and
                            // supplement
    Range{0x20D0, 0x20F0},  // for symbols
    Range{0xFE20, 0xFE2F},  // half marks
};

constexpr std::array kUnspaced = {
    Range{0x0E00, 0x0EFF},    // Thai, Lao
    Range{0x1000, 0x109F},    // Myanmar
    Range{0x1780, 0x17FF},    // Khmer
    Range{0x2E80, 0x2FDF},    // Han radicals
    Range{0x3005, 0x3007},    // Han iteration mark, closing mark, zero
    Range{0x3021, 0x3029},    // Hangzhou numerals
    Range{0x3031, 0x3035},    // kana repeat marks
    Range{0x3038, 0x303C},    //
    Range{0x3041, 0x30FF},    // Hiragana, Katakana
    Range{0x31F0, 0x31FF},    // Katakana extensions
    Range{0x3400, 0x4DBF},    // Han
    Range{0x4E00, 0x9FFF},    // Han
    Range{0xA9E0, 0xA9FF},    // Myanmar extended
    Range{0xAA60, 0xAA7F},    // Myanmar extended
    Range{0xF900, 0xFAFF},    // Han compatibility
    Range{0x1AFF0, 0x1B16F},  // kana extensions
    Range{0x20000, 0x3FFFF},  // Han
};

// Letters with a stroke or joined, which people without that keyboard type as these. (NFKC and case
// folding have done the rest: upper case, ß, ligatures of presentation.)
struct Spelling {
  std::int32_t from;
  std::string_view to;
};
constexpr std::array kSpellings = {
    Spelling{0x00E6, "ae"},
    Spelling{0x00F0, "d"},
    Spelling{0x00F8, "o"},
    Spelling{0x00FE, "th"},
    Spelling{0x0111, "d"},
    Spelling{0x0127, "h"},
    Spelling{0x0131, "i"},
    Spelling{0x0142, "l"},
    Spelling{0x0153, "oe"},
    Spelling{0x0167, "t"},
};

// The zeros of the basic plane's scripts; their other digits follow in order (Unicode promises it).
// NFKC leaves them apart, but people type ١٩٦٤ and 1964 for the same year.
constexpr std::array<std::int32_t, 35> kDecimalZeros = {
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0,
};

// The ASCII digit of the same value, or the code point itself.
std::int32_t plain_digit(std::int32_t code_point) {
  if (code_point < kDecimalZeros.front()) return code_point;
  const auto after = std::upper_bound(kDecimalZeros.begin(), kDecimalZeros.end(), code_point);
  const std::int32_t value = code_point - *std::prev(after);
  return value < 10 ? '0' + value : code_point;
}

void append_utf8(std::int32_t code_point, std::string& to) {
  const auto* spelling = std::find_if(kSpellings.begin(), kSpellings.end(), [&](const Spelling& s) {
    return s.from == code_point;
  });
  if (spelling != kSpellings.end()) {
    to += spelling->to;
    return;
  }
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(code_point, bytes.data());
  to += text_of({bytes.data(), static_cast<std::size_t>(length)});
}

bool is_emoji(std::int32_t code_point) {
  const auto boundary = utf8proc_get_property(code_point)->boundclass;
  return boundary == UTF8PROC_BOUNDCLASS_EXTENDED_PICTOGRAPHIC
         || boundary == UTF8PROC_BOUNDCLASS_REGIONAL_INDICATOR;
}

}  // namespace

CharClass classify(std::int32_t code_point) {
  if (code_point == '\'' || code_point == 0x2019) return CharClass::apostrophe;
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return CharClass::upper;
    case UTF8PROC_CATEGORY_LL:
      return CharClass::lower;
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_LM:
      return in_ranges(kUnspaced, code_point) ? CharClass::unspaced : CharClass::caseless;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_NL:
      return in_ranges(kUnspaced, code_point) && code_point >= 0x2E80 ? CharClass::unspaced
                                                                      : CharClass::digit;
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
      return CharClass::mark;
    case UTF8PROC_CATEGORY_SO:
      return is_emoji(code_point) ? CharClass::symbol : CharClass::separator;
    default:
      return CharClass::separator;
  }
}

bool is_dropped(std::int32_t code_point) {
  return in_ranges(kDropped, code_point);
}

void append_folded(std::int32_t code_point, std::string& to) {
  std::array<utf8proc_int32_t, 8> folded{};
  int boundary = 0;
  const auto count = utf8proc_decompose_char(
      code_point, folded.data(), folded.size(), UTF8PROC_CASEFOLD, &boundary);
  if (count <= 0 || static_cast<std::size_t>(count) > folded.size()) return;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (!is_dropped(folded[i])) append_utf8(plain_digit(folded[i]), to);
  }
}

}  // namespace freshet::core::search
