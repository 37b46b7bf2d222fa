#include "node/core/transfer/uplink.h"

#include <algorithm>
#include <utility>

namespace freshet::core::transfer {

bool Uplink::unqueue(const BlockRange& block) {
  const auto at = std::find(blocks_.begin(), blocks_.end(), block);
  if (at == blocks_.end()) return false;
  blocks_.erase(at);
  return true;
}

Uplink::Flushed Uplink::flush(const SendBlock& like,
                              bool hold_blocks,
                              std::uint64_t allowance,
                              std::vector<Effect>& out) {
  if (!control_.empty() && room_ > 0) {
    // Cut anywhere: it is one stream, and no block goes before the rest.
    const std::size_t count = std::min<std::size_t>(room_, control_.size());
    Bytes rest(control_.begin() + static_cast<std::ptrdiff_t>(count), control_.end());
    control_.resize(count);
    out.emplace_back(Send{.link = like.link, .bytes = std::move(control_)});
    control_ = std::move(rest);
    room_ -= static_cast<std::uint32_t>(count);
  }
  Flushed flushed;
  while (control_.empty() && !blocks_.empty() && !hold_blocks) {
    const BlockRange block = blocks_.front();
    const auto cost = static_cast<std::uint32_t>(wire::bt::kPieceHeaderBytes) + block.length;
    if (cost > room_) break;
    if (flushed.bytes + block.length > allowance) {
      flushed.starved = true;
      break;
    }
    room_ -= cost;
    flushed.bytes += block.length;
    blocks_.pop_front();
    out.emplace_back(SendBlock{.link = like.link, .content = like.content, .block = block});
  }
  return flushed;
}

}  // namespace freshet::core::transfer
