// The messages that wait for one client, bounded. An event takes the place of an older one with the
// same key that has not left yet: a slow client hears the latest state of each thing, and memory
// does not grow with its slowness.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

#include "node/base/bytes.h"

namespace freshet::api {

class OutQueue {
 public:
  explicit OutQueue(std::size_t max_events) : max_events_(max_events) {}

  /// False when max_events of other keys wait: the event is dropped.
  bool push_event(std::uint64_t key, Bytes message);
  /// Always taken, behind all events. Events after it begin anew: they replace nothing before it.
  void push_end(Bytes message);

  /// Whole messages from the front: the first, and more as long as all fit into `max_bytes`. Empty
  /// when nothing waits.
  Bytes take(std::size_t max_bytes);
  [[nodiscard]] bool empty() const { return waiting_.empty(); }

 private:
  struct Waiting {
    std::uint64_t key;
    bool is_event;
    Bytes message;
  };

  std::size_t max_events_;
  std::list<Waiting> waiting_;
  std::unordered_map<std::uint64_t, std::list<Waiting>::iterator>
      events_;  ///< of the current request
};

}  // namespace freshet::api
