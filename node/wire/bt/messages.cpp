#include "node/wire/bt/messages.h"

#include <algorithm>
#include <string_view>

#include "node/base/check.h"

namespace freshet::wire::bt {
namespace {

constexpr std::string_view kProtocol =
    "\x13"
    "BitTorrent protocol";
constexpr std::size_t kReservedBytes = 8;
constexpr std::size_t kInfoHashAt = kProtocol.size() + kReservedBytes;
constexpr std::size_t kPeerIdAt = kInfoHashAt + InfoHash::kSize;
static_assert(kPeerIdAt + 20 == kHandshakeBytes);

// Reserved bits, by byte: BEP 10, BEP 6, BEP 52.
constexpr Byte kExtensionBit = 0x10;  // byte 5
constexpr Byte kFastBit = 0x04;       // byte 7
constexpr Byte kV2Bit = 0x10;         // byte 7

enum Type : std::uint8_t {
  type_choke = 0,
  type_unchoke = 1,
  type_interested = 2,
  type_not_interested = 3,
  type_have = 4,
  type_bitfield = 5,
  type_request = 6,
  type_piece = 7,
  type_cancel = 8,
  type_suggest = 13,
  type_have_all = 14,
  type_have_none = 15,
  type_reject = 16,
  type_allowed_fast = 17,
  type_extended = 20,
  type_hash_request = 21,
  type_hashes = 22,
  type_hash_reject = 23,
};

constexpr std::size_t kRangeBytes = 12;
constexpr std::size_t kHashRequestBytes = Sha256::kSize + 16;

void append_u32(Bytes& out, std::uint32_t value) {
  std::array<Byte, 4> bytes{};
  store_be(value, bytes.data());
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_head(Bytes& out, Type type, std::size_t payload_bytes) {
  append_u32(out, static_cast<std::uint32_t>(1 + payload_bytes));
  out.push_back(type);
}

void append_number(Bytes& out, Type type, std::uint32_t value) {
  append_head(out, type, 4);
  append_u32(out, value);
}

void append_range(Bytes& out, Type type, const BlockRange& block) {
  append_head(out, type, kRangeBytes);
  append_u32(out, block.piece);
  append_u32(out, block.begin);
  append_u32(out, block.length);
}

void append_hash_request(Bytes& out, Type type, const HashRequest& request, std::size_t more) {
  append_head(out, type, kHashRequestBytes + more);
  const ByteView root = request.root.view();
  out.insert(out.end(), root.begin(), root.end());
  append_u32(out, request.base_layer);
  append_u32(out, request.index);
  append_u32(out, request.length);
  append_u32(out, request.proof_layers);
}

BlockRange load_range(ByteView payload) {
  return {.piece = load_be<std::uint32_t>(payload.data()),
          .begin = load_be<std::uint32_t>(payload.data() + 4),
          .length = load_be<std::uint32_t>(payload.data() + 8)};
}

HashRequest load_hash_request(ByteView payload) {
  const Byte* numbers = payload.data() + Sha256::kSize;
  return {.root = Sha256::from(payload.first(Sha256::kSize)),
          .base_layer = load_be<std::uint32_t>(numbers),
          .index = load_be<std::uint32_t>(numbers + 4),
          .length = load_be<std::uint32_t>(numbers + 8),
          .proof_layers = load_be<std::uint32_t>(numbers + 12)};
}

template <typename M>
std::optional<Message> bare(ByteView payload) {
  if (!payload.empty()) return std::nullopt;
  return M{};
}

template <typename M>
std::optional<Message> with_number(ByteView payload) {
  if (payload.size() != 4) return std::nullopt;
  return M{load_be<std::uint32_t>(payload.data())};
}

template <typename M>
std::optional<Message> with_range(ByteView payload) {
  if (payload.size() != kRangeBytes) return std::nullopt;
  return M{load_range(payload)};
}

std::optional<Message> decode_hashes(ByteView payload) {
  if (payload.size() < kHashRequestBytes) return std::nullopt;
  Hashes message{.request = load_hash_request(payload), .hashes = {}};
  payload = payload.subspan(kHashRequestBytes);
  if (payload.size() % Sha256::kSize != 0) return std::nullopt;
  const std::size_t count = payload.size() / Sha256::kSize;
  if (count > kMaxHashesPerRequest + kMaxTreeHeight) return std::nullopt;
  message.hashes.reserve(count);
  for (; !payload.empty(); payload = payload.subspan(Sha256::kSize)) {
    message.hashes.push_back(Sha256::from(payload.first(Sha256::kSize)));
  }
  return message;
}

// Of the extensions: BEP 6, 10 and 52.
std::optional<Message> decode_extension(std::uint8_t type, ByteView payload) {
  switch (type) {
    case type_suggest:
      return with_number<Suggest>(payload);
    case type_have_all:
      return bare<HaveAll>(payload);
    case type_have_none:
      return bare<HaveNone>(payload);
    case type_reject:
      return with_range<Reject>(payload);
    case type_allowed_fast:
      return with_number<AllowedFast>(payload);
    case type_extended:
      if (payload.empty()) return std::nullopt;
      return Extended{.id = payload[0], .payload = payload.subspan(1)};
    case type_hash_request:
      if (payload.size() != kHashRequestBytes) return std::nullopt;
      return load_hash_request(payload);
    case type_hashes:
      return decode_hashes(payload);
    case type_hash_reject:
      if (payload.size() != kHashRequestBytes) return std::nullopt;
      return HashReject{load_hash_request(payload)};
    default:
      return Unknown{type};
  }
}

}  // namespace

Bytes encode(const Handshake& handshake) {
  Bytes out(kHandshakeBytes);
  std::memcpy(out.data(), kProtocol.data(), kProtocol.size());
  if (handshake.extensions) out[kProtocol.size() + 5] |= kExtensionBit;
  if (handshake.fast) out[kProtocol.size() + 7] |= kFastBit;
  if (handshake.v2) out[kProtocol.size() + 7] |= kV2Bit;
  std::memcpy(out.data() + kInfoHashAt, handshake.info_hash.bytes.data(), InfoHash::kSize);
  std::memcpy(out.data() + kPeerIdAt, handshake.peer_id.data(), handshake.peer_id.size());
  return out;
}

bool may_be_handshake(ByteView bytes) {
  const std::size_t known = std::min(bytes.size(), kProtocol.size());
  return text_of(bytes.first(known)) == kProtocol.substr(0, known);
}

std::optional<Handshake> decode_handshake(ByteView bytes) {
  if (bytes.size() != kHandshakeBytes || !may_be_handshake(bytes)) return std::nullopt;
  const ByteView reserved = bytes.subspan(kProtocol.size(), kReservedBytes);
  Handshake handshake;
  handshake.extensions = (reserved[5] & kExtensionBit) != 0;
  handshake.fast = (reserved[7] & kFastBit) != 0;
  handshake.v2 = (reserved[7] & kV2Bit) != 0;
  handshake.info_hash = InfoHash::from(bytes.subspan(kInfoHashAt, InfoHash::kSize));
  std::memcpy(handshake.peer_id.data(), bytes.data() + kPeerIdAt, handshake.peer_id.size());
  return handshake;
}

std::optional<Message> decode_message(ByteView message) {
  if (message.empty()) return KeepAlive{};
  const ByteView payload = message.subspan(1);
  switch (message[0]) {
    case type_choke:
      return bare<Choke>(payload);
    case type_unchoke:
      return bare<Unchoke>(payload);
    case type_interested:
      return bare<Interested>(payload);
    case type_not_interested:
      return bare<NotInterested>(payload);
    case type_have:
      return with_number<Have>(payload);
    case type_bitfield:
      return Bitfield{payload};
    case type_request:
      return with_range<Request>(payload);
    case type_piece:
      return std::nullopt;
    case type_cancel:
      return with_range<Cancel>(payload);
    default:
      return decode_extension(message[0], payload);
  }
}

void append(Bytes& out, const KeepAlive& /*message*/) {
  append_u32(out, 0);
}
void append(Bytes& out, const Choke& /*message*/) {
  append_head(out, type_choke, 0);
}
void append(Bytes& out, const Unchoke& /*message*/) {
  append_head(out, type_unchoke, 0);
}
void append(Bytes& out, const Interested& /*message*/) {
  append_head(out, type_interested, 0);
}
void append(Bytes& out, const NotInterested& /*message*/) {
  append_head(out, type_not_interested, 0);
}
void append(Bytes& out, const Have& message) {
  append_number(out, type_have, message.piece);
}
void append(Bytes& out, const Bitfield& message) {
  append_head(out, type_bitfield, message.bits.size());
  out.insert(out.end(), message.bits.begin(), message.bits.end());
}
void append(Bytes& out, const Request& message) {
  append_range(out, type_request, message.block);
}
void append(Bytes& out, const Cancel& message) {
  append_range(out, type_cancel, message.block);
}
void append(Bytes& out, const Suggest& message) {
  append_number(out, type_suggest, message.piece);
}
void append(Bytes& out, const HaveAll& /*message*/) {
  append_head(out, type_have_all, 0);
}
void append(Bytes& out, const HaveNone& /*message*/) {
  append_head(out, type_have_none, 0);
}
void append(Bytes& out, const Reject& message) {
  append_range(out, type_reject, message.block);
}
void append(Bytes& out, const AllowedFast& message) {
  append_number(out, type_allowed_fast, message.piece);
}
void append(Bytes& out, const Extended& message) {
  append_head(out, type_extended, 1 + message.payload.size());
  out.push_back(message.id);
  out.insert(out.end(), message.payload.begin(), message.payload.end());
}
void append(Bytes& out, const HashRequest& message) {
  append_hash_request(out, type_hash_request, message, 0);
}
void append(Bytes& out, const Hashes& message) {
  const std::size_t bytes = message.hashes.size() * Sha256::kSize;
  FRESHET_CHECK(1 + kHashRequestBytes + bytes <= kMaxMessageBytes);
  append_hash_request(out, type_hashes, message.request, bytes);
  for (const Sha256& hash : message.hashes) {
    const ByteView view = hash.view();
    out.insert(out.end(), view.begin(), view.end());
  }
}
void append(Bytes& out, const HashReject& message) {
  append_hash_request(out, type_hash_reject, message.request, 0);
}

std::array<Byte, kPieceHeaderBytes> piece_header(const BlockRange& block) {
  std::array<Byte, kPieceHeaderBytes> out{};
  store_be(static_cast<std::uint32_t>(kPieceHeaderBytes - kLengthPrefixBytes + block.length),
           out.data());
  out[4] = type_piece;
  store_be(block.piece, out.data() + 5);
  store_be(block.begin, out.data() + 9);
  return out;
}

}  // namespace freshet::wire::bt
