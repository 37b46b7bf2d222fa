// One word's files, as ascending numbers: delta-coded, appended to at the end, read by cursors that
// skip ahead. Never shrinks; the index rebuilds itself when too much of it is dead.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::core::search {

/// A file's place in the index, in the order of addition.
using Slot = std::uint32_t;

/// Appends in LEB128, and reads it back, moving `at`. REQUIRES on reading: a whole number at `at`.
void put_varint(std::uint32_t value, std::vector<Byte>& to);
std::uint32_t get_varint(const Byte*& at);

/// A list as it is read, wherever its bytes are.
struct PostingsView {
  struct Skip {
    Slot slot = 0;
    std::uint32_t offset = 0;  ///< of the difference behind it
  };
  Slot first = 0;
  std::uint32_t count = 0;  ///< 0: none; the rest says nothing then
  ByteView deltas;
  std::span<const Skip> skips;
};

/// Layout: the first slot, then the difference to the one before for each further slot, as LEB128.
/// Every kSkipEvery-th slot is named in a skip table with the place of the difference after it. A
/// word of one file costs no allocation.
class Postings {
 public:
  static constexpr std::uint32_t kSkipEvery = 128;

  /// REQUIRES: slot is greater than all before. A repeated last slot is ignored.
  void append(Slot slot);
  /// Good until the next append().
  [[nodiscard]] PostingsView view() const;
  [[nodiscard]] std::uint32_t size() const { return view().count; }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  // Where there are two or more.
  struct Tail {
    Slot last = 0;
    std::uint32_t count = 0;
    std::vector<Byte> deltas;
    std::vector<PostingsView::Skip> skips;
  };
  static constexpr Slot kNone = UINT32_MAX;

  Slot first_ = kNone;
  std::unique_ptr<Tail> tail_;
};

/// Walks a list upward. The list must not change meanwhile.
class PostingsCursor {
 public:
  explicit PostingsCursor(const PostingsView& postings);
  explicit PostingsCursor(const Postings& postings) : PostingsCursor(postings.view()) {}
  /// The first slot not below `target`; nullopt past the end. Never moves back. Gallops over the
  /// skip table, then reads at most kSkipEvery differences.
  std::optional<Slot> seek(Slot target);

 private:
  void skip_to(Slot target);

  PostingsView postings_;
  const Byte* at_ = nullptr;
  const Byte* end_ = nullptr;
  std::size_t next_skip_ = 0;
  std::optional<Slot> current_;
};

}  // namespace freshet::core::search
