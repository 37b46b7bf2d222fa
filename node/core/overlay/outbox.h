// Frames that wait for room on one slow link. It exists only while something waits. Bounded: when
// it is full the oldest frame of the least important class goes, queries first, hits and pushes
// last.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "node/base/bytes.h"
#include "node/core/overlay/counters.h"
#include "node/wire/overlay/frame.h"

namespace freshet::core::overlay {

class Outbox {
 public:
  struct Waiting {
    wire::FrameHeader header;
    Bytes body;
  };

  /// Adds a frame, and drops until no more than `max_bytes` wait; drops are counted by class.
  void add(const wire::FrameHeader& header,
           ByteView body,
           std::size_t max_bytes,
           Counters& counters);
  /// The most important frame that fits into `room_bytes`; nullopt when the next one does not fit
  /// or nothing waits.
  std::optional<Waiting> take(std::size_t room_bytes);
  [[nodiscard]] bool empty() const { return bytes_ == 0; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  enum Class : std::size_t { control = 0, hit = 1, query = 2, class_count = 3 };
  static Class class_of(wire::FrameType type);
  static std::size_t size_of(const Waiting& frame) {
    return wire::kFrameHeaderBytes + frame.body.size();
  }
  bool drop_one(Counters& counters);

  std::array<std::deque<Waiting>, class_count> waiting_;
  std::size_t bytes_ = 0;
};

}  // namespace freshet::core::overlay
