// The queries whose way back is needed longest: this node's own, and its neighbours' own, hops 0.
// During a rush of queries (query_share.h) they outlast the generations of GUIDs that others fill:
// a neighbour that claims that its flood came from afar does not push them out, and of one that
// says that it asks itself only what is within a rate is kept, apart from this node's own. First
// in, first out, one in kParts of what a generation holds.
#pragma once

#include <cstddef>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/config.h"

namespace freshet::core::overlay {

class LastingGuids {
 public:
  static constexpr std::size_t kParts = 16;
  /// Hits that come later are late for other reasons.
  static constexpr Duration kLast = std::chrono::seconds(10);

  static std::size_t most(const Config& config) { return config.guids_per_generation / kParts; }

  void add(const Config& config, const Guid& guid, TimePoint now) {
    if (guids_.size() < most(config)) {
      guids_.push_back({.guid = guid, .since = now});
    } else if (!guids_.empty()) {
      guids_[oldest_] = {.guid = guid, .since = now};
      oldest_ = (oldest_ + 1) % guids_.size();
    }
  }
  /// Calls `renew(guid)` for each that is to last on.
  template <typename Renew>
  void each(TimePoint now, const Renew& renew) const {
    for (const Entry& entry : guids_)
      if (now - entry.since < kLast) renew(entry.guid);
  }
  [[nodiscard]] std::size_t size() const { return guids_.size(); }
  void digest(Digest& digest) const {
    for (const Entry& entry : guids_) digest.add(entry.guid.view());
  }

 private:
  struct Entry {
    Guid guid;
    TimePoint since;
  };

  std::vector<Entry> guids_;
  std::size_t oldest_ = 0;  ///< once it is full
};

}  // namespace freshet::core::overlay
