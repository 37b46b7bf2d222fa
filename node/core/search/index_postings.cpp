#include "node/core/search/index_postings.h"

#include <algorithm>

#include "node/base/check.h"
#include "node/core/search/index_room.h"

namespace freshet::core::search {
namespace {

constexpr std::size_t kMaxVarintBytes = 5;

}  // namespace

void put_varint(std::uint32_t value, std::vector<Byte>& to) {
  while (value >= 0x80U) {
    to.push_back(static_cast<Byte>(value | 0x80U));
    value >>= 7U;
  }
  to.push_back(static_cast<Byte>(value));
}

std::uint32_t get_varint(const Byte*& at) {
  std::uint32_t value = *at & 0x7FU;
  for (std::uint32_t shift = 7; (*at++ & 0x80U) != 0; shift += 7) {
    value |= static_cast<std::uint32_t>(*at & 0x7FU) << shift;
  }
  return value;
}

PostingsView Postings::view() const {
  if (first_ == kNone) return {};
  if (!tail_) return {.first = first_, .count = 1, .deltas = {}, .skips = {}};
  return {.first = first_, .count = tail_->count, .deltas = tail_->deltas, .skips = tail_->skips};
}

void Postings::append(Slot slot) {
  if (first_ == kNone) {
    first_ = slot;
    return;
  }
  const Slot last = tail_ ? tail_->last : first_;
  if (slot == last) return;
  FRESHET_CHECK(slot > last);
  if (!tail_)
    tail_ = std::make_unique<Tail>(Tail{.last = 0, .count = 1, .deltas = {}, .skips = {}});
  make_room(tail_->deltas, kMaxVarintBytes);
  put_varint(slot - last, tail_->deltas);
  tail_->last = slot;
  if (++tail_->count % kSkipEvery == 0) {
    tail_->skips.push_back(
        {.slot = slot, .offset = static_cast<std::uint32_t>(tail_->deltas.size())});
  }
}

std::size_t Postings::memory_bytes() const {
  if (!tail_) return 0;
  return sizeof(Tail) + tail_->deltas.capacity()
         + tail_->skips.capacity() * sizeof(PostingsView::Skip);
}

PostingsCursor::PostingsCursor(const PostingsView& postings)
    : postings_(postings),
      at_(postings.deltas.data()),
      end_(at_ + postings.deltas.size()) {
  if (postings.count > 0) current_ = postings.first;
}

std::optional<Slot> PostingsCursor::seek(Slot target) {
  if (!current_ || *current_ >= target) return current_;
  skip_to(target);
  while (*current_ < target) {
    if (at_ == end_) return current_ = std::nullopt;
    *current_ += get_varint(at_);
  }
  return current_;
}

void PostingsCursor::skip_to(Slot target) {
  const auto& skips = postings_.skips;
  if (next_skip_ >= skips.size() || skips[next_skip_].slot > target) return;
  std::size_t step = 1;
  while (next_skip_ + step < skips.size() && skips[next_skip_ + step].slot <= target) step *= 2;
  const auto from = skips.begin() + static_cast<std::ptrdiff_t>(next_skip_ + step / 2);
  const auto to =
      skips.begin() + static_cast<std::ptrdiff_t>(std::min(next_skip_ + step, skips.size()));
  const auto after = std::upper_bound(
      from, to, target, [](Slot slot, const auto& skip) { return slot < skip.slot; });
  const auto& last = *std::prev(after);
  next_skip_ = static_cast<std::size_t>(after - skips.begin());
  if (last.slot <= *current_) return;  // read past it already
  current_ = last.slot;
  at_ = postings_.deltas.data() + last.offset;
}

}  // namespace freshet::core::search
