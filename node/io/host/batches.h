// From a job on a worker to the io thread: what it finds, some hundred at a time, so that neither
// waits long for the other.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>
#include <utility>
#include <vector>

#include "node/base/result.h"
#include "node/io/host/worker_pool.h"

namespace freshet::io {

/// Lives within one job.
template <typename Item>
class Batches {
 public:
  /// Some milliseconds of the io thread.
  static constexpr std::size_t kItems = 512;
  using Take = std::function<void(const std::vector<Item>&)>;

  Batches(WorkerPool& pool, std::stop_token stop, Take take)
      : pool_(pool),
        stop_(std::move(stop)),
        take_(std::move(take)) {}

  /// Errors: canceled.
  Status add(const Item& item) {
    if (stop_.stop_requested()) return Error{.code = ErrorCode::canceled, .message = "stopped"};
    batch_.push_back(item);
    if (batch_.size() >= kItems) hand_over();
    return kOk;
  }
  /// To be called at the end as well.
  void hand_over() {
    if (batch_.empty()) return;
    pool_.post([take = take_, batch = std::exchange(batch_, {})] { take(batch); });
  }

 private:
  WorkerPool& pool_;
  std::stop_token stop_;
  Take take_;
  std::vector<Item> batch_;
};

}  // namespace freshet::io
