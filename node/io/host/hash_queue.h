// Which files are hashed, in what order: as they came, except that what somebody asked for goes
// first. Hashes on workers of the lowest priority; knows no catalogue.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include "node/base/result.h"
#include "node/io/host/hash_rate.h"
#include "node/io/host/worker_pool.h"
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
  /// Where a file is now; nullopt when it is not shared any more.
  using Locate = std::function<std::optional<store::FileRef>(store::FileId)>;
  /// On the io thread, for each file that was added and is still shared.
  using Done =
      std::function<void(store::FileId, const store::FileRef&, Result<store::ContentInfo>)>;

  /// On the io thread: nothing is read any more, and nothing will be before something is added or
  /// it goes on.
  using Rests = std::function<void()>;

  HashQueue(asio::io_context& io, std::size_t threads, Locate locate, Done done, Rests rests);

  /// Again for one that waits or is being hashed: nothing.
  void add(store::FileId file, std::uint64_t size_bytes);
  /// To the front, if it waits.
  void promote(store::FileId file);
  /// Nothing is read until it goes on; what is being read is left and begun again then.
  void pause(bool paused);
  [[nodiscard]] std::size_t pending() const { return states_.size(); }
  [[nodiscard]] HashingView view();
  void stop();

 private:
  enum class Stage : std::uint8_t { waiting, promoted, running };
  struct State {
    Stage stage = Stage::waiting;
    std::uint64_t size_bytes = 0;
  };
  struct Ran {
    store::FileId file;
    store::FileRef where;
    std::uint64_t read_bytes = 0;
  };
  void fill();
  void start(store::FileId file, store::FileRef where);
  void finish(const Ran& ran, Result<store::ContentInfo> content);

  Locate locate_;
  Done done_;
  Rests rests_;
  std::size_t threads_;
  std::size_t running_ = 0;
  bool resting_ = true;
  bool paused_ = false;
  std::deque<store::FileId> order_;  ///< names a file twice after promote(); states_ decides
  std::unordered_map<store::FileId, State, IdHash> states_;
  std::uint64_t pending_bytes_ = 0;  ///< of states_, as if nothing of them was read
  /// Read by workers, in all; and of that what jobs read that are over.
  std::shared_ptr<std::atomic<std::uint64_t>> read_bytes_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::uint64_t settled_bytes_ = 0;
  HashRate rate_;
  std::stop_source stop_;  ///< of what runs; another after each pause
  WorkerPool pool_;
};

}  // namespace freshet::io
