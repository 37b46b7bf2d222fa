// A link with a queue of its own that streams share, each under TCP's rule: its window grows by an
// item in each round trip, and is halved when the queue is full. Nothing is lost: who finds the
// queue full waits for a round trip.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>

#include "tests/unit/transfer/world.h"

namespace freshet::test {

class NarrowLink {
 public:
  struct Shape {
    std::uint64_t rate = 2'500'000;                ///< bytes a second
    std::uint64_t buffer = 500'000;                ///< of the queue
    Duration way = std::chrono::milliseconds(20);  ///< there and back, nothing waiting
  };
  NarrowLink(World& world, const Shape& shape) : world_(world), shape_(shape) {}

  /// One stream through it.
  class Stream {
   public:
    explicit Stream(NarrowLink& link) : link_(link) {}
    void send(std::size_t bytes, std::function<void()> through);
    [[nodiscard]] std::uint64_t bytes_through() const { return through_; }

   private:
    struct Item {
      std::size_t bytes;
      std::function<void()> through;
    };
    void push();
    void enter(Item item);

    NarrowLink& link_;
    std::deque<Item> waiting_;
    std::uint64_t window_ = 64 * 1024;
    std::uint64_t unacked_ = 0;
    std::uint64_t through_ = 0;
    bool backs_off_ = false;
  };

 private:
  World& world_;
  Shape shape_;
  std::uint64_t queued_ = 0;
  TimePoint free_at_{};
};

}  // namespace freshet::test
