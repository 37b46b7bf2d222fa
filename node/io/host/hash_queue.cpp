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
  if (promoted_.contains(file) || running_.contains(file) || !waiting_.insert(file)) return;
  pending_bytes_ += size_bytes;
  fill();
}

void HashQueue::forget(store::FileId file, std::uint64_t size_bytes) {
  if (!waiting_.erase(file) && promoted_.erase(file) == 0 && running_.erase(file) == 0) return;
  pending_bytes_ -= size_bytes;
}

void HashQueue::promote(store::FileId file) {
  if (!waiting_.erase(file)) return;
  promoted_.insert(file);
  first_.push_front(file);
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

std::optional<store::FileId> HashQueue::next() {
  while (!first_.empty()) {
    const store::FileId file = first_.front();
    first_.pop_front();
    if (promoted_.erase(file) > 0) return file;
  }
  return waiting_.pop_lowest();
}

void HashQueue::fill() {
  while (!paused_ && busy_ < threads_) {
    const auto file = next();
    if (!file) break;
    start(*file, locate_(*file));
  }
  if (busy_ == 0 && !std::exchange(resting_, true)) rests_();
}

void HashQueue::start(store::FileId file, store::FileRef where) {
  ++busy_;
  const Running running{.number = ++runs_, .read_bytes = count_from_zero()};
  running_[file] = running;
  if (std::exchange(resting_, false)) rate_.begin(steady_now(), *read_bytes_);
  pool_.submit([this,
                ran = Ran{.number = runs_, .file = file, .where = std::move(where)},
                read = running.read_bytes,
                all = read_bytes_,
                stop = stop_.get_token()]() -> WorkerPool::Completion {
    auto content = store::hash_file(ran.where, stop, [&](std::size_t bytes) {
      *read += bytes;
      *all += bytes;
    });
    return [this, ran, content = std::move(content)] {
      finish(ran, content);
    };
  });
}

void HashQueue::finish(const Ran& ran, Result<store::ContentInfo> content) {
  --busy_;
  rate_.look(steady_now(), *read_bytes_);
  const auto found = running_.find(ran.file);
  if (found != running_.end() && found->second.number == ran.number) {
    running_.erase(found);
    if (!content && content.error().code == ErrorCode::canceled) {
      promoted_.insert(ran.file);  // it was paused: it is the next
      first_.push_front(ran.file);
    } else {
      pending_bytes_ -= ran.where.stamp.size_bytes;
      done_(ran.file, ran.where, std::move(content));
    }
  }
  fill();
}

HashingView HashQueue::view() {
  if (busy_ > 0) rate_.look(steady_now(), *read_bytes_);
  std::uint64_t ahead = 0;
  for (const auto& [file, running] : running_) ahead += *running.read_bytes;
  return {.files = pending(),
          .bytes = pending_bytes_ - std::min(pending_bytes_, ahead),
          .bytes_per_second = busy_ > 0 ? rate_.per_second() : 0,
          .paused = paused_};
}

void HashQueue::stop() {
  stop_.request_stop();
  pool_.stop();
}

}  // namespace freshet::io
