// Threads for what blocks: disk and hashing. A job runs on a worker and hands back what is to be
// done on the io thread; nothing else crosses. The io thread never waits; a job that hands over
// faster than the io thread takes does.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "node/io/asio_fwd.h"

namespace freshet::io {

class WorkerPool {
 public:
  /// Runs on the io thread when the job is done.
  using Completion = std::function<void()>;
  /// Runs on a worker; must not throw. An empty completion is fine.
  using Job = std::function<Completion()>;

  /// `threads` 1: jobs run one after another, in order. `background`: at the lowest priority of the
  /// system.
  WorkerPool(asio::io_context& io, std::size_t threads, bool background);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void submit(Job job);
  /// Handed over and not yet taken, at most. The io thread takes all that are there before it looks
  /// at its sockets again.
  static constexpr std::size_t kMaxPosted = 16;
  /// From within a job: something for the io thread before the job is done. Waits while kMaxPosted
  /// are on their way, until stop().
  void post(Completion completion);
  /// Waits for the jobs that run, drops those that wait and every completion that has not run. Jobs
  /// that take long should watch a stop flag of their own, set before.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::io
