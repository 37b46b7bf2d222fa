// Keeps the picture of the shares true while they change: watches their folders, looks at what
// changed, and scans from time to time what cannot be watched. Calls and callbacks are on the io
// thread; the work (LiveLook) is done by jobs of the catalogue's worker.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/io/asio_fwd.h"
#include "node/io/host/live_look.h"
#include "node/io/host/worker_pool.h"

namespace freshet::io {

/// A share that cannot be watched is scanned again so long after its last scan ended, or after
/// kPollShare times what that took: no more than a twentieth of the time goes into it.
inline constexpr std::chrono::seconds kPollEvery{10};
inline constexpr int kPollShare = 20;
/// One whose scan failed: its first tries, then as above.
inline constexpr std::chrono::seconds kRetryEvery{2};
inline constexpr int kRetries = 30;

class LiveShares {
 public:
  struct Uses {
    store::Catalogue& catalogue;
    WorkerPool& pool;  ///< the catalogue's
    std::vector<std::string> excluded;
    std::function<void(const std::vector<store::FileChange>&)> apply;
    std::function<void(store::ShareId)> rescan;
    /// Why a share is not watched; said when it begins and when the reason changes.
    std::function<void(store::ShareId, const std::string&)> unwatched;
  };
  LiveShares(asio::io_context& io, Uses uses);
  ~LiveShares();
  LiveShares(const LiveShares&) = delete;
  LiveShares& operator=(const LiveShares&) = delete;

  /// Before the pool is stopped.
  void stop();
  /// The share is kept up to date from its next scan on.
  void add(const store::Share& share);
  void remove(store::ShareId share);
  struct Scanned {
    std::chrono::steady_clock::duration took{};
    bool failed = false;  ///< another is due soon
    LiveLook::Unwatched unwatched;
  };
  /// A scan of it ended.
  void scanned(store::ShareId share, const Scanned& scanned);
  /// Why the share is not watched, for a person; empty when it is.
  [[nodiscard]] std::string problem(store::ShareId share) const;
  /// For jobs of the catalogue's worker.
  [[nodiscard]] const std::shared_ptr<LiveLook>& look() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace freshet::io
