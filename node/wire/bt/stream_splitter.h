// Cuts one side of a BitTorrent stream into the handshake and whole messages. Knows lengths and the
// header of `piece` only; messages.h decodes the rest. Holds at most one item, within
// kMaxMessageBytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "node/base/bytes.h"
#include "node/wire/bt/messages.h"

namespace freshet::wire::bt {

class StreamSplitter {
 public:
  enum class Kind : std::uint8_t {
    more,       ///< nothing whole is left: feed() again
    handshake,  ///< bytes: kHandshakeBytes
    message,    ///< bytes: one message without its length prefix; empty for a keep-alive
    piece,      ///< block: what it is; bytes: the payload, block.length of them
    broken,     ///< not a BitTorrent stream, or a length beyond the limit; says so for ever
  };
  struct Item {
    Kind kind = Kind::more;
    ByteView bytes;    ///< valid until the next call of next() or feed()
    BlockRange block;  ///< of a piece
  };

  /// The next bytes of the stream; the splitter borrows them until next() has said `more`.
  /// REQUIRES: next() said `more` or `broken` since the last feed().
  void feed(ByteView chunk) { chunk_ = chunk; }
  Item next();

 private:
  [[nodiscard]] bool gather(std::size_t size);
  [[nodiscard]] ByteView seen(std::size_t size) const;
  ByteView take(std::size_t size);
  Item break_off();
  Item next_handshake();
  Item next_message();

  ByteView chunk_;
  Bytes held_;  ///< the beginning of an item that one chunk did not hold whole
  bool opened_ = false;
  bool broken_ = false;
  bool handed_out_ = false;  ///< held_ is what the last item's bytes point to
};

}  // namespace freshet::wire::bt
