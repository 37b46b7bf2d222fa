// The info dictionary of a magnet link, as one peer is asked for it (BEP 9): whether it may be
// asked, what is on its way, and when it is given up. Writes requests; owns no connection.
#pragma once

#include <optional>

#include "node/base/time.h"
#include "node/core/bittorrent/fetch_config.h"
#include "node/core/bittorrent/metadata_download.h"

namespace freshet::core::bittorrent {

class MetadataAsking {
 public:
  MetadataAsking(const FetchConfig& config, TimePoint now);

  /// The peer says that it has it: `id` is what it calls the extension. False: not now, or no size
  /// that a peer of good will claims.
  bool offered(std::uint8_t id, std::int64_t size_bytes);
  /// It was said that the peer has it.
  [[nodiscard]] bool is_there() const { return download_.has_value(); }
  [[nodiscard]] bool may_be_asked(TimePoint now) const {
    return download_ && !is_on_ && now >= due_;
  }
  [[nodiscard]] bool is_on() const { return is_on_; }

  /// Appends requests to `out`. `failures`: how often this peer was asked in vain.
  void ask(std::uint32_t failures, TimePoint now, Bytes& out);

  enum class Heard : std::uint8_t {
    fine,
    offence,  ///< what no correct client sends
    refused,  ///< it was given up
    bad,      ///< all of it came, and is not what `name` names; given up
    whole     ///< take() it
  };
  Heard hear(ByteView payload, const InfoHash& name, TimePoint now, Bytes& out);
  /// REQUIRES: hear() said whole. Nothing is asked any more.
  Bytes take();
  /// It took too long. The caller gives it up.
  [[nodiscard]] bool is_late(TimePoint now) const;
  /// False: nothing was on its way.
  bool give_up(TimePoint now);
  /// Nothing was read for so long, by this node's choice.
  void wait_longer(Duration unread) { heard_at_ += unread; }

 private:
  void request(Bytes& out);

  const FetchConfig& config_;
  std::optional<MetadataDownload> download_;
  Bytes whole_;
  TimePoint heard_at_;  ///< its last piece came
  TimePoint since_;     ///< it is asked for
  TimePoint due_;       ///< it may be asked for
  std::uint32_t failures_ = 0;
  std::uint8_t id_ = 0;
  bool is_on_ = false;
};

}  // namespace freshet::core::bittorrent
