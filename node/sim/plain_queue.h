// The simplest queue that does what EventQueue does: one binary heap, in order of time and
// insertion. Three times as slow; there to show that a simulation does not depend on its queue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <queue>
#include <vector>

#include "node/base/time.h"
#include "node/sim/event_queue.h"

namespace freshet::sim {

template <typename Event>
class PlainQueue {
 public:
  void push(TimePoint at, const Event& event) {
    heap_.push({.at = at, .seq = pushed_++, .event = event});
  }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }
  [[nodiscard]] bool is_due(TimePoint limit) const {
    return !heap_.empty() && heap_.top().at <= limit;
  }
  Due<Event> pop() {
    const Due<Event> due{.at = heap_.top().at, .event = heap_.top().event};
    heap_.pop();
    return due;
  }

 private:
  struct Numbered {
    TimePoint at;
    std::uint64_t seq = 0;
    Event event;
  };
  struct After {
    bool operator()(const Numbered& a, const Numbered& b) const {
      return a.at != b.at ? a.at > b.at : a.seq > b.seq;
    }
  };

  std::priority_queue<Numbered, std::vector<Numbered>, After> heap_;
  std::uint64_t pushed_ = 0;
};

}  // namespace freshet::sim
