#include "node/core/transfer/picker.h"

#include <algorithm>

#include "node/base/check.h"
#include "node/base/digest.h"

namespace freshet::core::transfer {
namespace {

// Contributors of one piece beyond this number share the last one's number.
constexpr std::size_t kMaxContributors = 255;
// Pieces that may be open whatever their length: one fills while the other is verified and written.
constexpr std::size_t kLeastOpen = 2;
// Pieces that are looked at for one of this node's share of a seed.
constexpr std::size_t kLooksForShare = 256;

std::uint32_t block_number(const BlockRange& block) {
  return block.begin / wire::bt::kBlockBytes;
}

}  // namespace

Picker::Picker(const Shape& shape, Limits limits, Rng& rng)
    : shape_(shape),
      limits_(limits),
      rarity_(shape.piece_count, rng),
      readers_(shape, limits.reader_window_bytes) {}

// Who has everything makes no piece rarer than another.
void Picker::add_holder(const PieceSet& have) {
  ++epoch_;
  if (have.all()) return;
  for (std::uint32_t piece = 0; piece < have.size(); ++piece) {
    if (have.has(piece)) rarity_.more(piece);
  }
}

void Picker::remove_holder(const PieceSet& have) {
  if (have.all()) return;
  for (std::uint32_t piece = 0; piece < have.size(); ++piece) {
    if (have.has(piece)) rarity_.fewer(piece);
  }
}

void Picker::holder_got(std::uint32_t piece) {
  ++epoch_;
  rarity_.more(piece);
}

Picker::Open* Picker::find(std::uint32_t piece) {
  const auto at = open_.find(piece);
  return at == open_.end() ? nullptr : &at->second;
}

const Picker::Open* Picker::find(std::uint32_t piece) const {
  const auto at = open_.find(piece);
  return at == open_.end() ? nullptr : &at->second;
}

bool Picker::may_ask(const OpenPieces::value_type& open, const Asker& asker) {
  if (!asker.have.has(open.first)) return false;
  return !open.second.alone || !open.second.owner || *open.second.owner == asker.key;
}

std::optional<BlockRange> Picker::pick(const Asker& asker) {
  if (limits_.last_first) {
    if (const auto last = pick_last(asker)) return last;
  }
  if (const auto block = pick_for_readers(asker)) return block;
  Open* orphan = nullptr;
  Open* shared = nullptr;
  std::uint32_t orphan_piece = 0;
  std::uint32_t shared_piece = 0;
  for (const std::uint32_t piece : with_free_) {
    const auto at = open_.find(piece);
    if (!may_ask(*at, asker)) continue;
    if (!is_wanted(piece) && !is_full()) continue;  // it was begun: once it is in the way, it ends
    if (at->second.lead == asker.link) return take_next(piece, at->second, asker);
    if (!at->second.lead && orphan == nullptr) {
      orphan = &at->second;
      orphan_piece = piece;
    }
    if (shared == nullptr) {
      shared = &at->second;
      shared_piece = piece;
    }
  }
  if (orphan != nullptr) return take_next(orphan_piece, *orphan, asker);
  std::uint32_t piece = 0;
  if (Open* fresh = open_next(asker, piece)) return take_next(piece, *fresh, asker);
  if (shared != nullptr) return take_next(shared_piece, *shared, asker);
  return std::nullopt;
}

std::optional<BlockRange> Picker::pick_last(const Asker& asker) {
  const std::uint32_t piece = shape_.piece_count - 1;
  const std::uint32_t block = shape_.piece_blocks(piece) - 1;
  if (asker.owes_last || !asker.have.has(piece)) return std::nullopt;
  Open* last = find(piece);
  if (last == nullptr && rarity_.waits(piece)) last = &open(piece);
  if (last == nullptr || last->alone) return std::nullopt;
  Block& state = last->blocks[block];
  if (state.state == State::asked && state.asked == 1) {
    ++state.asked;
    return shape_.block_range(piece, block);
  }
  if (state.state != State::free) return std::nullopt;
  if (!last->lead) last->lead = asker.link;
  return take(piece, *last, block);
}

Picker::Open& Picker::open(std::uint32_t piece) {
  rarity_.remove(piece);
  Open& fresh = open_[piece];
  fresh.blocks.resize(shape_.piece_blocks(piece));
  fresh.free = static_cast<std::uint32_t>(fresh.blocks.size());
  with_free_.insert(piece);
  open_bytes_ += shape_.piece_bytes(piece);
  return fresh;
}

bool Picker::is_room_beside(std::size_t pieces, std::uint64_t bytes) const {
  return pieces < kLeastOpen || bytes + shape_.piece_length <= limits_.max_open_bytes;
}

// The one of which least is lost, one that is enough by itself before others; none where all of
// them are not enough.
std::optional<std::uint32_t> Picker::make_room(const Asker& asker) {
  if (!is_full()) return std::nullopt;
  auto least = open_.end();
  std::size_t pieces = open_.size();
  std::uint64_t bytes = open_bytes_;
  const auto cost = [&](const OpenPieces::value_type& open) {
    const bool is_enough =
        is_room_beside(open_.size() - 1, open_bytes_ - shape_.piece_bytes(open.first));
    return std::pair(!is_enough, open.second.there);
  };
  for (const std::uint32_t piece : with_free_) {
    const auto at = open_.find(piece);
    if (!at->second.is_orphan() || at->second.alone || may_ask(*at, asker)) continue;
    --pieces;
    bytes -= shape_.piece_bytes(piece);
    if (least == open_.end() || cost(*at) < cost(*least)) least = at;
  }
  if (least == open_.end() || !is_room_beside(pieces, bytes)) return std::nullopt;
  const auto waiting = rarity_.waiting();
  if (std::none_of(waiting.begin(), waiting.end(), [&](std::uint32_t piece) {
        return asker.have.has(piece) && is_wanted(piece);
      }))
    return std::nullopt;
  const std::uint32_t piece = least->first;
  open_bytes_ -= shape_.piece_bytes(piece);
  with_free_.erase(piece);
  open_.erase(least);
  rarity_.insert(piece);
  readers_.freed(piece);
  ++epoch_;
  return piece;
}

Picker::Open* Picker::open_next(const Asker& asker, std::uint32_t& piece) {
  if (is_full()) return nullptr;
  const auto next = next_waiting(asker);
  if (!next) return nullptr;
  piece = *next;
  return &open(piece);
}

std::optional<std::uint32_t> Picker::next_waiting(const Asker& asker) {
  if (whole_) {
    if (asker.share != nullptr) {
      if (const auto mine = next_of_share(*asker.share)) return mine;
    }
    const auto waiting = rarity_.waiting();
    const auto rarest = std::find_if(
        waiting.begin(), waiting.end(), [&](std::uint32_t piece) { return asker.have.has(piece); });
    return rarest == waiting.end() ? std::nullopt : std::optional(*rarest);
  }
  return readers_.nearest(
      Readers::Within::range,
      [this](std::uint32_t piece) { return is_open_or_waits(piece); },
      [&](std::uint32_t piece, bool) { return rarity_.waits(piece) && asker.have.has(piece); });
}

// Of what the seed alone has.
std::optional<std::uint32_t> Picker::next_of_share(const SeedShare& share) const {
  auto unseen = rarity_.held_by_none();
  unseen = unseen.first(std::min(unseen.size(), kLooksForShare));
  const auto mine = std::find_if(
      unseen.begin(), unseen.end(), [&](std::uint32_t piece) { return share.is_mine(piece); });
  return mine == unseen.end() ? std::nullopt : std::optional(*mine);
}

BlockRange Picker::take(std::uint32_t piece, Open& open, std::uint32_t block) {
  FRESHET_CHECK(open.blocks[block].state == State::free);
  open.blocks[block].state = State::asked;
  open.blocks[block].asked = 1;
  if (--open.free == 0) with_free_.erase(piece);
  return shape_.block_range(piece, block);
}

// The first that is free from this block on, then the others.
BlockRange Picker::take_next(std::uint32_t piece,
                             Open& open,
                             const Asker& asker,
                             std::uint32_t from) {
  if (!open.lead || open.rests) open.lead = asker.link;
  open.rests = false;
  if (open.alone && !open.owner) {
    open.owner = asker.key;
    open.lead = asker.link;
  }
  if (from != open.read_from) {
    open.read_from = from;
    open.next_read = from;
  }
  std::uint32_t& next = open.next_read;
  while (from > 0 && next < open.blocks.size() && open.blocks[next].state != State::free) ++next;
  if (from > 0 && next < open.blocks.size()) return take(piece, open, next);
  while (open.blocks[open.next_free].state != State::free) ++open.next_free;
  return take(piece, open, open.next_free);
}

bool Picker::claim(const BlockRange& block) {
  Open* open = find(block.piece);
  if (open == nullptr || open->blocks[block_number(block)].state != State::free) return false;
  if (open->alone) return false;
  take(block.piece, *open, block_number(block));
  return true;
}

void Picker::free_block(std::uint32_t piece, Open& open, std::uint32_t block) {
  Block& state = open.blocks[block];
  if (state.state == State::free) return;
  if (state.state == State::there) --open.there;
  state = Block{};
  open.next_free = std::min(open.next_free, block);
  if (block >= open.read_from) open.next_read = std::min(open.next_read, block);
  ++open.free;
  with_free_.insert(piece);
  readers_.freed(piece);
  ++epoch_;
}

void Picker::release(const BlockRange& block) {
  Open* open = find(block.piece);
  if (open == nullptr) return;
  Block& state = open->blocks[block_number(block)];
  if (state.state != State::asked) return;
  if (--state.asked > 0) return;
  free_block(block.piece, *open, block_number(block));
  free_owner(block.piece, *open);
}

void Picker::begin_again(std::uint32_t piece, Open& open) {
  for (std::uint32_t i = 0; i < open.blocks.size(); ++i) free_block(piece, open, i);
  open.contributors.clear();
  open.owner.reset();
  open.lead.reset();
  open.rests = false;
}

void Picker::drop_link(LinkId link, const NodeKey& key) {
  for (auto& [piece, open] : open_) leave(piece, open, link, key);
}

void Picker::refused(std::uint32_t piece, LinkId link, const NodeKey& key) {
  if (Open* open = find(piece)) leave(piece, *open, link, key);
}

void Picker::leave(std::uint32_t piece, Open& open, LinkId link, const NodeKey& key) {
  if (open.alone && open.owner == key && open.there < open.blocks.size()) {
    begin_again(piece, open);
  }
  if (open.lead == link) {
    open.lead.reset();
    ++epoch_;
  }
}

void Picker::rest_link(LinkId link, const NodeKey& key) {
  for (auto& [piece, open] : open_) {
    if (open.lead == link || (open.alone && open.owner == key)) open.rests = true;
    free_owner(piece, open);
  }
}

// A piece that must come from one key, which chokes, may begin again with another.
void Picker::free_owner(std::uint32_t piece, Open& open) {
  if (open.alone && open.rests && open.is_idle()) begin_again(piece, open);
}

std::uint8_t Picker::contributor_number(Open& open, const NodeKey& key) {
  const auto at = std::find(open.contributors.begin(), open.contributors.end(), key);
  if (at == open.contributors.end() && open.contributors.size() < kMaxContributors) {
    open.contributors.push_back(key);
    return static_cast<std::uint8_t>(open.contributors.size() - 1);
  }
  const auto number = at - open.contributors.begin();
  return static_cast<std::uint8_t>(std::min<std::ptrdiff_t>(number, kMaxContributors - 1));
}

Picker::Arrival Picker::arrived(const BlockRange& block, const NodeKey& from, bool released) {
  Open* open = find(block.piece);
  if (open == nullptr) return {};
  Block& state = open->blocks[block_number(block)];
  if (state.state == State::there) return {};
  if (open->alone && open->owner != from) return {};  // late, of someone who may not help here
  if (state.state == State::free && --open->free == 0) with_free_.erase(block.piece);
  const bool duplicated = state.asked > (released ? 0 : 1);
  state = {.state = State::there, .asked = 0, .from = contributor_number(*open, from)};
  ++open->there;
  return {.kept = true, .duplicated = duplicated, .whole = open->there == open->blocks.size()};
}

bool Picker::is_whole(std::uint32_t piece) const {
  const Open* open = find(piece);
  return open != nullptr && open->there == open->blocks.size();
}

std::optional<NodeKey> Picker::bringer(const BlockRange& block) const {
  const Open* open = find(block.piece);
  if (open == nullptr) return std::nullopt;
  const Block& state = open->blocks[block_number(block)];
  if (state.state != State::there) return std::nullopt;
  return open->contributors[state.from];
}

std::vector<std::uint32_t> Picker::whole_pieces() const {
  std::vector<std::uint32_t> pieces;
  for (const auto& [piece, open] : open_) {
    if (open.there == open.blocks.size()) pieces.push_back(piece);
  }
  return pieces;
}

const std::vector<NodeKey>& Picker::contributors(std::uint32_t piece) const {
  const Open* open = find(piece);
  FRESHET_CHECK(open != nullptr);
  return open->contributors;
}

void Picker::done(std::uint32_t piece) {
  rarity_.remove(piece);
  with_free_.erase(piece);
  if (open_.erase(piece) > 0) {
    open_bytes_ -= shape_.piece_bytes(piece);
    ++epoch_;
  }
  readers_.advance([this](std::uint32_t each) { return is_done(each); });
}

void Picker::failed(std::uint32_t piece, bool alone) {
  Open* open = find(piece);
  FRESHET_CHECK(open != nullptr);
  if (alone) shares_awaited_ = false;  // from now on a bad piece names its source
  begin_again(piece, *open);
  open->alone = alone;
}

void Picker::forget_contributions(const NodeKey& key) {
  for (auto& [piece, open] : open_) {
    const auto at = std::find(open.contributors.begin(), open.contributors.end(), key);
    if (at == open.contributors.end() || open.there == open.blocks.size()) continue;
    const auto number = static_cast<std::uint8_t>(at - open.contributors.begin());
    for (std::uint32_t i = 0; i < open.blocks.size(); ++i) {
      const Block& block = open.blocks[i];
      if (block.state == State::there && block.from == number) free_block(piece, open, i);
    }
  }
}

std::vector<std::uint32_t> Picker::open_pieces() const {
  std::vector<std::uint32_t> pieces;
  for (const auto& entry : open_) pieces.push_back(entry.first);
  return pieces;
}

std::uint64_t Picker::digest() const {
  Digest digest;
  for (const std::uint32_t piece : rarity_.waiting()) digest.add(piece);
  for (const auto& [piece, open] : open_) {
    digest.add(piece);
    digest.add(std::uint64_t{open.free} << 32U | open.there);
    digest.add(open.lead ? open.lead->value + 1U : 0U);
  }
  digest.add(open_bytes_);
  digest.add(readers_.digest());
  return digest.value();
}

}  // namespace freshet::core::transfer
