#include "node/core/bittorrent/fetch_plan.h"

#include <algorithm>
#include <utility>

#include "node/base/check.h"

namespace freshet::core::bittorrent {

using wire::bt::BlockRange;
using wire::bt::kBlockBytes;
using wire::bt::PieceSet;

namespace {

// So many of the waiting pieces are looked at for the rarest: all of a small torrent, a sample of a
// large one.
constexpr std::size_t kSample = 256;

}  // namespace

FetchPlan::FetchPlan(const wire::bt::TorrentLayout& layout, PieceSet have, Rng rng)
    : layout_(layout),
      have_(std::move(have)),
      rng_(std::move(rng)),
      copies_(layout.piece_count(), 0) {
  FRESHET_CHECK(have_.size() == layout.piece_count());
  for (std::uint32_t piece = 0; piece < have_.size(); ++piece) {
    if (have_.has(piece)) {
      have_bytes_ += layout_.asked_of(piece);
    } else {
      waiting_.push_back(piece);
    }
  }
}

bool FetchPlan::Open::is_whole() const {
  return std::none_of(
      blocks.begin(), blocks.end(), [](const Block& it) { return it.from == kNobody; });
}

void FetchPlan::add_holder(const PieceSet& has) {
  for (std::uint32_t piece = 0; piece < has.size(); ++piece)
    if (has.has(piece)) ++copies_.at(piece);
}

void FetchPlan::remove_holder(const PieceSet& has) {
  for (std::uint32_t piece = 0; piece < has.size(); ++piece)
    if (has.has(piece)) --copies_.at(piece);
}

std::uint32_t FetchPlan::lacked_of(const PieceSet& has) const {
  std::uint32_t lacked = 0;
  for (std::uint32_t piece = 0; piece < has.size(); ++piece)
    if (has.has(piece) && !have_.has(piece)) ++lacked;
  return lacked;
}

BlockRange FetchPlan::range_of(std::uint32_t piece, std::size_t block) const {
  const auto begin = static_cast<std::uint32_t>(block * kBlockBytes);
  return {.piece = piece,
          .begin = begin,
          .length = std::min(kBlockBytes, layout_.asked_of(piece) - begin)};
}

FetchPlan::Block* FetchPlan::find(const BlockRange& block) {
  const auto found = open_.find(block.piece);
  if (found == open_.end()) return nullptr;
  const std::size_t index = block.begin / kBlockBytes;
  if (index >= found->second.blocks.size() || range_of(block.piece, index) != block) return nullptr;
  return &found->second.blocks[index];
}

void FetchPlan::open(std::uint32_t piece, PeerNumber leader) {
  const std::size_t blocks = (layout_.asked_of(piece) + kBlockBytes - 1) / kBlockBytes;
  open_[piece] = Open{.blocks = std::vector<Block>(blocks), .leader = leader};
  with_free_.insert(piece);
}

void FetchPlan::open_alone(std::uint32_t piece, std::vector<Block> suspects) {
  open(piece, kNobody);
  open_.at(piece).alone = true;
  open_.at(piece).suspects = std::move(suspects);
}

// Whoever had nothing to be asked for may be asked for what others are to bring.
void FetchPlan::note_end_game() {
  const bool was = std::exchange(is_end_game_, waiting_.empty() && with_free_.empty());
  if (is_end_game_ && !was) ++news_;
}

void FetchPlan::note_free(std::uint32_t piece) {
  const auto& blocks = open_.at(piece).blocks;
  if (std::any_of(blocks.begin(), blocks.end(), [](const Block& it) { return it.is_free(); })) {
    with_free_.insert(piece);
  } else {
    with_free_.erase(piece);
  }
}

void FetchPlan::note_given_back() {
  is_end_game_ = false;
  ++news_;
}

std::optional<BlockRange> FetchPlan::take_free(std::uint32_t piece, PeerNumber peer) {
  Open& open = open_.at(piece);
  for (std::size_t i = 0; i < open.blocks.size(); ++i) {
    if (!open.blocks[i].is_free()) continue;
    open.blocks[i].askers[0] = peer;
    // Blocks are taken in order; where one came back, the next look finds that there is none.
    if (i + 1 == open.blocks.size()) note_free(piece);
    return range_of(piece, i);
  }
  with_free_.erase(piece);
  return std::nullopt;
}

// `led`: pieces that the peer leads, or nobody; else those of others.
std::optional<BlockRange> FetchPlan::pick_open(PeerNumber peer, const May& may, bool led) {
  for (auto it = with_free_.begin(); it != with_free_.end();) {
    const std::uint32_t piece = *it++;  // may leave the set below
    Open& open = open_.at(piece);
    const bool is_led = open.leader == peer || open.leader == kNobody;
    if (is_led != led || (!is_led && open.alone) || !may(piece)) continue;
    if (led) open.leader = peer;
    if (auto block = take_free(piece, peer)) return block;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> FetchPlan::rarest(const May& may) {
  if (waiting_.empty()) return std::nullopt;
  const std::size_t start = rng_.below(waiting_.size());
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < waiting_.size() && !(best && i >= kSample); ++i) {
    const std::size_t at = (start + i) % waiting_.size();
    ++looks_;
    if (!may(waiting_[at])) continue;
    if (!best || copies_[waiting_[at]] < copies_[waiting_[*best]]) best = at;
  }
  if (!best) return std::nullopt;
  std::swap(waiting_[*best], waiting_.back());
  const std::uint32_t piece = waiting_.back();
  waiting_.pop_back();
  return piece;
}

// The end-game: nothing is left that was not asked of somebody.
std::optional<BlockRange> FetchPlan::pick_second(PeerNumber peer, const May& may) {
  note_end_game();
  if (!is_end_game_) return std::nullopt;
  for (auto& [piece, open] : open_) {
    if (open.alone || !may(piece)) continue;
    for (std::size_t i = 0; i < open.blocks.size(); ++i) {
      auto& askers = open.blocks[i].askers;
      const bool asked_once = (askers[0] == kNobody) != (askers[1] == kNobody);
      if (open.blocks[i].from != kNobody || !asked_once) continue;
      if (askers[0] == peer || askers[1] == peer) continue;
      (askers[0] == kNobody ? askers[0] : askers[1]) = peer;
      return range_of(piece, i);
    }
  }
  return std::nullopt;
}

std::optional<BlockRange> FetchPlan::pick(PeerNumber peer, const May& may) {
  auto block = pick_open(peer, may, true);
  if (!block) {
    if (const auto piece = rarest(may)) {
      open(*piece, peer);
      block = take_free(*piece, peer);
    }
  }
  if (!block) block = pick_open(peer, may, false);
  if (!block) return pick_second(peer, may);
  note_end_game();
  return block;
}

void FetchPlan::release(const BlockRange& range, PeerNumber peer) {
  Block* block = find(range);
  if (block == nullptr) return;
  for (PeerNumber& asker : block->askers)
    if (asker == peer) asker = kNobody;
  if (block->is_free()) with_free_.insert(range.piece);
  note_given_back();
}

void FetchPlan::drop(PeerNumber peer) {
  for (auto& [piece, open] : open_)
    if (open.leader == peer && !open.alone) open.leader = kNobody;
  drop_alone(peer);
  note_given_back();
}

// What must come from one alone begins again with another.
void FetchPlan::drop_alone(PeerNumber peer) {
  if (!is_wary_) return;  // there is none
  std::vector<std::uint32_t> again;
  for (auto& [piece, open] : open_) {
    if (open.leader != peer || !open.alone) continue;
    open.leader = kNobody;
    if (!open.is_whole()) again.push_back(piece);
  }
  for (const std::uint32_t piece : again) open_alone(piece, std::move(open_.at(piece).suspects));
  if (!again.empty()) note_given_back();
}

void FetchPlan::leave(PeerNumber peer) {
  for (auto& [piece, open] : open_) {
    for (Block& block : open.blocks)
      std::replace(block.askers.begin(), block.askers.end(), peer, kNobody);
    note_free(piece);
  }
  drop(peer);
}

FetchPlan::Arrival FetchPlan::arrived(const BlockRange& range, PeerNumber from) {
  Arrival arrival;
  Block* block = find(range);
  if (block == nullptr || block->from != kNobody) return arrival;
  Open& open = open_.at(range.piece);
  if (open.alone && open.leader != from) return arrival;
  arrival.kept = true;
  block->from = from;
  for (PeerNumber& asker : block->askers) {
    if (asker != kNobody && asker != from) arrival.other = asker;
    asker = kNobody;
  }
  note_free(range.piece);
  note_end_game();
  arrival.whole = open.is_whole();
  return arrival;
}

std::vector<PeerNumber> FetchPlan::contributors(const Open& open) {
  std::set<PeerNumber> all;
  for (const Block& block : open.blocks) all.insert(block.from);
  return {all.begin(), all.end()};
}

void FetchPlan::remember(const BlockRange& range, std::uint64_t digest) {
  if (Block* block = find(range)) block->digest = digest;
}

std::vector<PeerNumber> FetchPlan::passed(std::uint32_t piece) {
  const auto found = open_.find(piece);
  FRESHET_CHECK(found != open_.end());
  const auto& [blocks, leader, alone, suspects] = found->second;
  std::set<PeerNumber> guilty;
  for (std::size_t i = 0; i < suspects.size(); ++i) {
    const bool is_known = suspects[i].digest != 0 && blocks[i].digest != 0;
    if (is_known && suspects[i].digest != blocks[i].digest) guilty.insert(suspects[i].from);
  }
  open_.erase(found);
  with_free_.erase(piece);
  note_end_game();
  if (have_.add(piece)) have_bytes_ += layout_.asked_of(piece);
  return {guilty.begin(), guilty.end()};
}

std::vector<PeerNumber> FetchPlan::failed(std::uint32_t piece) {
  const auto found = open_.find(piece);
  FRESHET_CHECK(found != open_.end());
  Open& was = found->second;
  auto senders = contributors(was);
  if (senders.size() > 1) {
    is_wary_ = true;
    open_alone(piece, std::move(was.blocks));
    senders.clear();
  } else if (was.alone) {
    open_alone(piece, std::move(was.suspects));
  } else {
    open(piece, kNobody);
  }
  note_given_back();
  return senders;
}

void FetchPlan::lost(std::uint32_t piece) {
  open(piece, kNobody);
  note_given_back();
}

}  // namespace freshet::core::bittorrent
