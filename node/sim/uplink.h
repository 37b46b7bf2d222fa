// What a node with limited bandwidth still has to send: its frames leave one after another, all its
// links together, in the order in which the core sent them. Each link's room is finite, so the
// core's own queues and drop policy decide what waits and what goes; nothing is dropped here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/ids.h"
#include "node/wire/overlay/frame.h"

namespace freshet::sim {

class Uplink {
 public:
  /// What waits here for one link at most: one frame of the largest size.
  static constexpr std::uint32_t kRoom = wire::kFrameHeaderBytes + wire::kMaxBodyBytes;

  struct Copy {
    std::uint32_t frame = kEnd;  ///< its number in the pool; kEnd: the link's end
    LinkId link;
    std::uint32_t bytes = 0;
    std::uint8_t hops = 0;
  };
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;

  void add_link(LinkId link) { rooms_.push_back({.link = link}); }
  void remove_link(LinkId link);

  /// True when nothing waited: the caller begins to send it.
  bool push(const Copy& copy);
  [[nodiscard]] bool empty() const { return next_ == waiting_.size(); }
  /// What is being sent. REQUIRES: !empty().
  [[nodiscard]] const Copy& front() const { return waiting_[next_]; }
  /// The front has been sent. The room of its link, when the node is to hear of it: half of it or
  /// more came free since it last heard, or all of it is free.
  std::optional<std::uint32_t> pop();

 private:
  struct Room {
    LinkId link;
    std::uint32_t known_free = kRoom;  ///< what the node thinks that it may send
    std::uint32_t waiting = 0;
  };
  Room* find(LinkId link);

  std::vector<Copy> waiting_;
  std::size_t next_ = 0;  ///< in waiting_; those before were sent
  std::vector<Room> rooms_;
};

}  // namespace freshet::sim
