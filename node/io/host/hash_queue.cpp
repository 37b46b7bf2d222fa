#include "node/io/host/hash_queue.h"

#include <algorithm>
#include <utility>

#include "node/io/host/steady_now.h"
#include "node/store/hasher.h"

namespace freshet::io {

HashQueue::HashQueue(
    asio::io_context& io, std::size_t threads, Locate locate, Done done, Rests rests)
    : locate_(std::move(locate)),
      done_(std::move(done)),
      rests_(std::move(rests)),
      threads_(threads),
      pool_(io, threads, true) {}

void HashQueue::add(store::FileId file, std::uint64_t size_bytes) {
  if (!states_.try_emplace(file, State{.stage = Stage::waiting, .size_bytes = size_bytes}).second)
    return;
  pending_bytes_ += size_bytes;
  order_.push_back(file);
  fill();
}

void HashQueue::promote(store::FileId file) {
  const auto found = states_.find(file);
  if (found == states_.end() || found->second.stage != Stage::waiting) return;
  found->second.stage = Stage::promoted;
  order_.push_front(file);
}

void HashQueue::pause(bool paused) {
  if (std::exchange(paused_, paused) == paused) return;
  if (paused) {
    stop_.request_stop();
    return;
  }
  stop_ = std::stop_source();
  rate_.begin(steady_now(), *read_bytes_);
  fill();
}

void HashQueue::fill() {
  while (!paused_ && running_ < threads_ && !order_.empty()) {
    const store::FileId file = order_.front();
    order_.pop_front();
    const auto found = states_.find(file);
    if (found == states_.end() || found->second.stage == Stage::running) continue;
    auto where = locate_(file);
    if (!where) {
      pending_bytes_ -= found->second.size_bytes;
      states_.erase(found);
      continue;
    }
    found->second.stage = Stage::running;
    start(file, std::move(*where));
  }
  if (running_ == 0 && !std::exchange(resting_, true)) rests_();
}

void HashQueue::start(store::FileId file, store::FileRef where) {
  ++running_;
  if (std::exchange(resting_, false)) rate_.begin(steady_now(), *read_bytes_);
  pool_.submit([this,
                ran = Ran{.file = file, .where = std::move(where)},
                all = read_bytes_,
                stop = stop_.get_token()]() mutable -> WorkerPool::Completion {
    auto content = store::hash_file(ran.where, stop, [&](std::size_t bytes) {
      ran.read_bytes += bytes;
      *all += bytes;
    });
    return [this, ran, content = std::move(content)] {
      finish(ran, content);
    };
  });
}

void HashQueue::finish(const Ran& ran, Result<store::ContentInfo> content) {
  --running_;
  settled_bytes_ += ran.read_bytes;
  rate_.look(steady_now(), *read_bytes_);
  const auto found = states_.find(ran.file);
  if (!content && content.error().code == ErrorCode::canceled) {
    found->second.stage = Stage::promoted;  // it was paused: it is the next
    order_.push_front(ran.file);
  } else {
    pending_bytes_ -= found->second.size_bytes;
    states_.erase(found);
    done_(ran.file, ran.where, std::move(content));
  }
  fill();
}

HashingView HashQueue::view() {
  const std::uint64_t read = *read_bytes_;
  if (running_ > 0) rate_.look(steady_now(), read);
  const std::uint64_t ahead = read - settled_bytes_;  // of files that are being read
  return {.files = states_.size(),
          .bytes = pending_bytes_ - std::min(pending_bytes_, ahead),
          .bytes_per_second = running_ > 0 ? rate_.per_second() : 0,
          .paused = paused_};
}

void HashQueue::stop() {
  stop_.request_stop();
  pool_.stop();
}

}  // namespace freshet::io
