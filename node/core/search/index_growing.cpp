#include "node/core/search/index_growing.h"

#include <algorithm>

#include "node/core/search/index_room.h"

namespace freshet::core::search {
namespace {

// Two numbers in LEB128.
constexpr std::size_t kMaxTokenBytes = 10;
constexpr std::size_t kMaxStreamBytes = UINT32_MAX - kMaxTextBytes * 64;
constexpr TermNumber kUnknown = UINT32_MAX;
// Stands between texts of one file, so that no phrase reaches over; no word of the tokeniser's.
constexpr std::string_view kGap = "\n";

}  // namespace

bool GrowingPart::full() const {
  return terms_.full() || streams_.size() > kMaxStreamBytes;
}

ByteView GrowingPart::tokens(Slot slot) const {
  const std::size_t from = starts_[slot];
  const std::size_t to = slot + 1 < starts_.size() ? starts_[slot + 1] : streams_.size();
  return ByteView(streams_).subspan(from, to - from);
}

void GrowingPart::begin_file() {
  make_room(starts_, 1);
  starts_.push_back(static_cast<std::uint32_t>(streams_.size()));
}

TermNumber GrowingPart::term_of(std::string_view word) {
  const TermNumber term = terms_.intern(word);
  if (term == postings_.size()) {
    make_room(postings_, 1);
    postings_.emplace_back();
    sorted_.add(term, terms_);
  }
  return term;
}

void GrowingPart::add_token(TermNumber term, std::uint32_t parts) {
  postings_[term].append(static_cast<Slot>(starts_.size() - 1));
  make_room(streams_, kMaxTokenBytes);
  put_token(term, parts, streams_);
}

void GrowingPart::add(ByteView relative_path, std::span<const std::string_view> more) {
  begin_file();
  const auto slash = std::find(relative_path.rbegin(), relative_path.rend(), Byte{'/'});
  auto name_at = static_cast<std::size_t>(relative_path.rend() - slash);
  if (relative_path.size() > kMaxTextBytes) name_at = 0;  // cut as a whole, from its end
  if (name_at > 0) add_folder(relative_path.first(name_at));
  add_tokens(relative_path.subspan(name_at));
  for (const std::string_view text : more) {
    if (text.empty()) continue;
    add_token(term_of(kGap), 1);
    add_tokens(bytes_of(text));
  }
}

void GrowingPart::add_tokens(ByteView text) {
  tokenize(text, scratch_);
  for (const Token& token : scratch_.list) add_token(term_of(scratch_.word(token)), token.parts);
}

// A slash separates words, and no letter or mark is joined across it: a path's tokens are those of
// its folder, and then those of its name.
void GrowingPart::add_folder(ByteView folder) {
  if (!std::ranges::equal(folder, folder_)) {
    tokenize(folder, scratch_);
    folder_.assign(folder.begin(), folder.end());
    folder_tokens_.clear();
    for (const Token& token : scratch_.list)
      folder_tokens_.push_back({term_of(scratch_.word(token)), token.parts});
  }
  for (const auto& token : folder_tokens_) add_token(token.term, token.parts);
}

void GrowingPart::add(const IndexPart& from, Slot slot, std::vector<TermNumber>& numbers) {
  if (numbers.empty()) numbers.resize(from.terms(), kUnknown);
  begin_file();
  get_tokens(from.tokens(slot), tokens_);
  for (const FileToken& token : tokens_) {
    TermNumber& number = numbers[token.term];
    if (number == kUnknown) number = term_of(from.word(token.term));
    add_token(number, token.end - token.first);
  }
}

std::size_t GrowingPart::memory_bytes() const {
  std::size_t total = terms_.memory_bytes() + sorted_.memory_bytes() + streams_.capacity()
                      + postings_.capacity() * sizeof(Postings)
                      + starts_.capacity() * sizeof(std::uint32_t);
  for (const Postings& postings : postings_) total += postings.memory_bytes();
  return total;
}

}  // namespace freshet::core::search
