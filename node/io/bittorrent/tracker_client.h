// Asks a torrent's trackers who has it, over plain HTTP (BEP 3, 23) or UDP (BEP 15): all of them,
// again after the time that each one names, and tells them at the end. A tracker that is of another
// kind or does not answer is counted and costs nothing else. On the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/rng.h"
#include "node/io/asio_fwd.h"
#include "node/wire/bt/announce.h"

namespace freshet::io {

struct TrackerCounters {
  std::uint64_t asked = 0;
  std::uint64_t answered = 0;
  std::uint64_t failed = 0;  ///< no answer, or one that is none
};

class TrackerClient {
 public:
  struct Parts {
    /// What to say now; `event` is filled in here.
    std::function<wire::bt::Announce()> announce;
    std::function<std::uint64_t()> got_bytes;
    std::function<void(const std::vector<Endpoint>&)> heard;
  };
  /// `rng` draws what strangers must not guess of what is said over UDP.
  TrackerClient(asio::io_context& io,
                const std::vector<std::string>& urls,
                Parts parts,
                const Rng& rng,
                TrackerCounters& counters);
  ~TrackerClient();
  TrackerClient(const TrackerClient&) = delete;
  TrackerClient& operator=(const TrackerClient&) = delete;

  /// Asks those that are due. Every second or so.
  void on_time();
  /// Says that it is over, and hears nothing more.
  void stop(bool completed);
  /// Why nothing was heard, for a person; empty: nothing failed.
  [[nodiscard]] const std::string& last_failure() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
