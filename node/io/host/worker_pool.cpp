#include "node/io/host/worker_pool.h"

#include <atomic>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace freshet::io {

struct WorkerPool::Impl {
  Impl(asio::io_context& context, std::size_t threads, bool in_background)
      : io(context),
        pool(threads),
        background(in_background) {}

  asio::io_context& io;
  asio::thread_pool pool;
  const bool background;
  /// Completions look here first: they may be run after the pool's owner is gone.
  std::shared_ptr<std::atomic<bool>> stopped = std::make_shared<std::atomic<bool>>(false);
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
  asio::post(
      impl_->pool,
      [this, background = impl_->background, stopped = impl_->stopped, job = std::move(job)] {
        if (stopped->load()) return;
        if (background) lower_priority_once();
        Completion completion = job();
        if (completion) post(std::move(completion));
      });
}

void WorkerPool::post(Completion completion) {
  asio::post(impl_->io, [stopped = impl_->stopped, completion = std::move(completion)] {
    if (!stopped->load()) completion();
  });
}

void WorkerPool::stop() {
  impl_->stopped->store(true);
  impl_->pool.join();
}

}  // namespace freshet::io
