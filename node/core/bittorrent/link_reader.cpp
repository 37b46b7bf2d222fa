#include "node/core/bittorrent/link_reader.h"

namespace freshet::core::bittorrent {

using Kind = wire::bt::StreamSplitter::Kind;

void LinkReader::read(ByteView bytes) {
  splitter_.feed(bytes);
  while (!over_) {
    const auto item = splitter_.next();
    switch (item.kind) {
      case Kind::handshake:
        on_handshake(item.bytes);
        break;
      case Kind::message:
        if (const auto message = wire::bt::decode_message(item.bytes)) {
          on_message(*message);
        } else {
          on_nonsense();
        }
        break;
      case Kind::piece:
        on_piece(item.block, item.bytes);
        break;
      case Kind::broken:
        on_nonsense();
        break;
      case Kind::more:
        return;
    }
  }
}

}  // namespace freshet::core::bittorrent
