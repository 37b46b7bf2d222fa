// From a name to the folded words under which it is found, and from what a person types to the
// words that are looked up. Bytes in, words out; knows nothing of files, queries or the wire, and
// takes any bytes: what is not UTF-8 separates words.
//
// Folding: NFKC and full case folding (utf8proc), then marks of Latin, Greek, Cyrillic, Hebrew and
// Arabic are dropped (those of kana, Thai and the Indic scripts change the letter and stay), and a
// few letters that no decomposition covers are spelled out (ø o, ł l, æ ae ...). Decimal digits of
// any script are the ASCII ones.
//
// Splitting: a *run* is what stands between two separators (anything that is neither letter, digit,
// mark nor emoji). It falls into *parts*: at letter/digit borders, at camelCase borders (aB, and
// ABc before the B), and at an apostrophe. Scripts that are written without spaces (Han, kana,
// Thai, Lao, Khmer, Myanmar) fall into single characters.
//
// Tokens of a name: every part; every stretch of letters of a run that has several parts, written
// together; every such run written together; every two neighbouring characters of an unspaced
// script. HolidayPhotos2024.jpg is found by holiday, photos, holidayphotos, 2024, holidayphotos2024
// and jpg.
//
// The words of a query are the parts alone; where they touched they are to be found touching
// (README.md has the rule for phrases), so that HolidayPhotos finds holiday_photos and
// holidayphotos as well.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::core::search {

/// Goes up with every change of the rules above; nodes tell each other (Hello), because words
/// folded by other rules are not found.
inline constexpr std::uint32_t kTokenizerVersion = 2;

/// Of a longer text only the last bytes are read: the file's name is at the end of a path. Linux's
/// PATH_MAX.
inline constexpr std::size_t kMaxTextBytes = 4096;
/// A longer word is cut, in names and queries alike. Below the wire's limit on a query's word.
inline constexpr std::size_t kMaxWordBytes = 128;

/// One word of a text. It covers `parts` parts from number `first` on.
struct Token {
  std::uint32_t offset = 0;  ///< into Tokens::text
  std::uint16_t length = 0;  ///< 1 ... kMaxWordBytes
  std::uint16_t first = 0;
  std::uint16_t parts = 1;
  bool touches = false;   ///< a part: nothing separates it from the part before
  bool unspaced = false;  ///< a character of an unspaced script, or two
};

/// The tokens of one text. A token of several parts follows its last part. Reuse one to save
/// allocations.
struct Tokens {
  std::string text;
  std::vector<Token> list;

  [[nodiscard]] std::string_view word(const Token& token) const {
    return std::string_view(text).substr(token.offset, token.length);
  }
};

/// The tokens of a name or path. Work and output are linear in the bytes read, at most
/// kMaxTextBytes.
void tokenize(ByteView name, Tokens& out);

/// The words to look up for a typed text: one list for each run, the words that touched in their
/// order. Characters of unspaced scripts come in pairs.
std::vector<std::vector<std::string>> query_words(ByteView typed);

/// The front of `word`, at most kMaxWordBytes, cut between characters.
std::string_view cut_word(std::string_view word);

}  // namespace freshet::core::search
