#include "node/core/search/index_terms.h"

#include <algorithm>

#include "node/base/bytes.h"
#include "node/base/check.h"
#include "node/base/digest.h"
#include "node/core/search/index_room.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

// A bucket of robin_set<uint32_t>: the number, its hash, and its distance from home.
constexpr std::size_t kBucketBytes = 12;
constexpr float kLoad = 0.8F;
// A path's words: at most one token and a half for each byte, expanded characters included.
constexpr std::size_t kPathRoom = std::size_t{kMaxTextBytes} * 16 * kMaxWordBytes / 8;

}  // namespace

TermTable::TermTable(std::uint64_t hash_key)
    : text_(std::make_unique<Text>()),
      numbers_(0, Hash{text_.get()}, Equal{text_.get()}) {
  text_->hash_key = hash_key;
  numbers_.max_load_factor(kLoad);
}

std::string_view TermTable::Text::word(TermNumber term) const {
  const std::uint32_t at = offsets[term];
  return {bytes.data() + at + 1, static_cast<Byte>(bytes[at])};
}

std::uint64_t hash_term(std::uint64_t key, std::string_view word) {
  std::uint64_t state = key ^ word.size();
  std::uint64_t chunk = 0;
  for (; word.size() >= sizeof chunk; word.remove_prefix(sizeof chunk)) {
    std::memcpy(&chunk, word.data(), sizeof chunk);
    state = Digest::mix(state ^ chunk) + key;
  }
  if (!word.empty()) {
    chunk = 0;
    std::memcpy(&chunk, word.data(), word.size());
    state = Digest::mix(state ^ chunk) + key;
  }
  return Digest::mix(state);
}

std::optional<TermNumber> TermTable::find(std::string_view word) const {
  if (numbers_.empty()) return std::nullopt;
  const auto found = numbers_.find(word);
  if (found == numbers_.end()) return std::nullopt;
  return *found;
}

TermNumber TermTable::intern(std::string_view word) {
  if (const auto known = find(word)) return *known;
  FRESHET_CHECK(word.size() <= UINT8_MAX);
  const auto term = static_cast<TermNumber>(text_->offsets.size());
  make_room(text_->offsets, 1);
  make_room(text_->bytes, word.size() + 1);
  text_->offsets.push_back(static_cast<std::uint32_t>(text_->bytes.size()));
  text_->bytes.push_back(static_cast<char>(word.size()));
  text_->bytes.insert(text_->bytes.end(), word.begin(), word.end());
  numbers_.insert(term);
  return term;
}

bool TermTable::full() const {
  return text_->bytes.size() > UINT32_MAX - kPathRoom;
}

std::size_t TermTable::memory_bytes() const {
  return sizeof(Text) + text_->bytes.capacity() + text_->offsets.capacity() * sizeof(std::uint32_t)
         + numbers_.bucket_count() * kBucketBytes;
}

}  // namespace freshet::core::search
