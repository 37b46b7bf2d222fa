// Unpacks the bundle of a folder on a worker while the rest of it is still fetched. On the io
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "node/io/host/worker_pool.h"
#include "node/store/folder_unpacking.h"

namespace freshet::io {

class BundleUnpacker : public std::enable_shared_from_this<BundleUnpacker> {
 public:
  using Unpacked = std::function<void(Result<std::vector<store::FileFailure>>)>;

  /// `disk`: of one thread; it and this object's jobs end before it does.
  BundleUnpacker(WorkerPool& disk,
                 store::FolderPlace place,
                 std::vector<std::size_t> which,
                 std::stop_token stop)
      : disk_(disk),
        unpacking_(std::make_shared<store::FolderUnpacking>(std::move(place), std::move(which))),
        stop_(std::move(stop)) {}

  /// So many bytes of the bundle are verified, and in `part`. What fails is tried again at the end.
  void ready(std::uint64_t bytes, const std::string& part);
  /// All of it is at `path`; without one, the empty files alone are made.
  void finish(const std::string& path, Unpacked unpacked);
  /// Removes what was unpacked and has no name yet.
  void drop();

 private:
  void stage();

  WorkerPool& disk_;
  std::shared_ptr<store::FolderUnpacking> unpacking_;  ///< the worker's
  std::stop_token stop_;
  std::uint64_t ready_bytes_ = 0;
  std::uint64_t staged_bytes_ = 0;
  std::string part_;
  bool busy_ = false;
};

}  // namespace freshet::io
