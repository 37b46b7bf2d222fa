// What one character is to the tokeniser, and what it folds to. Tables of scripts and marks; no
// state.
#pragma once

#include <cstdint>
#include <string>

namespace freshet::core::search {

enum class CharClass : std::uint8_t {
  separator,
  apostrophe,  ///< between letters: a border inside a run
  lower,
  upper,
  caseless,  ///< a letter without case
  digit,
  mark,      ///< belongs to the character before
  unspaced,  ///< a letter of a script that is written without spaces
  symbol,    ///< an emoji: a word by itself
};

/// The class of a code point of a text in NFKC whose dropped marks are gone.
CharClass classify(std::int32_t code_point);

/// Marks that folding drops, and the Arabic tatweel, which only stretches a line.
bool is_dropped(std::int32_t code_point);

/// Appends the case-folded UTF-8 of a code point.
void append_folded(std::int32_t code_point, std::string& to);

}  // namespace freshet::core::search
