// One transfer link: who is there, what it has, what was asked in either direction. State only;
// links.h, fetching.h and serving.h hold the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/transfer/config.h"
#include "node/core/transfer/io.h"
#include "node/core/transfer/polite_window.h"
#include "node/core/transfer/uplink.h"
#include "node/core/transfer/window.h"

namespace freshet::core::transfer {

struct Content;

/// A block that this node asked of the link.
struct InFlight {
  BlockRange block;
  TimePoint asked_at{};
  /// The picker was told that the link will not bring it (a stall), so others may be asked; it is
  /// still welcome.
  bool given_up = false;
  /// It was cancelled for what somebody waits for: it comes, or is refused, which is no offence.
  bool called_off = false;
  TimePoint called_off_at{};
};

/// What the peer said it has, kept apart from any size, because the size may still be a claim.
struct Announced {
  bool known = false;
  bool all = false;
  Bytes bits;  ///< BEP 3 bitfield, at most kMaxPieces bits
};

struct Session {
  Session(const Config& config, const LinkUp& up, TimePoint now)
      : link(up.link),
        peer(up.peer),
        direction(up.direction),
        relayed(up.relayed),
        up_at(now),
        heard_at(now),
        said_at(now),
        useful_at(now),
        window(config),
        uplink(up.room_bytes) {}

  LinkId link;
  NodeKey peer;
  Direction direction;
  bool relayed;  ///< through a third
  TimePoint up_at;
  TimePoint heard_at;
  TimePoint said_at;
  TimePoint useful_at;  ///< when either side was last interested

  Content* content = nullptr;  ///< once it is known what the link is for
  bool opening = false;        ///< the host is looking the content up
  bool handshake_in = false;
  bool fast = false;
  bool closing = false;  ///< Close was said; nothing more is done with it
  bool touched = false;  ///< has something to flush
  std::uint32_t offences = 0;
  std::vector<Bytes> early;  ///< messages that came while opening
  std::size_t early_bytes = 0;

  // What the peer has.
  Announced announced;
  PieceSet have;                          ///< of the content's shape; empty while that is unknown
  std::optional<std::uint64_t> claim;     ///< of the content's size: what its hit said
  std::optional<std::uint64_t> own_size;  ///< what its extension handshake said
  std::uint32_t interesting = 0;          ///< pieces of `have` that are not here

  // What is asked of the peer.
  std::uint32_t reqq = 250;  ///< the peer's bound; libtorrent's default until it says its own
  /// Blocks that were asked and then cancelled or forgotten; they may still come.
  std::uint32_t forgiven = 0;
  std::uint32_t hash_requests = 0;
  bool no_leaves = false;  ///< refused those of a piece
  bool peer_choking = true;
  /// Asks before the first word about choking: the other end probably has a free slot.
  bool speculating = false;
  bool am_interested = false;
  bool stalled = false;
  bool delivered = false;
  std::deque<InFlight> in_flight;
  std::size_t called_off = 0;  ///< of them
  Window window;
  std::unique_ptr<PoliteWindow> polite;  ///< where its fetch gives way to other traffic
  TimePoint data_at{};                   ///< since when a block is owed
  TimePoint hashes_at{};                 ///< since when hashes are owed
  std::uint64_t idle_epoch = 0;          ///< of the picker, when it last had nothing for this link

  // What the peer asks.
  bool am_choking = true;
  bool peer_interested = false;
  std::uint32_t hash_reads = 0;
  TimePoint interested_at{};
  TimePoint served_at{};  ///< when it got its slot, or the last block in it was handed to the link
  TimePoint rests_until{};  ///< asked for nothing: no slot while they are scarce
  unsigned idle_turns = 0;  ///< how often it did so in a row
  Uplink uplink;
  std::uint64_t round_in = 0;  ///< payload bytes since the choker last looked
  std::uint64_t round_out = 0;
  std::uint64_t lately_in = 0;  ///< before that, the older the less
  std::uint64_t lately_out = 0;

  /// Blocks that it was asked for and is to bring.
  [[nodiscard]] std::size_t owed_blocks() const { return in_flight.size() - called_off; }
  /// What the entry was asked for is settled.
  void settle(std::deque<InFlight>::iterator entry) {
    if (entry->called_off) --called_off;
    in_flight.erase(entry);
  }
  [[nodiscard]] bool peer_has_all() const { return have.size() > 0 && have.all(); }
};

}  // namespace freshet::core::transfer
