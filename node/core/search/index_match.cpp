#include "node/core/search/index_match.h"

#include <algorithm>
#include <optional>
#include <string>

#include "node/core/search/spaced_words.h"

namespace freshet::core::search {
namespace {

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  all_words(text, [&](std::string_view word) {
    words.push_back(word);
    return true;
  });
  return words;
}

// The bits of `joins`, far more than are ever used.
constexpr std::size_t kMaxJoins = 31;

// The chain where bit i of `joins` writes word i + 1 together with word i; nullopt when one of its
// words does not exist.
std::optional<Chain> chain_of(const std::vector<std::string_view>& words,
                              std::uint32_t joins,
                              const IndexPart& part) {
  Chain chain;
  std::string word;
  for (std::size_t i = 0; i < words.size(); ++i) {
    word += words[i];
    if (i + 1 < words.size() && i < kMaxJoins && ((joins >> i) & 1U) != 0) continue;
    const auto term = part.find(cut_word(word));
    if (!term) return std::nullopt;
    chain.push_back(*term);
    word.clear();
  }
  return chain;
}

std::optional<Chain> all_joined(const std::vector<std::string_view>& words, const IndexPart& part) {
  std::string word;
  for (const auto each : words) word += each;
  const auto term = part.find(cut_word(word));
  if (!term) return std::nullopt;
  return Chain{*term};
}

bool has_chain(const std::vector<FileToken>& file, const Chain& chain) {
  // Where the words so far may end: in order of the tokens, so not sorted, and few.
  std::vector<std::uint32_t> ends;
  for (const FileToken& token : file) {
    if (token.term == chain.front()) ends.push_back(token.end);
  }
  std::vector<std::uint32_t> next;
  for (std::size_t i = 1; i < chain.size() && !ends.empty(); ++i) {
    std::sort(ends.begin(), ends.end());
    next.clear();
    for (const FileToken& token : file) {
      if (token.term == chain[i] && std::binary_search(ends.begin(), ends.end(), token.first)) {
        next.push_back(token.end);
      }
    }
    ends.swap(next);
  }
  return !ends.empty();
}

}  // namespace

bool resolve(std::string_view words, std::size_t joined_words, const IndexPart& part, Wanted& out) {
  const auto list = words_of(words);
  if (list.empty()) return false;
  if (list.size() > joined_words) {
    if (auto chain = all_joined(list, part)) out.push_back(std::move(*chain));
    if (auto chain = chain_of(list, 0, part)) out.push_back(std::move(*chain));
    return true;
  }
  const std::uint32_t ways = 1U << (list.size() - 1);
  for (std::uint32_t joins = ways; joins-- > 0;) {
    if (auto chain = chain_of(list, joins, part)) out.push_back(std::move(*chain));
  }
  return true;
}

void put_token(TermNumber term, std::uint32_t parts, std::vector<Byte>& to) {
  put_varint(term * 2 + (parts > 1 ? 1 : 0), to);
  if (parts > 1) put_varint(parts, to);
}

void get_tokens(ByteView stream, std::vector<FileToken>& out) {
  out.clear();
  std::uint32_t parts = 0;
  const Byte* at = stream.data();
  const Byte* const end = at + stream.size();
  while (at != end) {
    const std::uint32_t word = get_varint(at);
    const bool joined = (word & 1U) != 0;
    if (!joined) ++parts;
    const std::uint32_t covered = joined ? get_varint(at) : 1;
    out.push_back({.term = word / 2, .first = parts - covered, .end = parts});
  }
}

bool matches(const std::vector<FileToken>& file, const Wanted& wanted) {
  return std::any_of(
      wanted.begin(), wanted.end(), [&](const Chain& chain) { return has_chain(file, chain); });
}

}  // namespace freshet::core::search
