// What clients get of a torrent while it is fetched, and for a while after: who is served
// (upload_choice.h), and when a link is done with once all is here. Sans-IO.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "node/core/bittorrent/fetch_link.h"
#include "node/core/bittorrent/upload_choice.h"

namespace freshet::core::bittorrent {

class FetchUploads {
 public:
  using Links = std::map<PeerNumber, std::unique_ptr<FetchLink>>;
  /// Both outlive it.
  FetchUploads(const FetchConfig& config, const Links& links)
      : config_(config),
        links_(links),
        choice_(config) {}

  /// A peer wants something, or nothing any more.
  void on_interest(FetchLink& link, TimePoint now);
  void closed(PeerNumber peer) {
    takers_.erase(peer);
    choice_.forget(peer);
  }
  void on_time(TimePoint now);
  /// All is here: ends links that want nothing more.
  void leave_idle(TimePoint now);

 private:
  struct Peer {
    std::uint64_t brought = 0;  ///< half of what it was a round ago, and so on
    TimePoint wanted_at;        ///< when it wanted something last
  };
  [[nodiscard]] std::size_t served() const;
  void choose(TimePoint now);

  const FetchConfig& config_;
  const Links& links_;
  UploadChoice choice_;
  std::map<PeerNumber, Peer> takers_;
  TimePoint choose_at_;
  std::optional<TimePoint> whole_since_;
};

}  // namespace freshet::core::bittorrent
