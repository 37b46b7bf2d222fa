// The part of the index that files are added to, in memory alone.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/core/search/index_match.h"
#include "node/core/search/index_part.h"
#include "node/core/search/index_prefix.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {

class GrowingPart final : public IndexPart {
 public:
  /// `hash_key`: see Index.
  explicit GrowingPart(std::uint64_t hash_key) : terms_(hash_key) {}

  /// There may be no room for the words of one more path.
  [[nodiscard]] bool full() const;
  /// Adds a file, in the next slot. `more`: see Index. REQUIRES: !full().
  void add(ByteView relative_path, std::span<const std::string_view> more = {});
  /// Adds a file of another part. `numbers`: of its words here, as far as they are known; of the
  /// other part alone, and empty at first. REQUIRES: !full().
  void add(const IndexPart& from, Slot slot, std::vector<TermNumber>& numbers);

  // ---- IndexPart
  [[nodiscard]] TermNumber terms() const override { return static_cast<TermNumber>(terms_.size()); }
  [[nodiscard]] std::optional<TermNumber> find(std::string_view word) const override {
    return terms_.find(word);
  }
  [[nodiscard]] std::string_view word(TermNumber term) const override { return terms_.word(term); }
  [[nodiscard]] std::vector<TermNumber> beginning_with(std::string_view prefix) const override {
    return sorted_.matching(prefix, terms_);
  }
  [[nodiscard]] PostingsView postings(TermNumber term) const override {
    return postings_[term].view();
  }
  [[nodiscard]] Slot slots() const override { return static_cast<Slot>(starts_.size()); }
  [[nodiscard]] ByteView tokens(Slot slot) const override;
  [[nodiscard]] std::size_t memory_bytes() const override;

 private:
  void begin_file();
  void add_tokens(ByteView text);
  void add_folder(ByteView folder);
  TermNumber term_of(std::string_view word);
  /// Of the last file.
  void add_token(TermNumber term, std::uint32_t parts);

  TermTable terms_;
  SortedTerms sorted_;
  std::vector<Postings> postings_;     // by term
  std::vector<std::uint32_t> starts_;  // by slot, in streams_
  std::vector<Byte> streams_;          // the files' tokens
  // Files come folder by folder: the tokens of the last one's folder, which ends in a slash.
  struct FolderToken {
    TermNumber term;
    std::uint32_t parts;
  };
  Bytes folder_;
  std::vector<FolderToken> folder_tokens_;
  Tokens scratch_;
  std::vector<FileToken> tokens_;
};

}  // namespace freshet::core::search
