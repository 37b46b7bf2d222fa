// Who may put how many new queries into this node while they come faster than it can remember.
//
// What a flood of queries exhausts first is the memory of reverse routes: when a generation of
// GUIDs (guid_table.h) fills before Config::min_route_age is over, hits of everyone's queries lose
// their way. Only then this comes to life, and it goes to rest when the rush is over. It never
// limits how many queries a node passes on, only who gets the places:
//   - As long as all sources ask alike, or there is one alone, nobody is held back: an honest relay
//     in a busy mesh, or a benchmark's, is never touched.
//   - When some ask much more than others, and than an equal part, the places are shared max-min
//     fairly by link: who asks less than its share gets all of it, the others share the rest
//     equally. A link's own queries have a small part of their own, used up or not by the others:
//     those with hops 0, and those that may yet go as far as a new one, however far they claim to
//     have come.
//   - This node's own queries are never held back.
// Source: Daswani and Garcia-Molina, Query-Flood DoS Attacks in Gnutella (CCS 2002): fractional
// incoming allocation, and a share for a node's own queries.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/config.h"
#include "node/core/overlay/guard/token_bucket.h"
#include "node/wire/overlay/frame.h"

namespace freshet::core::overlay {

class QueryShare {
 public:
  [[nodiscard]] bool is_active() const { return active_; }
  /// A generation filled too early.
  void begin(TimePoint now);
  /// A new query came on `from`, or is this node's own (kSelfLink): whether it is taken. Always
  /// when not active.
  bool take(const Config& config, LinkId from, const wire::FrameHeader& header, TimePoint now);
  /// The last query with hops 0 that came on the link was within the rate of a neighbour's own.
  [[nodiscard]] bool is_within_own_rate(LinkId from) const;
  void forget(LinkId link);
  void digest(Digest& digest) const;

  /// Of what a node can remember: a neighbour's own queries during a rush.
  static constexpr std::uint32_t kOwnParts = 1024;
  static constexpr Duration kWindow = std::chrono::milliseconds(250);

 private:
  /// What a search sets out with unless its user says otherwise.
  static constexpr std::uint8_t kUsualTtl = 7;

  struct Source {
    LinkId link;
    std::uint32_t asked = 0;  ///< in this window, those held back too
    std::uint32_t taken = 0;
    TokenBucket own = {};    ///< of its queries with hops 0
    bool is_within = false;  ///< the last of those
    std::uint32_t share = UINT32_MAX;
  };
  Source& source(LinkId link);
  void turn_over(const Config& config, TimePoint now);
  void divide(std::uint32_t places);

  bool active_ = false;
  TimePoint ends_{};  ///< of the window
  TimePoint calm_at_{};
  std::vector<Source> sources_;
};

}  // namespace freshet::core::overlay
