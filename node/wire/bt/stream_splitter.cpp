#include "node/wire/bt/stream_splitter.h"

#include <algorithm>

namespace freshet::wire::bt {
namespace {

constexpr std::size_t kPieceNumbers = kPieceHeaderBytes - kLengthPrefixBytes;  // type, piece, begin
constexpr Byte kPieceType = 7;
// A buffer that a large message blew up is not kept.
constexpr std::size_t kHeldBytesKept = std::size_t{32} * 1024;

}  // namespace

StreamSplitter::Item StreamSplitter::next() {
  if (handed_out_) {
    held_.clear();
    if (held_.capacity() > kHeldBytesKept) held_.shrink_to_fit();
    handed_out_ = false;
  }
  if (broken_) return {.kind = Kind::broken, .bytes = {}, .block = {}};
  return opened_ ? next_message() : next_handshake();
}

// True when `size` bytes of the current item lie together. Otherwise they are in held_ as far as
// they came; bytes in held_ stay there until the item is taken.
bool StreamSplitter::gather(std::size_t size) {
  if (held_.empty() && chunk_.size() >= size) return true;
  if (held_.size() >= size) return true;
  const std::size_t count = std::min(size - held_.size(), chunk_.size());
  held_.insert(held_.end(), chunk_.begin(), chunk_.begin() + static_cast<std::ptrdiff_t>(count));
  chunk_ = chunk_.subspan(count);
  return held_.size() >= size;
}

ByteView StreamSplitter::seen(std::size_t size) const {
  const ByteView from = held_.empty() ? chunk_ : ByteView(held_);
  return from.first(std::min(size, from.size()));
}

ByteView StreamSplitter::take(std::size_t size) {
  const ByteView bytes = seen(size);
  if (held_.empty()) {
    chunk_ = chunk_.subspan(size);
  } else {
    handed_out_ = true;
  }
  return bytes;
}

StreamSplitter::Item StreamSplitter::break_off() {
  broken_ = true;
  held_ = {};
  return {.kind = Kind::broken, .bytes = {}, .block = {}};
}

StreamSplitter::Item StreamSplitter::next_handshake() {
  const bool whole = gather(kHandshakeBytes);
  if (!may_be_handshake(seen(kHandshakeBytes))) return break_off();
  if (!whole) return {};
  opened_ = true;
  return {.kind = Kind::handshake, .bytes = take(kHandshakeBytes), .block = {}};
}

StreamSplitter::Item StreamSplitter::next_message() {
  if (!gather(kLengthPrefixBytes)) return {};
  const std::size_t length = load_be<std::uint32_t>(seen(kLengthPrefixBytes).data());
  if (length > kMaxMessageBytes) return break_off();
  if (!gather(kLengthPrefixBytes + std::min<std::size_t>(length, 1))) return {};
  const bool piece = length > 0 && seen(kLengthPrefixBytes + 1).back() == kPieceType;
  if (piece && (length <= kPieceNumbers || length > kPieceNumbers + kBlockBytes)) {
    return break_off();
  }
  if (!gather(kLengthPrefixBytes + length)) return {};
  const ByteView message = take(kLengthPrefixBytes + length).subspan(kLengthPrefixBytes);
  if (!piece) return {.kind = Kind::message, .bytes = message, .block = {}};
  return {.kind = Kind::piece,
          .bytes = message.subspan(kPieceNumbers),
          .block = {.piece = load_be<std::uint32_t>(message.data() + 1),
                    .begin = load_be<std::uint32_t>(message.data() + 5),
                    .length = static_cast<std::uint32_t>(length - kPieceNumbers)}};
}

}  // namespace freshet::wire::bt
