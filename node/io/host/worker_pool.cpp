#include "node/io/host/worker_pool.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace freshet::io {

namespace {

/// What is on its way to the io thread. Outlives the pool: completions look here first.
class Posted {
 public:
  void wait_for_room() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return count_ < WorkerPool::kMaxPosted || stopped_; });
    ++count_;
  }
  /// False: the pool was stopped, and this one is dropped.
  bool take() {
    const std::lock_guard lock(mutex_);
    --count_;
    room_.notify_one();
    return !stopped_;
  }
  void stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    room_.notify_all();
  }
  bool stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable room_;
  std::size_t count_ = 0;
  bool stopped_ = false;
};

}  // namespace

struct WorkerPool::Impl {
  Impl(asio::io_context& context, std::size_t threads, bool in_background)
      : io(context),
        pool(threads),
        background(in_background) {}

  asio::io_context& io;
  asio::thread_pool pool;
  const bool background;
  std::shared_ptr<Posted> posted = std::make_shared<Posted>();
};

namespace {

constexpr int kLowestPriority = 19;

// Linux keeps priorities by thread.
void lower_priority_once() {
  thread_local bool lowered = false;
  if (lowered) return;
  lowered = true;
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kLowestPriority);
}

}  // namespace

WorkerPool::WorkerPool(asio::io_context& io, std::size_t threads, bool background)
    : impl_(std::make_unique<Impl>(io, threads, background)) {}

WorkerPool::~WorkerPool() {
  stop();
}

void WorkerPool::submit(Job job) {
  asio::post(impl_->pool,
             [this, background = impl_->background, posted = impl_->posted, job = std::move(job)] {
               if (posted->stopped()) return;
               if (background) lower_priority_once();
               Completion completion = job();
               if (completion) post(std::move(completion));
             });
}

void WorkerPool::post(Completion completion) {
  impl_->posted->wait_for_room();
  asio::post(impl_->io, [posted = impl_->posted, completion = std::move(completion)] {
    if (posted->take()) completion();
  });
}

void WorkerPool::stop() {
  impl_->posted->stop();
  impl_->pool.join();
}

}  // namespace freshet::io
