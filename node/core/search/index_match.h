// The parts of a query as the index sees them: which term numbers, in which order, would satisfy
// each of its words and phrases; a file's tokens; and whether the one matches the other.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/core/search/index_part.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {

/// Words that must stand one after the other, touching. Never empty.
using Chain = std::vector<TermNumber>;
/// A term or phrase of a query: one of these chains must be there. None: nothing can match.
using Wanted = std::vector<Chain>;

/// The chains for `words` (separated by spaces), of those whose words all exist. `joined_words`:
/// phrases up to so many words match however neighbours are joined. False when `words` holds no
/// word; then `out` is not touched.
bool resolve(std::string_view words, std::size_t joined_words, const IndexPart& part, Wanted& out);

/// A token of a file: covers the parts [first, end).
struct FileToken {
  TermNumber term;
  std::uint32_t first;
  std::uint32_t end;
};

/// How a file's tokens are kept: for each, in the tokeniser's order, varint(term * 2) for a part,
/// or varint(term * 2 + 1) varint(parts) for a token of the last `parts` parts.
void put_token(TermNumber term, std::uint32_t parts, std::vector<Byte>& to);
/// REQUIRES: what put_token() wrote.
void get_tokens(ByteView stream, std::vector<FileToken>& out);

bool matches(const std::vector<FileToken>& file, const Wanted& wanted);

}  // namespace freshet::core::search
