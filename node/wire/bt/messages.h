// The BitTorrent peer wire as plain structs: handshake and messages (BEP 3), fast extension (BEP
// 6), extension messages (BEP 10) and hash requests (BEP 52). Pure: bytes to structs and back.
// Decoders take any bytes, return nullopt for what is malformed, and never look at what a message
// means for a transfer. `piece` payloads do not pass through here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire::bt {

inline constexpr std::uint32_t kBlockBytes = 16384;
inline constexpr std::size_t kHandshakeBytes = 68;
inline constexpr std::size_t kLengthPrefixBytes = 4;
/// Length prefix, type, index and begin in front of a `piece` message's payload.
inline constexpr std::size_t kPieceHeaderBytes = 13;
/// The longest message that is taken, without its length prefix. A bitfield of 500,000 pieces and
/// 512 hashes with their proof both fit.
inline constexpr std::size_t kMaxMessageBytes = std::size_t{64} * 1024;
/// The most hashes in one request (BEP 52), and the most layers that a tree has here.
inline constexpr std::uint32_t kMaxHashesPerRequest = 512;
inline constexpr std::uint32_t kMaxTreeHeight = 32;

/// Part of one piece. Bytes.
struct BlockRange {
  std::uint32_t piece = 0;
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
  friend auto operator<=>(const BlockRange&, const BlockRange&) = default;
};

/// What opens a stream, from both sides. The bits that freshet knows are named; all others are sent
/// as zero.
struct Handshake {
  bool extensions = false;  ///< BEP 10
  bool fast = false;        ///< BEP 6
  bool v2 = false;          ///< BEP 52
  InfoHash info_hash;
  std::array<Byte, 20> peer_id{};
  friend bool operator==(const Handshake&, const Handshake&) = default;
};
Bytes encode(const Handshake& handshake);
/// nullopt unless it is kHandshakeBytes long and begins with the protocol's name.
std::optional<Handshake> decode_handshake(ByteView bytes);
/// False as soon as `bytes` cannot become a handshake: any of the first 20 is wrong.
bool may_be_handshake(ByteView bytes);

struct KeepAlive {};
struct Choke {};
struct Unchoke {};
struct Interested {};
struct NotInterested {};
struct Have {
  std::uint32_t piece = 0;
};
struct Bitfield {
  ByteView bits;  ///< borrowed from the message
};
struct Request {
  BlockRange block;
};
struct Cancel {
  BlockRange block;
};
struct Suggest {
  std::uint32_t piece = 0;
};
struct HaveAll {};
struct HaveNone {};
struct Reject {
  BlockRange block;
};
struct AllowedFast {
  std::uint32_t piece = 0;
};
struct Extended {
  std::uint8_t id = 0;  ///< 0: the extension handshake, a bencoded dictionary
  ByteView payload;     ///< borrowed from the message
};
/// `length` hashes of layer `base_layer` (0: the leaves) from `index` on, and the uncles that lead
/// up from them. `proof_layers` counts the layers above the base layer; those that follow from the
/// hashes themselves bring no uncle.
struct HashRequest {
  Sha256 root;
  std::uint32_t base_layer = 0;
  std::uint32_t index = 0;
  std::uint32_t length = 0;
  std::uint32_t proof_layers = 0;
  friend bool operator==(const HashRequest&, const HashRequest&) = default;
};
struct Hashes {
  HashRequest request;
  std::vector<Sha256> hashes;  ///< `length` of them and then the uncles, lowest first
};
struct HashReject {
  HashRequest request;
};
/// A type that freshet does not know, or `port` (9).
struct Unknown {
  std::uint8_t type = 0;
};

using Message = std::variant<Request,
                             Have,
                             Cancel,
                             Reject,
                             KeepAlive,
                             Choke,
                             Unchoke,
                             Interested,
                             NotInterested,
                             Bitfield,
                             Suggest,
                             HaveAll,
                             HaveNone,
                             AllowedFast,
                             Extended,
                             HashRequest,
                             Hashes,
                             HashReject,
                             Unknown>;

/// One message without its length prefix; empty is a keep-alive. nullopt: wrong length for its
/// type, or a `piece`.
std::optional<Message> decode_message(ByteView message);

/// Each appends one whole message with its length prefix.
void append(Bytes& out, const KeepAlive& message);
void append(Bytes& out, const Choke& message);
void append(Bytes& out, const Unchoke& message);
void append(Bytes& out, const Interested& message);
void append(Bytes& out, const NotInterested& message);
void append(Bytes& out, const Have& message);
void append(Bytes& out, const Bitfield& message);
void append(Bytes& out, const Request& message);
void append(Bytes& out, const Cancel& message);
void append(Bytes& out, const Suggest& message);
void append(Bytes& out, const HaveAll& message);
void append(Bytes& out, const HaveNone& message);
void append(Bytes& out, const Reject& message);
void append(Bytes& out, const AllowedFast& message);
void append(Bytes& out, const Extended& message);
void append(Bytes& out, const HashRequest& message);
/// REQUIRES: the message is within kMaxMessageBytes.
void append(Bytes& out, const Hashes& message);
void append(Bytes& out, const HashReject& message);

/// What stands in front of the payload of a `piece` message: kPieceHeaderBytes.
std::array<Byte, kPieceHeaderBytes> piece_header(const BlockRange& block);

}  // namespace freshet::wire::bt
