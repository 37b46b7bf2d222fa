#include "node/io/host/overlay_links.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "node/io/host/escape.h"
#include "node/wire/overlay/frame.h"

namespace freshet::io {

namespace co = core::overlay;

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

// A shaper's stamps need room too: at most as much as the frames themselves.
std::uint32_t OverlayLinks::room_for_core(const TlsLink& link) const {
  return static_cast<std::uint32_t>(shaper_ == nullptr ? link.room() : link.room() / 2);
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
  peers_[id.value] = {
      .id = id, .link = link, .direction = direction, .named = named, .name = {}, .listen = {}};
  ids_[link.get()] = id;
  link->set_handler(*this);
  co::LinkUp up{.link = id,
                .peer = link->peer(),
                .remote = link->remote(),
                .direction = direction,
                .dial = dial,
                .room_bytes = room_for_core(*link)};
  if (shaper_ == nullptr) {
    deliver_(up);
    return;
  }
  ungreeted_[id.value] = up;
  link->send(shaper_->greeting());
}

void OverlayLinks::on_link_data(TlsLink& link, ByteView bytes) {
  const auto found = ids_.find(&link);
  if (found == ids_.end()) return;
  if (shaper_ != nullptr) {
    shaper_->take(found->second, bytes);
  } else {
    deliver_(co::Received{.link = found->second, .bytes = bytes});
  }
}

void OverlayLinks::on_link_writable(TlsLink& link) {
  const auto found = ids_.find(&link);
  if (found != ids_.end())
    deliver_(co::Writable{.link = found->second, .room_bytes = room_for_core(link)});
}

void OverlayLinks::on_link_closed(TlsLink& link, LinkEnd end) {
  const auto found = ids_.find(&link);
  if (found == ids_.end()) return;
  const LinkId id = found->second;
  const auto keep_alive = link.shared_from_this();
  if (end == LinkEnd::protocol) ++altered_;
  ids_.erase(found);
  if (shaper_ != nullptr) {
    const bool broke = end != LinkEnd::eof && end != LinkEnd::closed;
    shaper_->ended(id, broke && !ungreeted_.contains(id.value));
    return;
  }
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
    const OverlayPeer* peer = find(close->link);
    if (peer == nullptr || (shaper_ != nullptr && shaper_->closes(close->link))) return;
    peer->link->close();
  } else if (auto* up = std::get_if<co::LinkEstablished>(&effect)) {
    OverlayPeer* peer = find(up->link);
    if (peer == nullptr) return;
    peer->established = true;
    peer->name = std::move(up->name);
    peer->listen = up->listen;
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

LinkId OverlayLinks::introduced(LinkId link, const std::optional<NodeKey>& alias) {
  const auto found = ungreeted_.find(link.value);
  if (found == ungreeted_.end()) return link;
  co::LinkUp up = std::move(found->second);
  ungreeted_.erase(found);
  up.link = LinkId{next_link_++};
  if (alias) up.peer = *alias;
  auto entry = peers_.extract(link.value);
  entry.key() = up.link.value;
  entry.mapped().id = up.link;
  ids_[entry.mapped().link.get()] = up.link;
  peers_.insert(std::move(entry));
  deliver_(up);
  return up.link;
}

void OverlayLinks::gone(LinkId link, const std::function<void(co::Input)>& deliver) {
  const auto ungreeted = ungreeted_.find(link.value);
  if (ungreeted == ungreeted_.end()) {
    deliver(co::LinkDown{.link = link});
  } else {
    const std::optional<DialId> dial = ungreeted->second.dial;
    ungreeted_.erase(ungreeted);
    if (dial) deliver(co::DialFailed{.dial = *dial});
  }
  peers_.erase(link.value);
}

void OverlayLinks::abort(LinkId link) {
  if (const OverlayPeer* peer = find(link)) peer->link->abort();
}

void OverlayLinks::relay_shaped(const co::Relay& relay, std::span<const LinkId> links) {
  if (!shaper_->passes(relay.header)) return;
  shaper_->sent(relay.header, relay.body, links);
  const auto stamped = shaper_->stamp(relay.header);
  for (const LinkId id : links) {
    if (const OverlayPeer* peer = find(id)) peer->link->send(stamped, relay.body);
  }
}

void OverlayLinks::relay(const co::Relay& relay, const core::EffectBuffer& buffer) {
  if (shaper_ != nullptr) {
    relay_shaped(relay, buffer.links(relay.links));
    return;
  }
  // Put together once, so that each copy is one append.
  frame_.resize(wire::kFrameHeaderBytes + relay.body.size());
  wire::encode_header(relay.header, frame_.data());
  std::copy(relay.body.begin(), relay.body.end(), frame_.begin() + wire::kFrameHeaderBytes);
  for (const LinkId id : buffer.links(relay.links)) {
    if (const OverlayPeer* peer = find(id)) peer->link->send(frame_);
  }
}

std::string OverlayLinks::target_text(const co::Dial& dial) const {
  if (const auto* number = std::get_if<co::PeerNumber>(&dial.target))
    return names_.at(number->value);
  return std::get<Endpoint>(dial.target).to_string();
}

void OverlayLinks::dial(const co::Dial& dial) {
  const auto dialled = [this, dial](Result<std::shared_ptr<TlsLink>> link) {
    if (!link) {
      dial_failed(dial, link.error());
      return;
    }
    const auto* number = std::get_if<co::PeerNumber>(&dial.target);
    if (tell_dial_) tell_dial_(target_text(dial), nullptr);
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
  if (tell_dial_) tell_dial_(target_text(dial), &error);
  if (const auto* number = std::get_if<co::PeerNumber>(&dial.target)) {
    const std::string& name = names_.at(number->value);
    // Trying again will not help: the user should know. Once, for it is tried again all the same.
    if (error.code == ErrorCode::wrong_key && refused_.insert(number->value).second)
      spdlog::warn("cannot link to {}: {}", escaped(name), error.message);
    spdlog::debug("dialling {} failed: {}", name, error.message);
    named_done_(*number, error);
  }
  deliver_(co::DialFailed{.dial = dial.dial});
}

void OverlayLinks::abort_all() {
  for (const auto& [id, peer] : peers_) peer.link->abort();
}

}  // namespace freshet::io
