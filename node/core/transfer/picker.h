// Decides which block of one content is asked next: the rarest piece first, a piece led by one
// source where possible, and at the end the same block from two. Knows blocks and who brought them;
// sends nothing, and knows no clock. Where somebody reads (readers.h), what that one waits for
// comes before all else.
//
// A block is free, asked (of one link or, in the end-game, of several) or there. A piece is waiting
// (rarity.h), open (some of its blocks are asked or there) or done. Only open pieces hold memory
// per block.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/core/transfer/io.h"
#include "node/core/transfer/rarity.h"
#include "node/core/transfer/readers.h"
#include "node/core/transfer/seed_share.h"
#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {

using wire::bt::Shape;

class Picker {
 public:
  struct Limits {
    std::uint64_t max_open_bytes = 0;
    std::uint32_t copies = 2;  ///< of one block asked at once, in the end-game
    bool last_first =
        false;  ///< begin with the content's last block, asked of two: it proves the size
    std::uint64_t reader_window_bytes = 0;  ///< also the room that is kept for readers
  };
  struct Asker {
    LinkId link;
    const NodeKey& key;
    const PieceSet& have;
    bool owes_last = false;  ///< the content's last block was asked of it already
    /// Of a seed that others fetch from too: what of it comes first.
    const SeedShare* share = nullptr;
  };

  Picker(const Shape& shape, Limits limits, Rng& rng);

  // ---- who has what. REQUIRES: what is removed was added.
  void add_holder(const PieceSet& have);
  void remove_holder(const PieceSet& have);
  void holder_got(std::uint32_t piece);

  // ---- asking
  /// Marks a free block as asked of this link.
  std::optional<BlockRange> pick(const Asker& asker);
  /// Of what is wanted nothing is free and no piece waits: only duplicates are left.
  [[nodiscard]] bool endgame() const;
  /// A block that is asked of others but not, as `mine(range)` tells, of this link. For the
  /// end-game.
  template <typename F>
  std::optional<BlockRange> pick_duplicate(const Asker& asker, F&& mine);
  /// The last block, which proves the size, if it is to be asked of the link.
  std::optional<BlockRange> pick_last(const Asker& asker);
  /// Asks a given block again if it is free.
  bool claim(const BlockRange& block);
  /// One link that it was asked of will not bring it.
  void release(const BlockRange& block);
  /// The link leads no piece any longer (gone or stalled). A piece that must come from its key
  /// alone begins again.
  void drop_link(LinkId link, const NodeKey& key);
  /// The same for one piece, which the link does not have after all.
  void refused(std::uint32_t piece, LinkId link, const NodeKey& key);
  /// The link chokes: what it leads may be let go, once it owes nothing of it.
  void rest_link(LinkId link, const NodeKey& key);
  /// After a pick without a block: where all memory is with pieces that nobody brings on and this
  /// link has not got, one of them waits again, and what came of it is to be forgotten. To be
  /// repeated until there is room.
  std::optional<std::uint32_t> make_room(const Asker& asker);

  /// The size is proven: the last block is one like the others.
  void stop_last_first() { limits_.last_first = false; }
  /// All pieces are wanted (until this is said), or those that are read alone: others are not
  /// begun. True when somebody has begun to wait.
  bool want(bool whole, const std::vector<Reading>& readings);
  /// The piece lies in some reader's window.
  [[nodiscard]] bool is_read_soon(std::uint32_t piece) const { return readers_.soon(piece); }
  /// The link can bring something of what is to come first.
  bool can_serve_readers(const Asker& asker) { return next_for_readers(asker).has_value(); }
  [[nodiscard]] std::vector<Ready> ready() const { return readers_.ready(); }
  [[nodiscard]] std::vector<std::uint64_t> awaited() const { return readers_.awaited(); }

  // ---- what came
  struct Arrival {
    bool kept = false;        ///< false: it was there
    bool duplicated = false;  ///< still asked of others
    bool whole = false;       ///< the last missing block of its piece
  };
  /// `released`: release() was said for this asking before. REQUIRES: the block was picked.
  Arrival arrived(const BlockRange& block, const NodeKey& from, bool released);
  /// Is every block of the piece there?
  [[nodiscard]] bool is_whole(std::uint32_t piece) const;
  /// Who brought this block; nullopt: it is not there.
  [[nodiscard]] std::optional<NodeKey> bringer(const BlockRange& block) const;
  /// Pieces whose blocks are all there, for the caller to verify.
  [[nodiscard]] std::vector<std::uint32_t> whole_pieces() const;
  /// Whose blocks the open piece is made of.
  [[nodiscard]] const std::vector<NodeKey>& contributors(std::uint32_t piece) const;

  // ---- verdicts
  /// The piece is verified, or was there from the start.
  void done(std::uint32_t piece);
  /// The piece was bad: its blocks are free again. alone: they must all come from one key next
  /// time.
  void failed(std::uint32_t piece, bool alone);
  /// Frees the blocks that this key brought to open pieces, except whole ones. For a source that
  /// was caught.
  void forget_contributions(const NodeKey& key);

  [[nodiscard]] std::vector<std::uint32_t> open_pieces() const;
  /// Grows whenever something may have become pickable.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  enum class State : std::uint8_t { free, asked, there };
  struct Block {
    State state = State::free;
    std::uint8_t asked = 0;  ///< links that it is asked of
    std::uint8_t from = 0;   ///< number of the contributor
  };
  struct Open {
    std::vector<Block> blocks;
    std::uint32_t next_free = 0;  ///< none is free below it
    std::uint32_t read_from = 0;  ///< a reader begins at this block …
    std::uint32_t next_read = 0;  ///< … and none is free from it on up to this one
    std::uint32_t free = 0;
    std::uint32_t there = 0;
    std::optional<LinkId> lead;
    bool rests = false;  ///< its lead chokes
    /// Blocks are missing, and none is on its way.
    [[nodiscard]] bool is_idle() const { return free > 0 && free + there == blocks.size(); }
    [[nodiscard]] bool is_orphan() const { return (!lead || rests) && is_idle(); }
    bool alone = false;            ///< must come from one key …
    std::optional<NodeKey> owner;  ///< … this one
    std::vector<NodeKey> contributors;
  };
  using OpenPieces = std::map<std::uint32_t, Open>;

  [[nodiscard]] bool is_full() const { return !is_room_beside(open_.size(), open_bytes_); }
  [[nodiscard]] bool is_room_beside(std::size_t pieces, std::uint64_t bytes) const;
  [[nodiscard]] bool is_room_for_readers() const;
  /// Something of the piece may be asked of somebody.
  [[nodiscard]] bool is_open_or_waits(std::uint32_t piece) const {
    return rarity_.waits(piece) || with_free_.contains(piece);
  }
  [[nodiscard]] bool is_done(std::uint32_t piece) const {
    return !rarity_.waits(piece) && find(piece) == nullptr;
  }
  [[nodiscard]] bool is_wanted(std::uint32_t piece) const { return whole_ || readers_.want(piece); }
  std::optional<std::uint32_t> next_for_readers(const Asker& asker);
  std::optional<std::uint32_t> next_waiting(const Asker& asker);
  [[nodiscard]] std::optional<std::uint32_t> next_of_share(const SeedShare& share) const;
  std::optional<BlockRange> pick_for_readers(const Asker& asker);
  static bool may_ask(const OpenPieces::value_type& open, const Asker& asker);
  Open* find(std::uint32_t piece);
  [[nodiscard]] const Open* find(std::uint32_t piece) const;
  Open& open(std::uint32_t piece);
  Open* open_next(const Asker& asker, std::uint32_t& piece);
  BlockRange take(std::uint32_t piece, Open& open, std::uint32_t block);
  BlockRange take_next(std::uint32_t piece, Open& open, const Asker& asker, std::uint32_t from = 0);
  void free_block(std::uint32_t piece, Open& open, std::uint32_t block);
  void leave(std::uint32_t piece, Open& open, LinkId link, const NodeKey& key);
  void free_owner(std::uint32_t piece, Open& open);
  void begin_again(std::uint32_t piece, Open& open);
  std::uint8_t contributor_number(Open& open, const NodeKey& key);

  Shape shape_;
  Limits limits_;
  Rarity rarity_;
  OpenPieces open_;
  std::set<std::uint32_t> with_free_;  ///< open pieces that have free blocks
  std::uint64_t open_bytes_ = 0;
  bool whole_ = true;
  bool shares_awaited_ = true;  ///< what a reader waits for may be of several links
  Readers readers_;
  std::uint64_t epoch_ = 1;
};

template <typename F>
std::optional<BlockRange> Picker::pick_duplicate(const Asker& asker, F&& mine) {
  for (auto& entry : open_) {
    Open& open = entry.second;
    if (open.alone || open.there == open.blocks.size() || !asker.have.has(entry.first)) continue;
    if (!is_wanted(entry.first)) continue;
    for (std::uint32_t i = 0; i < open.blocks.size(); ++i) {
      Block& block = open.blocks[i];
      if (block.state != State::asked || block.asked >= limits_.copies) continue;
      const BlockRange range = shape_.block_range(entry.first, i);
      if (mine(range)) continue;
      ++block.asked;
      return range;
    }
  }
  return std::nullopt;
}

}  // namespace freshet::core::transfer
