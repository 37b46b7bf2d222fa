// What the simulator's queue holds, in 16 bytes: a flood has millions of them under way.
#pragma once

#include <cstdint>
#include <span>

#include "node/sim/event_queue.h"
#include "node/sim/network.h"
#include "node/sim/plain_queue.h"

namespace freshet::sim {

enum class EventKind : std::uint8_t {
  frame,      ///< value: a frame of the pool; link: at the receiver; small: its hops
  timer,      ///< a node wants to wake
  link_down,  ///< link: at the node that sees it go
  writable,   ///< link: its room is made whole
  sent,       ///< a node's uplink has sent a frame
  dial,       ///< value: the target; link: the DialId; small: the dialling node's lives, modulo 256
};

class alignas(16) Event {
 public:
  static constexpr std::uint32_t kMaxValue = (std::uint32_t{1} << 29U) - 1;

  std::uint32_t offset = 0;  ///< the queue's own

  Event() = default;
  /// REQUIRES: value <= kMaxValue.
  Event(EventKind kind,
        NodeIndex node,
        std::uint32_t link,
        std::uint32_t value = 0,
        std::uint8_t small = 0)
      : node_(node | std::uint32_t{small} << 24U),
        link_(link),
        value_(value | static_cast<std::uint32_t>(kind) << 29U) {}

  [[nodiscard]] EventKind kind() const { return static_cast<EventKind>(value_ >> 29U); }
  [[nodiscard]] NodeIndex node() const { return node_ & 0xFFFFFFU; }
  [[nodiscard]] std::uint32_t link() const { return link_; }
  [[nodiscard]] std::uint32_t value() const { return value_ & kMaxValue; }
  [[nodiscard]] std::uint8_t small() const { return static_cast<std::uint8_t>(node_ >> 24U); }

 private:
  std::uint32_t node_ = 0;
  std::uint32_t link_ = 0;
  std::uint32_t value_ = 0;
};
static_assert(sizeof(Event) == 16);

/// The host's queue: the fast one, or the plain one to compare it with.
class Queue {
 public:
  explicit Queue(bool plain) : is_plain_(plain) {}

  void push(TimePoint at, const Event& event) {
    if (is_plain_) {
      plain_.push(at, event);
    } else {
      fast_.push(at, event);
    }
  }
  [[nodiscard]] bool is_due(TimePoint limit) {
    return is_plain_ ? plain_.is_due(limit) : fast_.is_due(limit);
  }
  Due<Event> pop() { return is_plain_ ? plain_.pop() : fast_.pop(); }
  /// Probably the next events in order; for prefetching.
  [[nodiscard]] std::span<const Event> upcoming() const { return fast_.upcoming(); }

 private:
  bool is_plain_;
  EventQueue<Event> fast_;
  PlainQueue<Event> plain_;
};

}  // namespace freshet::sim
