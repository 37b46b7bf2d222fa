#include "node/io/host/overlay_links.h"

#include <array>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/escape.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io {

namespace co = core::overlay;

namespace {

std::uint32_t room_of(const TlsLink& link) {
  return static_cast<std::uint32_t>(link.room());
}

}  // namespace

OverlayLinks::OverlayLinks(Dialer& dialer,
                           std::uint32_t& next_link,
                           Deliver deliver,
                           NamedDone named_done)
    : dialer_(dialer),
      next_link_(next_link),
      deliver_(std::move(deliver)),
      named_done_(std::move(named_done)) {}

co::PeerNumber OverlayLinks::add_name(std::string host_port) {
  names_.push_back(std::move(host_port));
  return co::PeerNumber{static_cast<std::uint32_t>(names_.size() - 1)};
}

OverlayPeer* OverlayLinks::find(LinkId id) {
  const auto found = peers_.find(id.value);
  return found == peers_.end() ? nullptr : &found->second;
}

void OverlayLinks::adopt(const std::shared_ptr<TlsLink>& link,
                         co::Direction direction,
                         std::optional<DialId> dial,
                         std::optional<co::PeerNumber> named) {
  const LinkId id{next_link_++};
  peers_[id.value] = {.id = id, .link = link, .direction = direction, .named = named, .name = {}};
  ids_[link.get()] = id;
  link->set_handler(*this);
  deliver_(co::LinkUp{.link = id,
                      .peer = link->peer(),
                      .remote = link->remote(),
                      .direction = direction,
                      .dial = dial,
                      .room_bytes = room_of(*link)});
}

void OverlayLinks::on_link_data(TlsLink& link, ByteView bytes) {
  const auto found = ids_.find(&link);
  if (found != ids_.end()) deliver_(co::Received{.link = found->second, .bytes = bytes});
}

void OverlayLinks::on_link_writable(TlsLink& link) {
  const auto found = ids_.find(&link);
  if (found != ids_.end())
    deliver_(co::Writable{.link = found->second, .room_bytes = room_of(link)});
}

void OverlayLinks::on_link_closed(TlsLink& link, LinkEnd end) {
  const auto found = ids_.find(&link);
  if (found == ids_.end()) return;
  const LinkId id = found->second;
  const auto keep_alive = link.shared_from_this();
  ids_.erase(found);
  deliver_(co::LinkDown{.link = id});  // while the peer is still known here
  spdlog::debug("link {}: {}", id.value, to_string(end));
  peers_.erase(id.value);
}

void OverlayLinks::perform(co::Effect& effect, const core::EffectBuffer& buffer) {
  if (const auto* relayed = std::get_if<co::Relay>(&effect)) {
    relay(*relayed, buffer);
  } else if (const auto* dialled = std::get_if<co::Dial>(&effect)) {
    dial(*dialled);
  } else if (const auto* close = std::get_if<co::Close>(&effect)) {
    if (const OverlayPeer* peer = find(close->link)) peer->link->close();
  } else if (auto* up = std::get_if<co::LinkEstablished>(&effect)) {
    OverlayPeer* peer = find(up->link);
    if (peer == nullptr) return;
    peer->established = true;
    peer->name = std::move(up->name);
    spdlog::debug("link {} up: {} at {} ({})",
                  up->link.value,
                  peer->link->peer().hex().substr(0, 12),
                  peer->link->remote().to_string(),
                  escaped(peer->name));
    if (peer->named) named_done_(*peer->named, up->link);
  } else if (const auto* down = std::get_if<co::LinkClosed>(&effect)) {
    spdlog::debug("link {} down: {} {}",
                  down->link.value,
                  co::to_string(down->reason),
                  escaped(down->peer_reason));
    if (OverlayPeer* peer = find(down->link)) named_failed(*peer, down->reason);
  }
}

// The link that a named peer was to have ended before Hello. When the reason is that there is one
// already, that one is it.
void OverlayLinks::named_failed(OverlayPeer& peer, co::CloseReason reason) {
  if (peer.established || !peer.named) return;
  const co::PeerNumber number = *std::exchange(peer.named, std::nullopt);
  for (const auto& [id, other] : peers_) {
    if (other.established && other.link->peer() == peer.link->peer()) {
      named_done_(number, other.id);
      return;
    }
  }
  if (reason == co::CloseReason::self) {
    named_done_(number, Error{.code = ErrorCode::invalid, .message = "that is this node itself"});
  } else {
    named_done_(number,
                Error{.code = ErrorCode::io,
                      .message = std::string("the link was closed: ") + co::to_string(reason)});
  }
}

void OverlayLinks::relay(const co::Relay& relay, const core::EffectBuffer& buffer) {
  wire::EncodedHeader header{};
  wire::encode_header(relay.header, header.data());
  for (const LinkId id : buffer.links(relay.links)) {
    if (const OverlayPeer* peer = find(id)) peer->link->send(header, relay.body);
  }
}

void OverlayLinks::dial(const co::Dial& dial) {
  const auto dialled = [this, dial](Result<std::shared_ptr<TlsLink>> link) {
    if (!link) {
      dial_failed(dial, link.error());
      return;
    }
    const auto* number = std::get_if<co::PeerNumber>(&dial.target);
    adopt(*link,
          co::Direction::out,
          dial.dial,
          number == nullptr ? std::nullopt : std::optional<co::PeerNumber>(*number));
  };
  if (const auto* number = std::get_if<co::PeerNumber>(&dial.target)) {
    dialer_.dial_name(names_.at(number->value), Protocol::overlay, dialled);
  } else {
    dialer_.dial({std::get<Endpoint>(dial.target)}, Protocol::overlay, dial.expected, dialled);
  }
}

void OverlayLinks::dial_failed(const co::Dial& dial, const Error& error) {
  if (const auto* number = std::get_if<co::PeerNumber>(&dial.target)) {
    spdlog::debug("dialling {} failed: {}", names_.at(number->value), error.message);
    named_done_(*number, error);
  }
  deliver_(co::DialFailed{.dial = dial.dial});
}

void OverlayLinks::abort_all() {
  for (const auto& [id, peer] : peers_) peer.link->abort();
}

}  // namespace freshet::io
