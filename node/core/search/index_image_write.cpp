#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "node/core/search/index_image.h"
#include "node/core/search/index_image_layout.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;

class Writer {
 public:
  Writer(const IndexPart& part, std::uint64_t hash_key, const std::function<void(ByteView)>& sink)
      : part_(part),
        sink_(sink) {
    footer_.version = index_image_version();
    footer_.hash_key = hash_key;
    footer_.terms = part.terms();
    footer_.slots = part.slots();
  }

  void write() {
    write_words();
    write_postings();
    write_files();
    begin(ImageSection::end);
    put_value(footer_);
    flush();
  }

 private:
  void put(ByteView bytes) {
    piece_.insert(piece_.end(), bytes.begin(), bytes.end());
    written_ += bytes.size();
    if (piece_.size() >= kPieceBytes) flush();
  }
  template <typename Value>
  void put_value(const Value& value) {
    std::array<Byte, sizeof(Value)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof(Value));
    put(bytes);
  }
  template <typename Value>
  void put_values(const std::vector<Value>& values) {
    for (const Value& value : values) put_value(value);
  }
  void flush() {
    if (!piece_.empty()) sink_(piece_);
    piece_.clear();
  }
  /// What comes is of this section, and the one before ends.
  void begin(ImageSection section) {
    const auto number = static_cast<std::size_t>(section);
    if (number > 0) footer_.sections.at(number - 1).bytes = written_ - last_at_;
    while (written_ % kImageAlignment != 0) put_value(Byte{0});
    last_at_ = written_;
    if (number < kImageSections) footer_.sections.at(number).at = written_;
  }

  void write_words() {
    begin(ImageSection::text);
    std::vector<std::uint32_t> offsets;
    std::uint32_t offset = 0;
    for (TermNumber term = 0; term < part_.terms(); ++term) {
      const std::string_view word = part_.word(term);
      offsets.push_back(offset);
      put_value(static_cast<Byte>(word.size()));
      put(bytes_of(word));
      offset += static_cast<std::uint32_t>(word.size()) + 1;
    }
    begin(ImageSection::offsets);
    put_values(offsets);
    begin(ImageSection::buckets);
    put_values(buckets());
    begin(ImageSection::sorted);
    std::vector<TermNumber> sorted(part_.terms());
    std::iota(sorted.begin(), sorted.end(), TermNumber{0});
    std::sort(sorted.begin(), sorted.end(), [&](TermNumber a, TermNumber b) {
      return part_.word(a) < part_.word(b);
    });
    put_values(sorted);
  }

  // At most two thirds of them taken.
  std::vector<std::uint32_t> buckets() {
    std::vector<std::uint32_t> taken(
        std::bit_ceil(std::size_t{part_.terms()} + part_.terms() / 2 + 1));
    for (TermNumber term = 0; term < part_.terms(); ++term) {
      std::size_t at = hash_term(footer_.hash_key, part_.word(term)) & (taken.size() - 1);
      while (taken[at] != 0) at = (at + 1) & (taken.size() - 1);
      taken[at] = term + 1;
    }
    return taken;
  }

  void write_postings() {
    begin(ImageSection::firsts);
    for (TermNumber term = 0; term < part_.terms(); ++term) put_value(part_.postings(term).first);
    begin(ImageSection::runs);
    std::vector<Byte> count;
    std::uint32_t run = 0;
    for (TermNumber term = 0; term < part_.terms(); ++term) {
      put_value(run);
      run += static_cast<std::uint32_t>(run_of(term, count) + count.size());
    }
    put_value(run);
    begin(ImageSection::deltas);
    for (TermNumber term = 0; term < part_.terms(); ++term) {
      run_of(term, count);
      put(count);
      put(part_.postings(term).deltas);
    }
    write_skips();
  }
  /// Bytes of differences; what precedes them into `count`.
  std::size_t run_of(TermNumber term, std::vector<Byte>& count) {
    const PostingsView postings = part_.postings(term);
    count.clear();
    if (postings.count > 1) put_varint(postings.count, count);
    return postings.deltas.size();
  }
  void write_skips() {
    begin(ImageSection::skipping);
    std::uint32_t first = 0;
    for (TermNumber term = 0; term < part_.terms(); ++term) {
      const auto skips = static_cast<std::uint32_t>(part_.postings(term).skips.size());
      if (skips > 0) put_value(ImageSkipping{.term = term, .first = first});
      first += skips;
    }
    begin(ImageSection::skips);
    for (TermNumber term = 0; term < part_.terms(); ++term) {
      for (const PostingsView::Skip& skip : part_.postings(term).skips) put_value(skip);
    }
  }

  void write_files() {
    begin(ImageSection::starts);
    std::uint32_t start = 0;
    for (Slot slot = 0; slot < part_.slots(); ++slot) {
      put_value(start);
      start += static_cast<std::uint32_t>(part_.tokens(slot).size());
    }
    put_value(start);
    begin(ImageSection::tokens);
    for (Slot slot = 0; slot < part_.slots(); ++slot) put(part_.tokens(slot));
  }

  const IndexPart& part_;
  const std::function<void(ByteView)>& sink_;
  ImageFooter footer_;
  Bytes piece_;
  std::uint64_t written_ = 0;
  std::uint64_t last_at_ = 0;
};

}  // namespace

void write_index_image(const IndexPart& part,
                       std::uint64_t hash_key,
                       const std::function<void(ByteView)>& sink) {
  Writer(part, hash_key, sink).write();
}

}  // namespace freshet::core::search
