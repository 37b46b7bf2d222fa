// Which files are hashed, in what order: as they came, except that what somebody asked for goes
// first. Hashes on workers of the lowest priority; knows no catalogue.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <unordered_map>

#include "node/base/result.h"
#include "node/io/host/worker_pool.h"
#include "node/store/types.h"

namespace freshet::io {

class HashQueue {
 public:
  /// Where a file is now; nullopt when it is not shared any more.
  using Locate = std::function<std::optional<store::FileRef>(store::FileId)>;
  /// On the io thread, for each file that was added and is still shared.
  using Done =
      std::function<void(store::FileId, const store::FileRef&, Result<store::ContentInfo>)>;

  HashQueue(asio::io_context& io, std::size_t threads, Locate locate, Done done);

  /// Again for one that waits or is being hashed: nothing.
  void add(store::FileId file);
  /// To the front, if it waits.
  void promote(store::FileId file);
  [[nodiscard]] std::size_t pending() const { return states_.size(); }
  void stop();

 private:
  enum class State { waiting, running };
  void fill();
  void finish(store::FileId file, const store::FileRef& where, Result<store::ContentInfo> content);

  Locate locate_;
  Done done_;
  std::size_t threads_;
  std::size_t running_ = 0;
  std::deque<store::FileId> order_;  ///< may name a file twice after promote(); states_ decides
  std::unordered_map<store::FileId, State, IdHash> states_;
  std::stop_source stop_;
  WorkerPool pool_;
};

}  // namespace freshet::io
