// Cuts one side of a BitTorrent stream into the handshake and whole messages. Knows lengths and the
// `piece` header only; messages.h decodes the rest. Holds at most one message, within
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
    piece,      ///< block: what it is; bytes: the payload, of block.length
    broken,     ///< the stream cannot be followed; says so for ever
  };
  struct Item {
    Kind kind = Kind::more;
    ByteView bytes;    ///< valid until the next call of next() or feed()
    BlockRange block;  ///< of a piece
  };

  /// The next bytes of the stream, borrowed until next() has said `more`. REQUIRES: next() said
  /// `more` since the last feed().
  void feed(ByteView chunk) { chunk_ = chunk; }
  Item next();

 private:
  bool gather(std::size_t size);
  ByteView take(std::size_t size);
  Item cut_handshake();
  Item cut_message();

  ByteView chunk_;
  Bytes held_;  ///< the beginning of an item that is not whole in one chunk
  bool opened_ = false;
  bool broken_ = false;
  bool taken_ = false;  ///< held_ was handed out and is to be forgotten
};

}  // namespace freshet::wire::bt
