// Which transfers a third lets through it: how many at once, how many for one node, how much each,
// and for how long one that is silent stays. Says yes or no and counts; the host joins the
// connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::core {

struct RelayLimits {
  bool enabled = true;  ///< false: this node relays for nobody
  std::size_t max_relays = 16;
  std::size_t max_per_node = 4;                        ///< of one node at either end
  std::uint64_t max_bytes = std::uint64_t{16} << 30U;  ///< both directions of one
  Duration idle_timeout = std::chrono::seconds(60);    ///< once joined
  Duration join_timeout = std::chrono::seconds(6);     ///< for the other end to come
};

struct RelayCounters {
  std::uint64_t asked = 0;    ///< requests to be joined with another node
  std::uint64_t refused = 0;  ///< … by a limit, or because this node does not relay
  std::uint64_t failed = 0;   ///< the other end did not come in time
  std::uint64_t joined = 0;
  std::uint64_t expired = 0;  ///< closed: silent for too long, or more than max_bytes
  std::uint64_t bytes = 0;    ///< that passed
  std::uint64_t stray = 0;    ///< closed: a request that cannot be read, an end that nobody awaits,
                              ///< or bytes before both ends are here
};

class RelayBook {
 public:
  explicit RelayBook(const RelayLimits& limits) : limits_(limits) {}

  /// `asker` wants to be joined with `target`. `request` names what is admitted. REQUIRES: it is
  /// new.
  bool admit(const Guid& request, const NodeKey& asker, const NodeKey& target, TimePoint now);
  /// Whether `node` is the one that is awaited for it.
  [[nodiscard]] bool awaits(const Guid& request, const NodeKey& node) const;
  void joined(const Guid& request, TimePoint now);
  /// So many bytes passed. False: it has had what it may have.
  bool passed(const Guid& request, std::uint64_t bytes, TimePoint now);
  /// A connection was closed for what came on it before it was joined to another.
  void count_stray() { ++counters_.stray; }
  /// Forgets it; one that was never joined failed.
  void end(const Guid& request);
  /// Those whose time is over; each is to be ended.
  [[nodiscard]] std::vector<Guid> expired(TimePoint now);

  [[nodiscard]] std::size_t open() const { return relays_.size(); }
  [[nodiscard]] const RelayCounters& counters() const { return counters_; }

 private:
  struct Relay {
    NodeKey asker;
    NodeKey target;
    bool is_joined = false;
    TimePoint heard;
    std::uint64_t bytes = 0;
  };
  [[nodiscard]] std::size_t count_of(const NodeKey& node) const;

  RelayLimits limits_;
  RelayCounters counters_;
  std::map<Guid, Relay> relays_;
};

}  // namespace freshet::core
