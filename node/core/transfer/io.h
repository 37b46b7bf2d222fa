// What the world tells the transfer engine, and what the engine asks of the world.
//
// A transfer link is a connection of its own for one (peer key, content); the host has proven the
// peer's key. The host cuts the byte stream with wire::bt::StreamSplitter. Payloads of `piece`
// messages never enter here: the host parks one, says BlockArrived, and drops it when the effects
// of that input hold no KeepBlock for it.
//
// One piece: KeepBlock moves parked payloads into the piece's assembly buffer (made on first use,
// of the piece's length); Verify hashes the buffer, writes it when the hash fits, records it as
// resumable, and lets the buffer go whatever the outcome; Verified says how it went.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/piece_set.h"

namespace freshet::core::transfer {

using wire::bt::BlockRange;   ///< piece, begin, length
using wire::bt::HashRequest;  ///< root, base layer, index, length, proof layers
using wire::bt::PieceSet;

enum class Direction : std::uint8_t { in, out };

/// Who may have a content, and where it listens.
struct Source {
  NodeKey key;
  std::vector<Endpoint> endpoints;
  std::optional<std::uint64_t> size_claim;  ///< bytes, as its hit says; believed only after proof
};

/// Why the engine closes a link.
enum class CloseReason : std::uint8_t {
  none,
  self,         ///< the peer is this node
  duplicate,    ///< another link to the same peer for the same content stays
  full,         ///< no place for another link
  not_found,    ///< the content is not here
  malformed,    ///< the stream or a message does not follow the protocol
  silent,       ///< a handshake, data or any message did not come in time
  slow_reader,  ///< does not read what it asked for
  bad_data,     ///< blocks or hashes that do not fit the content
  unhelpful,    ///< refuses what it must have
  bad_size,     ///< the size that it claimed is not the content's
  finished,     ///< neither side has anything for the other
  stopped,      ///< the fetch was stopped or failed
};
const char* to_string(CloseReason reason);

// ---- inputs. Borrowed bytes live until handle() returns.

/// A connection whose peer is proven to hold `peer`'s key. `dial`: the attempt it came from, for
/// direction out.
struct LinkUp {
  LinkId link;
  NodeKey peer;
  Direction direction = Direction::in;
  std::optional<DialId> dial;
  std::uint32_t room_bytes = 0;  ///< what the host's output buffer takes now
  bool relayed = false;          ///< through a third
};
/// The connection is gone. Also follows every Close that the core asked for (and does no harm).
struct LinkDown {
  LinkId link;
};
struct DialFailed {
  DialId dial;
};
/// The 68 bytes that open a stream.
struct HandshakeArrived {
  LinkId link;
  ByteView bytes;
};
/// One whole message other than `piece`, without its length prefix. Empty: a keep-alive.
struct MessageArrived {
  LinkId link;
  ByteView bytes;
};
/// A `piece` message; the host parked the payload.
struct BlockArrived {
  LinkId link;
  BlockRange block;
};
/// StreamSplitter refused the stream (wrong opening, a length beyond the limit). The engine answers
/// with Close.
struct StreamBroken {
  LinkId link;
};
/// The host's output buffer drained: `room_bytes` may be handed over from now on; bytes of Send and
/// SendBlock that were asked for before are already counted against it, also while the host still
/// reads the block from disk. The host says so whenever half or more was sent of what it
/// lets wait, since it last did, and when a block could not be read.
struct Writable {
  LinkId link;
  std::uint32_t room_bytes = 0;
};
/// A SendBlock could not be read; nothing was sent for it.
struct ReadFailed {
  LinkId link;
  BlockRange block;
};

/// What Open found.
struct Opening {
  ContentId content;
  std::uint64_t size = 0;  ///< bytes
  PieceSet have;           ///< full() for a shared file; the verified pieces of a partial one
};
/// Answers Open. nullopt: not here.
struct Opened {
  LinkId link;
  std::optional<Opening> found;
};
/// Answers PrepareStorage: space is there; `have` are pieces that an earlier run verified and
/// wrote.
struct StorageReady {
  ContentId content;
  PieceSet have;
};
struct StorageFailed {
  ContentId content;
  std::string message;
};
enum class Verdict : std::uint8_t { ok, bad, disk_error };
/// Answers Verify. ok: hashed and written.
struct Verified {
  ContentId content;
  std::uint32_t piece = 0;
  Verdict verdict = Verdict::ok;
  std::string message = {};  ///< of a disk error: what, where, what to do
};
/// Answers VerifyBlocks. ok: all fit, and can be read where the file is.
struct BlocksVerified {
  ContentId content;
  BlockRange blocks;
  Verdict verdict = Verdict::ok;
  std::uint32_t bad_block = 0;  ///< of the piece, the first that does not fit
};
/// Answers CheckBlock.
struct BlockChecked {
  ContentId content;
  BlockRange block;
  bool ok = false;
};
/// Answers ReadHashes. nullopt: refused. Otherwise exactly the hashes of
/// wire::bt::hashes_for(request).
struct HashesRead {
  LinkId link;
  HashRequest request;
  std::optional<std::vector<Sha256>> hashes;
};

/// Fetches a content; does nothing when it is being fetched. `resumed_size`: the size of a partial
/// download on disk, proven when it was begun. Without it nothing of the content is on disk yet.
struct StartFetch {
  ContentId content;
  std::optional<std::uint64_t> size_claim;  ///< for sources that claim none themselves
  std::vector<Source> sources;
  std::optional<std::uint64_t> resumed_size;
};
/// More sources of a content that is being fetched. A known key's endpoints are added to.
struct AddSources {
  ContentId content;
  std::vector<Source> sources;
};
/// Lets a fetch go; what is verified stays on disk. No FetchDone or FetchFailed follows.
struct StopFetch {
  ContentId content;
};
/// A node that cannot dial this one asks to be dialled and served a content there. Who may ask how
/// often was judged before.
struct Pushed {
  NodeKey origin;
  std::vector<Endpoint> endpoints;
  ContentId content;
};
/// What this engine sends and asks for at most, in bytes of blocks a second; 0: no limit. The host
/// takes off what BitTorrent clients have of the user's limit. Holds until it is said again.
/// `polite`: whatever it fetches gives way to other traffic (polite_window.h).
struct SetRates {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  bool polite = false;
};
/// The same for one content, while it is being fetched.
struct SetFetchRate {
  ContentId content;
  std::uint64_t down = 0;
  bool polite = false;
};
using ReaderId = StrongInt<struct ReaderIdTag, std::uint32_t>;
/// Somebody reads a content while it is fetched: its bytes in order, from `from` up to `to`.
struct Reading {
  ReaderId reader;
  std::uint64_t from = 0;
  std::uint64_t to = UINT64_MAX;  ///< not read itself; may lie beyond the end
  friend bool operator==(const Reading&, const Reading&) = default;
};
/// What is wanted of a content that is being fetched, in place of what was said before: all of it,
/// which is so until this is said, or what is read alone. Pieces at the readers' places come first
/// in either case. Readings beyond Config::max_readers are not heeded.
struct SetReadings {
  ContentId content;
  bool whole = true;
  std::vector<Reading> readings;
};
/// The time that next_deadline() named has come.
struct DeadlinePassed {};

using Input = std::variant<BlockArrived,
                           MessageArrived,
                           Writable,
                           HandshakeArrived,
                           LinkUp,
                           LinkDown,
                           DialFailed,
                           StreamBroken,
                           ReadFailed,
                           Opened,
                           StorageReady,
                           StorageFailed,
                           Verified,
                           BlocksVerified,
                           BlockChecked,
                           HashesRead,
                           StartFetch,
                           AddSources,
                           StopFetch,
                           Pushed,
                           SetRates,
                           SetFetchRate,
                           SetReadings,
                           DeadlinePassed>;

// ---- effects

/// Connect to any of `endpoints` with ALPN freshet-bt/1 and accept only `expected`. Answered by
/// LinkUp or DialFailed. The ids are this engine's own counter: the host keeps them apart from the
/// overlay's.
struct Dial {
  DialId dial;
  NodeKey expected;
  std::vector<Endpoint> endpoints;
};
/// Connect through a third node, which joins this one and `expected`; `endpoints` are where that
/// one listens. What passes the third is TLS between the two. Answered as Dial is.
struct DialThrough {
  DialId dial;
  NodeKey expected;
  std::vector<Endpoint> endpoints;
};
/// Ask the node to dial this one, over the overlay. Nothing answers; a link in may come of it.
struct AskPush {
  NodeKey target;
  ContentId content;
};
/// What was sent before is flushed first, within a bound that the host sets. The link is not named
/// again.
struct Close {
  LinkId link;
  CloseReason reason = CloseReason::none;
};
/// The next bytes of the stream; messages may be cut anywhere. Within the link's room.
struct Send {
  LinkId link;
  Bytes bytes;
};
/// Read the range and send it as one `piece` message, in order with what was asked for before.
/// Takes wire::bt::kPieceHeaderBytes + length of the link's room from now on.
struct SendBlock {
  LinkId link;
  ContentId content;
  BlockRange block;
};
/// Move the payload that this input parked into its piece's assembly buffer. May come before
/// PrepareStorage, for at most Config::max_unproven_blocks blocks of a content; `piece_bytes` is
/// the buffer's length.
struct KeepBlock {
  LinkId link;
  ContentId content;
  BlockRange block;
  std::uint32_t piece_bytes = 0;
};
/// Let what was kept of a piece go; it may not exist.
struct DropPiece {
  ContentId content;
  std::uint32_t piece = 0;
};
/// Is the plain SHA-256 of this kept block `expected`? The block stays in the buffer. Answered by
/// BlockChecked.
struct CheckBlock {
  ContentId content;
  BlockRange block;
  Sha256 expected;
};
/// The buffer is whole: is wire::bt::merkle_root(blocks, leaf_count) `expected`? Then write it.
/// Answered by Verified.
struct Verify {
  ContentId content;
  std::uint32_t piece = 0;
  Sha256 expected;
  std::uint32_t leaf_count =
      1;  ///< leaves of the piece's subtree, a power of two; those beyond its blocks are zero
};
/// Blocks in a row, all of them kept, of a piece that is not whole yet: are their plain SHA-256s
/// these leaves? Then write them too, so that whoever waits for them can read them; nothing is
/// recorded, and they stay in the buffer. Answered by BlocksVerified, unless the content is
/// released before.
struct VerifyBlocks {
  ContentId content;
  BlockRange blocks;           ///< from the first to the end of the last
  std::vector<Sha256> leaves;  ///< one a block
};
/// Merkle hashes of a content that the host has whole. Answered by HashesRead.
struct ReadHashes {
  LinkId link;
  ContentId content;
  HashRequest request;
};
/// Does the catalogue or a partial download have it? Answered by Opened.
struct Open {
  LinkId link;
  InfoHash info_hash;  ///< the first 20 bytes of the content id
};
/// The engine holds no state of this content any longer: files may be closed, buffers dropped.
struct Release {
  ContentId content;
};
/// The size is proven: make or open the partial file. Answered by StorageReady or StorageFailed.
struct PrepareStorage {
  ContentId content;
  std::uint64_t size = 0;
  std::uint32_t piece_length = 0;
};
/// How far a reader can read: everything from its `from` up to `to` is verified, and up to `whole`
/// in whole pieces, which are recorded.
struct Ready {
  ReaderId reader;
  std::uint64_t to = 0;
  std::uint64_t whole = 0;
  friend bool operator==(const Ready&, const Ready&) = default;
};
/// For the user: after StorageReady, after each verified piece, and block of one that is waited
/// for, when the number of sources changes, and when somebody begins to read.
struct Progress {
  ContentId content;
  std::uint64_t verified_bytes = 0;
  std::uint64_t size = 0;
  std::uint32_t sources = 0;      ///< links that are up and have something
  std::uint64_t ready_bytes = 0;  ///< verified from the beginning on, without a gap
  std::vector<Ready> readers = {};
};
/// Every piece is verified and written; the host finishes the file. Before its links close, others
/// may still be served from it, so the host keeps answering SendBlock for the content, under
/// whatever name the file has then.
struct FetchDone {
  ContentId content;
  std::uint64_t size = 0;
  std::uint32_t sources = 0;  ///< distinct nodes whose blocks are in the file, in this run
};
/// The fetch is over; what is verified stays on disk. io: storage; verification: every source was
/// caught lying.
struct FetchFailed {
  ContentId content;
  ErrorCode code = ErrorCode::io;
  std::string message;
};
/// Too few sources: ask the mesh who has it. Repeated, ever more rarely, while it holds.
struct NeedSources {
  ContentId content;
};

using Effect = std::variant<KeepBlock,
                            Send,
                            SendBlock,
                            Verify,
                            Dial,
                            DialThrough,
                            AskPush,
                            Close,
                            DropPiece,
                            CheckBlock,
                            VerifyBlocks,
                            ReadHashes,
                            Open,
                            Release,
                            PrepareStorage,
                            Progress,
                            FetchDone,
                            FetchFailed,
                            NeedSources>;

}  // namespace freshet::core::transfer
