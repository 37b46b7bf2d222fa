// The daemon's part in relays, as an end and as the third (relay_frames.h says how they meet):
// takes connections of ALPN freshet-relay/1 and leads each to where it belongs.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/core/node.h"
#include "node/core/relay_book.h"
#include "node/io/host/overlay_links.h"
#include "node/io/host/pump.h"
#include "node/io/host/relay_ends.h"
#include "node/io/host/relay_third.h"
#include "node/io/host/transfer_links.h"

namespace freshet::io {

class Relays {
 public:
  static constexpr std::size_t kMaxNewcomers = 32;  ///< that have not said what they want

  struct Parts {
    LinkShared& shared;
    const TlsContext& tls;
    Dialer& dialer;
    Pump& pump;
    const core::Node& node;
    const OverlayLinks& overlay;
    TransferLinks& transfers;
    std::function<std::vector<Endpoint>()> own_addresses;
  };

  Relays(asio::io_context& io, const core::RelayLimits& limits, Rng rng, Parts parts);
  ~Relays();
  Relays(const Relays&) = delete;
  Relays& operator=(const Relays&) = delete;

  /// A relay connection came in. Takes it over.
  void take_in(const std::shared_ptr<TlsLink>& link);
  // ---- effects of the core
  void dial(const core::transfer::DialThrough& dial) { ends_.dial(dial); }
  void called(const core::overlay::Called& called) { ends_.called(called); }

  /// That this node keeps joined for others, or is about to.
  [[nodiscard]] std::size_t open() const { return third_.book().open(); }
  [[nodiscard]] std::size_t newcomers() const { return newcomers_; }
  /// Connections that ended before they said what they want.
  struct NewcomerCounters {
    std::uint64_t refused = 0;  ///< beyond kMaxNewcomers
    std::uint64_t silent = 0;   ///< left, or said nothing that is a frame in time
    std::uint64_t unknown = 0;  ///< wanted something that nobody here does
  };
  [[nodiscard]] const NewcomerCounters& newcomer_counters() const { return newcomer_counters_; }
  [[nodiscard]] std::size_t coming() const { return ends_.coming(); }
  /// Adds its counters under their flat names.
  void count(std::vector<std::pair<std::string, std::uint64_t>>& all) const;
  void stop();

 private:
  [[nodiscard]] RelayThird::World third_world();
  [[nodiscard]] RelayEnds::World ends_world();
  [[nodiscard]] std::vector<core::transfer::Third> neighbours() const;
  void on_said(const std::shared_ptr<TlsLink>& link,
               const wire::FrameHeader& header,
               ByteView body,
               ByteView rest);

  asio::io_context& io_;
  Parts parts_;
  std::shared_ptr<KeptHandlers> kept_ = std::make_shared<KeptHandlers>();
  RelayThird third_;
  RelayEnds ends_;
  std::size_t newcomers_ = 0;  ///< that have not said what they want
  NewcomerCounters newcomer_counters_;
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
};

}  // namespace freshet::io
