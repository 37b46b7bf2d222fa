#include "node/api/out_queue.h"

#include <utility>

namespace freshet::api {

bool OutQueue::push_event(std::uint64_t key, Bytes message) {
  const auto older = events_.find(key);
  if (older != events_.end()) {
    older->second->message = std::move(message);
    return true;
  }
  if (waiting_.size() >= max_events_) return false;
  waiting_.push_back({key, true, std::move(message)});
  events_.emplace(key, std::prev(waiting_.end()));
  return true;
}

void OutQueue::push_end(Bytes message) {
  for (const auto& [key, waiting] : events_) waiting->is_event = false;
  events_.clear();
  waiting_.push_back({0, false, std::move(message)});
}

Bytes OutQueue::take(std::size_t max_bytes) {
  Bytes taken;
  while (!waiting_.empty()) {
    Waiting& first = waiting_.front();
    if (!taken.empty() && taken.size() + first.message.size() > max_bytes) break;
    if (first.is_event) events_.erase(first.key);
    if (taken.empty()) {
      taken = std::move(first.message);
    } else {
      taken.insert(taken.end(), first.message.begin(), first.message.end());
    }
    waiting_.pop_front();
  }
  return taken;
}

}  // namespace freshet::api
