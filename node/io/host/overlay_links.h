// The overlay's connections: carries the overlay engine's effects to TLS links, and what links say
// to the engine.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/base/ids.h"
#include "node/core/effects.h"
#include "node/core/overlay/io.h"
#include "node/io/net/dialer.h"
#include "node/io/net/tls_link.h"
#include "node/io/testbed/shaper.h"

namespace freshet::io {

/// What is known of a link beside the core's own state.
struct OverlayPeer {
  LinkId id;
  std::shared_ptr<TlsLink> link;
  core::overlay::Direction direction = core::overlay::Direction::in;
  std::optional<core::overlay::PeerNumber> named;
  bool established = false;        ///< Hello was exchanged
  std::string name;                ///< as the peer calls itself; any bytes
  std::optional<Endpoint> listen;  ///< where it says it can be dialled
};

class OverlayLinks final : public LinkHandler {
 public:
  using Deliver = std::function<void(core::overlay::Input)>;
  /// A dial of a named peer ended: with its link's id once Hello was exchanged, or with an error.
  using NamedDone = std::function<void(core::overlay::PeerNumber, Result<LinkId>)>;

  /// `next_link` gives every link of this process its id.
  OverlayLinks(Dialer& dialer, std::uint32_t& next_link, Deliver deliver, NamedDone named_done);

  /// Every link made from now on is emulated by `shaper`, which outlives this.
  void shape_by(testbed::Shaper& shaper) { shaper_ = &shaper; }
  /// With a shaper: a peer has greeted, under the key that the core is to know; a link has ended.
  LinkId introduced(LinkId link, const std::optional<NodeKey>& alias);
  void gone(LinkId link, const std::function<void(core::overlay::Input)>& deliver);
  void abort(LinkId link);

  /// Hears of every dial that failed, and of every one that did not: with the address or the name.
  void tell_dials(std::function<void(const std::string& address, const Error* error)> tell) {
    tell_dial_ = std::move(tell);
  }

  /// The name behind a number that the core will dial.
  core::overlay::PeerNumber add_name(std::string host_port);
  void adopt(const std::shared_ptr<TlsLink>& link,
             core::overlay::Direction direction,
             std::optional<DialId> dial,
             std::optional<core::overlay::PeerNumber> named = std::nullopt);
  void perform(core::overlay::Effect& effect, const core::EffectBuffer& buffer);
  [[nodiscard]] const std::map<std::uint32_t, OverlayPeer>& peers() const { return peers_; }
  /// Links that ended because what came was not what the peer's TLS sent.
  [[nodiscard]] std::uint64_t altered() const { return altered_; }
  /// Closes what is left without ceremony.
  void abort_all();

  void on_link_up(TlsLink& /*link*/) override {}
  void on_link_data(TlsLink& link, ByteView bytes) override;
  void on_link_writable(TlsLink& link) override;
  void on_link_closed(TlsLink& link, LinkEnd end) override;

 private:
  void relay(const core::overlay::Relay& relay, const core::EffectBuffer& buffer);
  void dial(const core::overlay::Dial& dial);
  [[nodiscard]] std::string target_text(const core::overlay::Dial& dial) const;
  void dial_failed(const core::overlay::Dial& dial, const Error& error);
  void named_failed(OverlayPeer& peer, core::overlay::CloseReason reason);
  void relay_shaped(const core::overlay::Relay& relay, std::span<const LinkId> links);
  [[nodiscard]] std::uint32_t room_for_core(const TlsLink& link) const;
  OverlayPeer* find(LinkId id);

  Dialer& dialer_;
  std::uint32_t& next_link_;
  Deliver deliver_;
  NamedDone named_done_;
  std::function<void(const std::string& address, const Error* error)> tell_dial_;
  std::vector<std::string> names_;
  std::set<std::uint32_t> refused_;  ///< of those names: as of another mesh
  std::map<std::uint32_t, OverlayPeer> peers_;
  std::unordered_map<const TlsLink*, LinkId> ids_;
  std::uint64_t altered_ = 0;
  Bytes frame_;  ///< the one that is being relayed
  testbed::Shaper* shaper_ = nullptr;
  std::map<std::uint32_t, core::overlay::LinkUp> ungreeted_;  ///< with a shaper alone
};

}  // namespace freshet::io
