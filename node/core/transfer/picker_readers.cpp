// What the picker does for those who read.
#include "node/core/transfer/picker.h"

namespace freshet::core::transfer {
namespace {

// Pieces that may be open for readers whatever their length: one that is waited for, beside one
// that fills and one that is written.
constexpr std::size_t kLeastOpenForReaders = 3;

}  // namespace

bool Picker::want(bool whole, const std::vector<Reading>& readings) {
  whole_ = whole;
  ++epoch_;
  return readers_.set(readings, [this](std::uint32_t piece) { return is_done(piece); });
}

bool Picker::endgame() const {
  if (whole_) return with_free_.empty() && rarity_.waiting().empty();
  return !readers_.any([this](std::uint32_t piece) { return is_open_or_waits(piece); });
}

bool Picker::is_room_for_readers() const {
  return open_.size() < kLeastOpenForReaders
         || open_bytes_ + shape_.piece_length
                <= limits_.max_open_bytes + limits_.reader_window_bytes;
}

// Of the piece that a reader waits for any link brings a part, as long as none of several lied;
// those behind it have links of their own, as always. What is read of it comes first.
std::optional<std::uint32_t> Picker::next_for_readers(const Asker& asker) {
  if (readers_.empty()) return std::nullopt;
  const bool is_room = is_room_for_readers();
  return readers_.nearest(
      Readers::Within::window,
      [this](std::uint32_t piece) { return is_open_or_waits(piece); },
      [&](std::uint32_t piece, bool is_awaited) {
        if (rarity_.waits(piece)) return is_room && asker.have.has(piece);
        const auto at = open_.find(piece);
        const Open& open = at->second;
        const bool is_led = open.lead && !open.rests && open.lead != asker.link;
        return may_ask(*at, asker) && ((is_awaited && shares_awaited_) || !is_led);
      });
}

std::optional<BlockRange> Picker::pick_for_readers(const Asker& asker) {
  const auto piece = next_for_readers(asker);
  if (!piece) return std::nullopt;
  Open* at = find(*piece);
  return take_next(*piece, at == nullptr ? open(*piece) : *at, asker, readers_.first_block(*piece));
}

}  // namespace freshet::core::transfer
