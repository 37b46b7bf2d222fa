// What a testbed tells a daemon of itself, and what the daemon tells it while it runs. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::io::testbed {

/// How long a frame takes on a link, in virtual time.
struct Delay {
  enum class Kind : std::uint8_t { none, constant, uniform, lognormal };
  Kind kind = Kind::none;
  Duration low{};  ///< constant: the latency; lognormal: the median
  Duration high{};
  double sigma = 0;
  friend bool operator==(const Delay&, const Delay&) = default;
};

/// What a node of a testbed is, before it begins.
struct Setup {
  std::uint64_t seed = 0;
  std::uint32_t node = 0;  ///< its number
  /// The key under which the nodes' cores know this one; TLS has the real one. Without it they know
  /// that.
  std::optional<NodeKey> alias = {};
  std::int64_t epoch_ns = 0;   ///< of the machine's steady clock: when virtual time is zero
  std::uint32_t dilation = 1;  ///< real seconds in a virtual one
  Delay delay = {};
  bool breaks_ties = false;  ///< base/tie_break.h, with a constant delay
  double loss = 0;           ///< share of frames that vanish once the workload has begun
  /// The wire has a rate, or may be cut: a frame that comes after it was due is handled as of when
  /// it came. Without this it is handled as of when it was due.
  bool has_real_limits = false;
  bool discover = false;
  std::uint8_t max_ttl = 15;
  std::uint32_t target_links = 5;
  std::uint32_t max_links = 64;
  std::uint64_t walk_key = 0;
  std::string listen = {};     ///< "ADDR:PORT"
  std::string share = {};      ///< a folder
  std::string capture = {};    ///< a file for what it sends; empty: none
  bool drops_queries = false;  ///< a fault: passes no query on
  friend bool operator==(const Setup&, const Setup&) = default;
};

/// What a node did for one GUID, so far.
struct QueryAccount {
  struct Hop {
    std::uint32_t hops = 0;
    std::uint64_t first = 0;
    std::uint64_t duplicates = 0;
    friend bool operator==(const Hop&, const Hop&) = default;
  };
  Guid guid;
  // Sent.
  std::uint64_t messages = 0;  ///< frames, hits excepted
  std::uint64_t bytes = 0;     ///< of messages, headers included
  std::uint64_t query_frames = 0;
  std::uint64_t out_frames = 0;  ///< all
  // Arrived.
  std::uint64_t frames_in = 0;  ///< hits excepted
  std::uint64_t hits_in = 0;    ///< QueryHit frames
  std::uint64_t lost = 0;       ///< vanished on the way here
  std::uint64_t duplicates = 0;
  std::optional<TimePoint> first_at = {};  ///< when it was new here
  std::vector<Hop> hops = {};
  // At the origin.
  bool is_origin = false;
  bool is_at = false;  ///< may send more of it
  std::optional<TimePoint> asked_at = {};
  std::optional<TimePoint> first_hit_at = {};
  std::uint32_t first_hit_hops = 0;
  std::uint64_t hits = 0;  ///< distinct pairs of node and object
  friend bool operator==(const QueryAccount&, const QueryAccount&) = default;
};

struct TypeCount {
  std::uint32_t type = 0;  ///< of the frame
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const TypeCount&, const TypeCount&) = default;
};

/// Everything is cumulative: what is heard later replaces what was heard before.
struct News {
  std::uint64_t number = 0;      ///< from 1, in the order in which they are told
  std::string address;           ///< where it listens; empty until it is ready
  std::uint32_t links = 0;       ///< that exchanged Hello
  std::uint64_t deliveries = 0;  ///< frames, through the shaper
  std::uint64_t late = 0;        ///< of them: by more than half their latency
  Duration worst_late{};         ///< of those since the news before; virtual
  std::vector<TypeCount> sent;
  std::vector<QueryAccount> queries;  ///< those that changed
  friend bool operator==(const News&, const News&) = default;
};

}  // namespace freshet::io::testbed
