// Which block of a torrent is asked of whom: a peer first goes on with the piece that it began,
// then begins the rarest that it has, then helps with others' pieces; at the end a block is asked
// of two. Knows who brought what, and so who is to blame for a piece that fails. Knows no wire and
// no clock; only pieces that are begun hold memory per block.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "node/base/rng.h"
#include "node/core/bittorrent/peer_book.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/piece_set.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::core::bittorrent {

class FetchPlan {
 public:
  /// `layout` outlives the plan; `have` is verified already.
  FetchPlan(const wire::bt::TorrentLayout& layout, wire::bt::PieceSet have, Rng rng);

  // ---- who has what. REQUIRES: what is removed was added.
  void add_holder(const wire::bt::PieceSet& has);
  void remove_holder(const wire::bt::PieceSet& has);
  void holder_got(std::uint32_t piece) { ++copies_.at(piece); }
  /// How many of them are lacked here.
  [[nodiscard]] std::uint32_t lacked_of(const wire::bt::PieceSet& has) const;

  // ---- asking
  /// Marks a block as asked of the peer. `may`: pieces that it can be asked for.
  using May = std::function<bool(std::uint32_t piece)>;
  std::optional<wire::bt::BlockRange> pick(PeerNumber peer, const May& may);
  /// Another number: whom pick() had nothing for may be asked now, with the same pieces as before.
  [[nodiscard]] std::uint64_t news() const { return news_; }
  /// The peer will not bring it, or not soon.
  void release(const wire::bt::BlockRange& block, PeerNumber peer);
  /// The peer's blocks were released: it leads no piece any more.
  void drop(PeerNumber peer);
  /// It chokes: no piece waits for it that must come from one alone.
  void drop_alone(PeerNumber peer);
  /// The peer is gone, and with it whatever it was asked.
  void leave(PeerNumber peer);

  // ---- what came
  struct Arrival {
    bool kept = false;                     ///< false: it was there, or is of no piece that is begun
    bool whole = false;                    ///< nothing of its piece is missing now
    std::optional<PeerNumber> other = {};  ///< was asked for the same
  };
  Arrival arrived(const wire::bt::BlockRange& block, PeerNumber from);
  /// A piece that several brought was bad: from now on what each block was is kept in mind, so that
  /// the next time it is known whose was wrong.
  [[nodiscard]] bool is_wary() const { return is_wary_; }
  /// Of a block that arrived just now.
  void remember(const wire::bt::BlockRange& block, std::uint64_t digest);

  // ---- verdicts of whole pieces: each says who has sent bad bytes, for certain
  /// Those whose block of a bad try is not what is right.
  std::vector<PeerNumber> passed(std::uint32_t piece);
  /// Whoever sent all of it.
  std::vector<PeerNumber> failed(std::uint32_t piece);
  /// Its bytes could not be kept: all of it is asked again.
  void lost(std::uint32_t piece);

  [[nodiscard]] const wire::bt::PieceSet& have() const { return have_; }
  [[nodiscard]] std::uint64_t have_bytes() const { return have_bytes_; }  ///< of asked ones
  [[nodiscard]] bool complete() const { return have_.all(); }
  [[nodiscard]] std::size_t open_pieces() const { return open_.size(); }
  /// What picking has cost: pieces that were looked at for the rarest.
  [[nodiscard]] std::uint64_t looks() const { return looks_; }

 private:
  static constexpr PeerNumber kNobody = UINT32_MAX;
  struct Block {
    std::array<PeerNumber, 2> askers{kNobody, kNobody};
    PeerNumber from = kNobody;  ///< who brought it
    std::uint64_t digest = 0;   ///< of what it brought; 0: not kept in mind
    [[nodiscard]] bool is_free() const {
      return from == kNobody && askers[0] == kNobody && askers[1] == kNobody;
    }
  };
  struct Open {
    std::vector<Block> blocks;
    PeerNumber leader = kNobody;
    bool alone = false;                ///< failed before: the leader brings all of it
    std::vector<Block> suspects = {};  ///< what several brought then
    [[nodiscard]] bool is_whole() const;
  };

  [[nodiscard]] wire::bt::BlockRange range_of(std::uint32_t piece, std::size_t block) const;
  Block* find(const wire::bt::BlockRange& block);
  std::optional<wire::bt::BlockRange> take_free(std::uint32_t piece, PeerNumber peer);
  std::optional<wire::bt::BlockRange> pick_open(PeerNumber peer, const May& may, bool led);
  std::optional<wire::bt::BlockRange> pick_second(PeerNumber peer, const May& may);
  std::optional<std::uint32_t> rarest(const May& may);
  void open(std::uint32_t piece, PeerNumber leader);
  void note_free(std::uint32_t piece);
  void note_end_game();
  void note_given_back();
  void open_alone(std::uint32_t piece, std::vector<Block> suspects);
  static std::vector<PeerNumber> contributors(const Open& open);

  const wire::bt::TorrentLayout& layout_;
  wire::bt::PieceSet have_;
  std::uint64_t have_bytes_ = 0;
  Rng rng_;
  std::vector<std::uint16_t> copies_;   ///< by piece: peers that have it
  std::vector<std::uint32_t> waiting_;  ///< neither had nor begun, in no order
  std::map<std::uint32_t, Open> open_;
  std::set<std::uint32_t> with_free_;  ///< of open_
  std::uint64_t news_ = 0;
  std::uint64_t looks_ = 0;
  bool is_wary_ = false;
  bool is_end_game_ = false;  ///< all was asked of somebody
};

}  // namespace freshet::core::bittorrent
