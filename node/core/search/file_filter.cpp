#include "node/core/search/file_filter.h"

#include <algorithm>
#include <string>

#include "node/base/bytes.h"
#include "node/core/search/file_kinds.h"
#include "node/core/search/spaced_words.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

bool has_word(const Tokens& tokens, std::string_view word) {
  return std::any_of(tokens.list.begin(), tokens.list.end(), [&](const Token& token) {
    return tokens.word(token) == word;
  });
}

bool has_words(const Tokens& tokens, std::string_view words) {
  return all_words(words, [&](std::string_view word) { return has_word(tokens, word); });
}

bool has_extension(const wire::QueryFilter& filter, std::string_view path) {
  if (filter.extensions.empty() && filter.kinds == 0) return true;
  const std::string extension = extension_of(path);
  const bool named = filter.extensions.empty()
                     || std::find(filter.extensions.begin(), filter.extensions.end(), extension)
                            != filter.extensions.end();
  if (!named || filter.kinds == 0) return named;
  const auto kind = kind_of_extension(extension);
  return kind && (filter.kinds & static_cast<std::uint32_t>(*kind)) != 0;
}

bool is_in_folders(const wire::QueryFilter& filter, std::string_view path) {
  if (filter.folders.empty()) return true;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return false;
  Tokens tokens;
  tokenize(bytes_of(path.substr(0, slash)), tokens);
  return std::all_of(filter.folders.begin(), filter.folders.end(), [&](const std::string& words) {
    return has_words(tokens, words);
  });
}

bool says(const std::string& text, const std::vector<std::string>& wanted) {
  if (wanted.empty()) return true;
  Tokens tokens;
  tokenize(bytes_of(text), tokens);
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& words) {
    return has_words(tokens, words);
  });
}

bool says_of_itself(const wire::QueryFilter& filter, const wire::FileMetadata* metadata) {
  if (!filter.asks_for_metadata()) return true;
  return metadata != nullptr && says(metadata->artist, filter.artists)
         && says(metadata->title, filter.titles) && says(metadata->album, filter.albums);
}

}  // namespace

bool passes(const wire::QueryFilter& filter, const FileFacts& file) {
  if (file.size_bytes < filter.size_from_bytes) return false;
  if (filter.size_below_bytes != 0 && file.size_bytes >= filter.size_below_bytes) return false;
  if (filter.max_age_s != 0 && file.age_s > std::int64_t{filter.max_age_s}) return false;
  if (!filter.id_prefix.empty()
      && (!file.content || !file.content->hex().starts_with(filter.id_prefix))) {
    return false;
  }
  return has_extension(filter, file.path) && is_in_folders(filter, file.path)
         && says_of_itself(filter, file.metadata);
}

bool is_for_node(const wire::QueryFilter& filter, const NodeKey& key, std::string_view name) {
  if (filter.peer.empty()) return true;
  if (filter.peer.size() >= kMinKeyPrefix && key.hex().starts_with(filter.peer)) return true;
  Tokens tokens;
  tokenize(bytes_of(name), tokens);
  return !tokens.list.empty() && has_words(tokens, filter.peer);
}

}  // namespace freshet::core::search
