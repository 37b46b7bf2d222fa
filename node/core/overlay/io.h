// What the world tells the overlay engine, and what the engine asks of the world.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/wire/overlay/browse.h"
#include "node/wire/overlay/dial_back.h"
#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/tally.h"

namespace freshet::core::overlay {

enum class Direction : std::uint8_t { in, out };

/// A peer that the user named (--peer, join); the host knows the name behind the number.
using PeerNumber = StrongInt<struct PeerNumberTag, std::uint32_t>;
/// A question for a page of what a neighbour shares; given by the host.
using BrowseId = StrongInt<struct BrowseIdTag, std::uint32_t>;

/// Why a link is closed by the core, or was lost.
enum class CloseReason : std::uint8_t {
  none,
  self,       ///< the peer is this node
  duplicate,  ///< another link to the same peer stays
  full,       ///< no place for another link
  surplus,    ///< more links than wanted, or another one needs the place
  malformed,  ///< the stream cannot be followed
  offence,    ///< repeated breaches of the rules
  silent,     ///< no answer in time
  peer_left,  ///< Bye came
  shutting_down,
  lost,  ///< the connection ended or failed (host)
};
const char* to_string(CloseReason reason);

// ---- inputs. Borrowed bytes live until handle() returns.

/// A connection whose peer is proven to hold `peer`'s key. `dial`: the attempt it came from, for
/// direction out.
struct LinkUp {
  LinkId link;
  NodeKey peer;
  Endpoint remote;
  Direction direction = Direction::in;
  std::optional<DialId> dial;
  std::uint32_t room_bytes = 0;  ///< what the host's output buffer takes now
};
/// The connection is gone. Also follows every Close that the core asked for.
struct LinkDown {
  LinkId link;
};
struct DialFailed {
  DialId dial;
};
/// Bytes in stream order: frames, whole or cut anywhere.
struct Received {
  LinkId link;
  ByteView bytes;
};
/// The host's output buffer drained: `room_bytes` may be sent now. The host says so whenever half
/// its buffer or more was sent since it last did, and when the core was out of room.
struct Writable {
  LinkId link;
  std::uint32_t room_bytes = 0;
};
/// The user named a peer. keep: dial it again whenever there is no link to it; otherwise try once.
struct AddPeer {
  PeerNumber peer;
  bool keep = true;
};
/// A beacon of another node was heard.
struct HostSeen {
  NodeKey key;
  Endpoint address;
};
/// An address from an earlier run.
struct HostRemembered {
  std::optional<NodeKey> key;
  Endpoint address;
};
/// The words of this node's files (core/word_hash.h), in any order: all of them, in answer to
/// NeedWords and as soon as words came. A word that is gone may be among them.
struct SetWords {
  std::vector<std::uint32_t> hashes;
};
/// The user blocks a key, for good; or a ban of an earlier run has so long to go. A link to it is
/// closed, and none is taken.
struct Block {
  NodeKey key;
  std::optional<Duration> length;
};
/// Ends a block; a ban for a time that the key earned itself goes on.
struct Unblock {
  NodeKey key;
};
/// The machine slept for so long, and the node's clock has moved on by it: links are asked at once
/// whether they live.
struct Woke {
  Duration slept{};
};
/// The user wants to know whether others can dial this node.
struct AskDialBack {};
/// The attempt that DialBack asked for ended.
struct DialledBack {
  LinkId link;
  bool reached = false;
};
/// Somebody asked this node to be joined with a neighbour (io.h's Called is what the neighbour
/// hears). `request` is what it names when it comes to one of `addresses`, which are this node's.
struct CallNeighbour {
  NodeKey neighbour;
  Guid request;
  NodeKey origin;  ///< who asked
  std::vector<Endpoint> addresses;
};
/// From now on this node obeys that moderator's lists, and passes them on; nullopt: nobody's.
struct ObeyModerator {
  std::optional<NodeKey> moderator;
};
/// A list of that moderator whose signature holds, as the body of a frame: remembered, signed here,
/// or heard on `from`. A newer one replaces it.
struct SetBlockList {
  std::uint64_t version = 0;
  Bytes body;
  std::optional<LinkId> from;
};
/// The list that came on `link` is not signed as it says.
struct BlockListForged {
  LinkId link;
};
/// Asks a neighbour for a page of what it shares. The answer is Browsed, once, unless ForgetBrowse
/// comes first: a neighbour may as well say nothing.
struct AskBrowse {
  BrowseId ask;
  LinkId link;
  wire::Browse browse;
};
/// The page is not wanted any more.
struct ForgetBrowse {
  BrowseId ask;
};
/// Answers a BrowseAsked.
struct AnswerBrowse {
  LinkId link;
  Guid request;
  wire::BrowsePage page;
};
/// The node is leaving: says Bye on every link and closes it.
struct ShutDown {};

using Input = std::variant<Received,
                           Writable,
                           LinkUp,
                           LinkDown,
                           DialFailed,
                           AddPeer,
                           HostSeen,
                           HostRemembered,
                           SetWords,
                           Block,
                           Unblock,
                           Woke,
                           AskDialBack,
                           DialledBack,
                           CallNeighbour,
                           ObeyModerator,
                           SetBlockList,
                           BlockListForged,
                           AskBrowse,
                           ForgetBrowse,
                           AnswerBrowse,
                           ShutDown>;

// ---- effects

/// A range of EffectBuffer::links().
struct LinkRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
/// One frame to some neighbours: the host appends header and body to each link's output buffer.
/// Never beyond a link's room. `body` is borrowed from the input or from the EffectBuffer, until
/// performed.
struct Relay {
  wire::FrameHeader header;
  ByteView body;
  LinkRange links;
};
struct Dial {
  DialId dial;
  std::variant<Endpoint, PeerNumber> target;
  std::optional<NodeKey> expected;  ///< accept only this key
};
/// What was sent before is flushed first, within a bound that the host sets.
struct Close {
  LinkId link;
  CloseReason reason = CloseReason::none;
};
/// For the user, the log and the peer list; nothing must be done.
struct LinkEstablished {
  LinkId link;
  std::string name;  ///< as the peer calls itself; any bytes
  std::string agent;
  std::optional<Endpoint> listen;  ///< where it can be dialled
};
struct LinkClosed {
  LinkId link;
  CloseReason reason = CloseReason::none;
  std::string peer_reason;  ///< from its Bye; any bytes
};

/// A neighbour wants to know which words this node's files have. The answer is SetWords, at any
/// time, and again with every change.
struct NeedWords {};

/// A key broke the rules too often, and is banned for so long. For the log, and to be remembered.
struct Banned {
  NodeKey key;
  Duration length{};
};

/// A neighbour asks whether it can be dialled: connect to the address that its link comes from, at
/// `port`, accept only its key, and say how it went with DialledBack.
struct DialBack {
  LinkId link;
  std::uint16_t port = 0;
};
/// What a neighbour found when it dialled this node.
struct DialBackAnswer {
  LinkId link;
  wire::DialBackVerdict verdict = wire::DialBackVerdict::declined;
};
/// A newer list of the moderator came on `link`. The answer is SetBlockList, or BlockListForged.
struct BlockListHeard {
  LinkId link;
  std::uint64_t version = 0;
  Bytes body;
};

/// A neighbour can join this node with `origin`, which cannot reach it: connect to the neighbour
/// (ALPN freshet-relay/1, only that key) and name the request.
struct Called {
  NodeKey third;  ///< the neighbour
  Guid request;
  NodeKey origin;
  std::vector<Endpoint> addresses;
};

/// A neighbour wants to read what this node shares. The answer is AnswerBrowse, at any time.
struct BrowseAsked {
  LinkId link;
  Guid request;
  wire::Browse browse;
};
enum class BrowseFailure : std::uint8_t {
  none,
  link_gone,       ///< there is no such link, or not any more
  not_understood,  ///< the neighbour's version does not know the question
  too_many,        ///< this node waits for too many pages
  malformed,       ///< what came is no page
};
/// Answers an AskBrowse. The files are those of the node at the other end of the link.
struct Browsed {
  BrowseId ask;
  BrowseFailure failure = BrowseFailure::none;
  wire::BrowsePage page;
};

/// What a query of this node's own that wishes a tally reached and cost, as far as it is known now;
/// comes again when more is. From neighbours: not proven.
struct Tallied {
  Guid guid;
  std::uint32_t ask = 0;  ///< the asker's number for it
  wire::TallyCounts counts;
  bool is_settled = false;  ///< nothing more is waited for
  bool is_exact = false;    ///< otherwise that is what it was at least
};

using Effect = std::variant<Relay,
                            Dial,
                            Close,
                            LinkEstablished,
                            LinkClosed,
                            NeedWords,
                            Banned,
                            DialBack,
                            DialBackAnswer,
                            Called,
                            BlockListHeard,
                            BrowseAsked,
                            Browsed,
                            Tallied>;

}  // namespace freshet::core::overlay
