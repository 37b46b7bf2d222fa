// Which clients that announced themselves are dialled, and when: who can dial does so at once, the
// others (transmission 3.00 tries uTP alone) wait to be. Nobody makes this node knock at a service,
// nor at one address time and again; what strangers can fill is bounded and counted. Sans-IO.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/bittorrent/torrent.h"
#include "node/wire/bt/announce.h"

namespace freshet::core::bittorrent {

class AnnouncedDials {
 public:
  static constexpr std::size_t kMaxWaiting = 64;
  static constexpr std::size_t kMaxRemembered = 1024;  ///< addresses dialled lately, or soon
  static constexpr std::uint16_t kLeastPort = 1024;
  /// A client that can dial does so before.
  static constexpr Duration kDialAfter = std::chrono::seconds(2);
  /// To one address again, no sooner: transmission starts anew when a magnet link has brought it
  /// the metadata, and waits to be dialled again.
  static constexpr Duration kRedialAfter = std::chrono::seconds(5);
  static constexpr Duration kForgetAfter = std::chrono::seconds(60);

  struct Dial {
    wire::bt::AnnouncedPeer peer;
    InfoHash torrent;
    TimePoint due;
  };

  explicit AnnouncedDials(Counters& counters) : counters_(counters) {}

  /// Who announced itself from `at`, its port aside, lacks something. Counts whom nobody will dial.
  void plan(const wire::bt::Announce& announce, Endpoint at, TimePoint now);
  /// The next one that is due and not `linked`; nullopt: nobody is.
  std::optional<Dial> next(TimePoint now,
                           const std::function<bool(const wire::bt::PeerId&)>& linked);
  /// Forgets what is long over.
  void age(TimePoint now);
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t remembered() const { return dialled_.size(); }

 private:
  Counters& counters_;
  std::deque<Dial> waiting_;               ///< not in the order of their times
  std::map<Endpoint, TimePoint> dialled_;  ///< lately, or soon: when
};

}  // namespace freshet::core::bittorrent
