// What a query asks of a file beside its words, as it travels in a Query (overlay.proto). Rare, so
// a query without one pays nothing for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::wire {

/// Kinds of files, by their extension (core/search/file_kinds.h). Bits of QueryFilter.kinds; never
/// given another meaning.
enum class FileKind : std::uint32_t {
  audio = 1,
  video = 2,
  image = 4,
  document = 8,
  archive = 16,
  program = 32,
};

struct QueryFilter {
  struct AnyOf {
    std::vector<std::string> words;     ///< folded; several are a phrase, separated by one space
    std::vector<std::string> prefixes;  ///< folded
  };
  std::vector<AnyOf> any_of;            ///< one of each must match
  std::vector<std::string> extensions;  ///< folded, without the dot; none: any
  std::uint32_t kinds = 0;              ///< FileKind bits; 0: any
  std::uint64_t size_from_bytes = 0;
  std::uint64_t size_below_bytes = 0;  ///< 0: no limit
  std::uint32_t max_age_s = 0;         ///< since it was last modified; 0: any
  std::vector<std::string> folders;    ///< folded words, all in the folders' names
  std::string peer;                    ///< a name's words or a key's first hex digits; empty: any
  std::string id_prefix;               ///< lower-case hex digits; empty: any
  /// Folded words, all in what the file says of itself (file_metadata.h).
  std::vector<std::string> artists;
  std::vector<std::string> titles;
  std::vector<std::string> albums;

  [[nodiscard]] bool empty() const;
  /// Of all lists, for the limit on a query's words (kMaxQueryWords).
  [[nodiscard]] std::size_t words() const;
  [[nodiscard]] bool asks_for_metadata() const;
  /// A file's facts are needed, not its words alone.
  [[nodiscard]] bool asks_for_facts() const;
};

Bytes encode(const QueryFilter& filter);
/// nullopt for what is malformed, has more than `max_words`, or a word that is empty, longer than
/// kMaxQueryWordBytes or not UTF-8.
std::optional<QueryFilter> decode_query_filter(ByteView body, std::size_t max_words);

}  // namespace freshet::wire
