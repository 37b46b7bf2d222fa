// What goes out on one link: control messages first, then the blocks that the peer asked for, all
// within the room that the host gave. Order and bounds only; knows no meaning of what it sends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/core/transfer/io.h"

namespace freshet::core::transfer {

class Uplink {
 public:
  explicit Uplink(std::uint32_t room_bytes) : room_(room_bytes) {}

  void set_room(std::uint32_t bytes) { room_ = bytes; }
  /// Appends one message (wire::bt) to what waits.
  template <typename M>
  void say(const M& message) {
    append(control_, message);
  }
  void say_bytes(ByteView bytes) { control_.insert(control_.end(), bytes.begin(), bytes.end()); }

  void queue(const BlockRange& block) { blocks_.push_back(block); }
  /// False when it does not wait (any longer).
  bool unqueue(const BlockRange& block);
  std::deque<BlockRange> take_queue() { return std::exchange(blocks_, {}); }

  struct Flushed {
    std::uint64_t bytes = 0;  ///< of blocks handed over
    bool starved = false;     ///< there is room for one more, which the allowance did not cover
  };
  /// Hands over what the room takes, blocks within `allowance` bytes. hold_blocks: control messages
  /// only.
  Flushed flush(const SendBlock& like,
                bool hold_blocks,
                std::uint64_t allowance,
                std::vector<Effect>& out);

  [[nodiscard]] std::size_t control_bytes() const { return control_.size(); }
  [[nodiscard]] std::size_t queued_blocks() const { return blocks_.size(); }
  [[nodiscard]] std::uint32_t room() const { return room_; }

 private:
  std::uint32_t room_;
  Bytes control_;
  std::deque<BlockRange> blocks_;
};

}  // namespace freshet::core::transfer
