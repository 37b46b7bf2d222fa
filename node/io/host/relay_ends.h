// This node as one of two ends that a third joins (relay_frames.h): asks thirds to reach a source,
// and comes when a third calls or offers. What comes of it is a transfer link like any other.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/core/overlay/io.h"
#include "node/core/transfer/io.h"
#include "node/core/transfer/thirds.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/dialer.h"
#include "node/io/net/kept_handlers.h"
#include "node/io/net/tls_link.h"

namespace freshet::io {

struct RelayEndCounters {
  std::uint64_t through = 0;  ///< links through a third that came up, either end
  std::uint64_t failed = 0;   ///< asked for, and no third could, or it joined what was not wanted
  std::uint64_t untrue = 0;   ///< either end: joined, and TLS with the wanted node did not come up
  std::uint64_t refused = 0;  ///< calls and offers beyond what may be under way
  std::uint64_t vain = 0;     ///< calls whose third was not reached, offers that cannot be read
};

class RelayEnds {
 public:
  static constexpr std::size_t kMaxComing = 32;  ///< calls and offers that are no link yet
  static constexpr std::size_t kMaxThirds = 4;   ///< asked for one link

  struct World {
    /// Neighbours that can be dialled.
    std::function<std::vector<core::transfer::Third>()> neighbours;
    std::function<void(
        const std::shared_ptr<TlsLink>&, core::transfer::Direction, std::optional<DialId>)>
        adopt;
    std::function<void(DialId)> failed;
  };

  RelayEnds(asio::io_context& io,
            LinkShared& shared,
            const TlsContext& tls,
            Dialer& dialer,
            std::shared_ptr<KeptHandlers> kept,
            World world);
  ~RelayEnds();
  RelayEnds(const RelayEnds&) = delete;
  RelayEnds& operator=(const RelayEnds&) = delete;

  void dial(const core::transfer::DialThrough& dial);
  /// A neighbour calls.
  void called(const core::overlay::Called& called);
  /// relay_offer came on `link`, with `rest` behind it. Takes the link over.
  void offered(const std::shared_ptr<TlsLink>& link, ByteView body, ByteView rest);
  [[nodiscard]] const RelayEndCounters& counters() const { return counters_; }
  void stop();
  [[nodiscard]] std::size_t coming() const { return coming_; }

 private:
  struct Attempt;
  void ask_next(const std::shared_ptr<Attempt>& attempt);
  void ask_third(const std::shared_ptr<Attempt>& attempt, const std::shared_ptr<TlsLink>& link);
  void one_failed(const std::shared_ptr<Attempt>& attempt);
  void give_up(const std::shared_ptr<Attempt>& attempt);
  void joined(const std::shared_ptr<Attempt>& attempt,
              const std::shared_ptr<TlsLink>& link,
              ByteView rest);
  void serve(const std::shared_ptr<TlsLink>& link, const NodeKey& origin, ByteView rest);
  /// False, and counted, when too many are on their way.
  bool begin_coming();

  asio::io_context& io_;
  LinkShared& shared_;
  const TlsContext& tls_;
  Dialer& dialer_;
  std::shared_ptr<KeptHandlers> kept_;
  World world_;
  RelayEndCounters counters_;
  std::size_t coming_ = 0;  ///< calls and offers that are no link yet
  std::shared_ptr<bool> stopped_ = std::make_shared<bool>(false);
};

}  // namespace freshet::io
