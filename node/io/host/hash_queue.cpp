#include "node/io/host/hash_queue.h"

#include <utility>

#include "node/store/hasher.h"

namespace freshet::io {

HashQueue::HashQueue(asio::io_context& io, std::size_t threads, Locate locate, Done done)
    : locate_(std::move(locate)),
      done_(std::move(done)),
      threads_(threads),
      pool_(io, threads, true) {}

void HashQueue::add(store::FileId file) {
  if (!states_.try_emplace(file, State::waiting).second) return;
  order_.push_back(file);
  fill();
}

void HashQueue::promote(store::FileId file) {
  const auto found = states_.find(file);
  if (found == states_.end() || found->second != State::waiting) return;
  order_.push_front(file);
}

void HashQueue::fill() {
  while (running_ < threads_ && !order_.empty()) {
    const store::FileId file = order_.front();
    order_.pop_front();
    const auto found = states_.find(file);
    if (found == states_.end() || found->second != State::waiting) continue;
    auto where = locate_(file);
    if (!where) {
      states_.erase(found);
      continue;
    }
    found->second = State::running;
    ++running_;
    pool_.submit([this, file, where = std::move(*where), stop = stop_.get_token()]()
                     -> WorkerPool::Completion {
      auto content = store::hash_file(where, stop);
      return [this, file, where, content = std::move(content)] {
        finish(file, where, content);
      };
    });
  }
}

void HashQueue::finish(store::FileId file,
                       const store::FileRef& where,
                       Result<store::ContentInfo> content) {
  --running_;
  states_.erase(file);
  done_(file, where, std::move(content));
  fill();
}

void HashQueue::stop() {
  stop_.request_stop();
  pool_.stop();
}

}  // namespace freshet::io
