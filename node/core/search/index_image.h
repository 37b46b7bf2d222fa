// A part of the index as bytes that are read where they lie: a file that is mapped costs no memory
// but the pages that lookups touch, and nothing has to be made anew when the node starts.
//
// Native integers (the bytes stay on the machine), each section from a multiple of 8:
//   text      the words, each after a byte of its length
//   offsets   u32 a word: its place in text
//   buckets   u32 each, a power of two of them: a word's number + 1, or 0; linear probing from
//             hash_term()
//   sorted    u32 a word: their numbers in alphabetical order
//   firsts    u32 a word: the first file that has it
//   runs      u32 a word, and one: where its run in deltas begins, and the last ends
//   deltas    of words of several files: how many, then the differences (index_postings.h)
//   skipping  (u32 word, u32 place in skips) for each word with skips, ascending
//   skips     (index_postings.h)
//   starts    u32 a file, and one: where its tokens begin, and the last end
//   tokens    (index_match.h)
// and a footer, by which all of them are found.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/core/search/index_part.h"

namespace freshet::core::search {

/// Another layout, or another tokenizer, has another.
std::uint64_t index_image_version();

/// Hands over the image of a part, piece by piece. `hash_key`: random in a daemon (see Index).
void write_index_image(const IndexPart& part,
                       std::uint64_t hash_key,
                       const std::function<void(ByteView)>& sink);

/// A part that reads `image`, at an address that is a multiple of 8, for as long as it is kept by
/// `keeper`. Sections are checked to be there and whole, not what they hold: the caller knows, by a
/// checksum, that the bytes are those that were written. Errors: invalid.
Result<std::shared_ptr<const IndexPart>> open_index_image(ByteView image,
                                                          std::shared_ptr<const void> keeper);

}  // namespace freshet::core::search
