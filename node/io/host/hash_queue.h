// Which files are hashed, in what order: as the catalogue numbers them, except that what somebody
// asked for goes first. Hashes on workers of the lowest priority; knows no catalogue.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>
#include <unordered_set>

#include "node/base/result.h"
#include "node/io/host/hash_rate.h"
#include "node/io/host/worker_pool.h"
#include "node/store/file_ids.h"
#include "node/store/types.h"

namespace freshet::io {

/// How hashing stands.
struct HashingView {
  std::uint64_t files = 0;      ///< that wait or are being read
  std::uint64_t bytes = 0;      ///< of them that are still to be read
  double bytes_per_second = 0;  ///< 0: not known
  bool paused = false;
};

class HashQueue {
 public:
  /// Where a file is that was added and not forgotten.
  using Locate = std::function<store::FileRef(store::FileId)>;
  /// On the io thread, for each file that was added, unless it was forgotten since.
  using Done =
      std::function<void(store::FileId, const store::FileRef&, Result<store::ContentInfo>)>;

  /// On the io thread: nothing is read any more, and nothing will be before something is added or
  /// it goes on.
  using Rests = std::function<void()>;

  HashQueue(asio::io_context& io, std::size_t threads, Locate locate, Done done, Rests rests);

  /// Again for one that waits or is being hashed: nothing.
  void add(store::FileId file, std::uint64_t size_bytes);
  /// It is not shared any more, or not as it was. `size_bytes`: as it was added.
  void forget(store::FileId file, std::uint64_t size_bytes);
  /// To the front, if it waits.
  void promote(store::FileId file);
  /// Nothing is read until it goes on; what is being read is left and begun again then.
  void pause(bool paused);
  [[nodiscard]] std::size_t pending() const {
    return waiting_.size() + promoted_.size() + running_.size();
  }
  [[nodiscard]] HashingView view();
  void stop();

 private:
  using SharedCount = std::shared_ptr<std::atomic<std::uint64_t>>;
  static SharedCount count_from_zero() { return std::make_shared<std::atomic<std::uint64_t>>(0); }
  struct Running {
    std::uint64_t number = 0;  ///< of the run
    SharedCount read_bytes;    ///< by its worker
  };
  struct Ran {
    std::uint64_t number = 0;
    store::FileId file;
    store::FileRef where;
  };
  std::optional<store::FileId> next();
  void fill();
  void start(store::FileId file, store::FileRef where);
  void finish(const Ran& ran, Result<store::ContentInfo> content);

  Locate locate_;
  Done done_;
  Rests rests_;
  std::size_t threads_;
  std::size_t busy_ = 0;  ///< workers, also with files that were forgotten
  bool resting_ = true;
  bool paused_ = false;
  // A file is in one of these three.
  store::FileIds waiting_;
  std::unordered_set<store::FileId, IdHash> promoted_;
  std::unordered_map<store::FileId, Running, IdHash> running_;
  std::deque<store::FileId> first_;  ///< promoted ones in order, and some that were forgotten
  std::uint64_t runs_ = 0;
  std::uint64_t pending_bytes_ = 0;             ///< of all three, as if nothing of them was read
  SharedCount read_bytes_ = count_from_zero();  ///< by workers, in all
  HashRate rate_;
  std::stop_source stop_;  ///< of what runs; another after each pause
  WorkerPool pool_;
};

}  // namespace freshet::io
