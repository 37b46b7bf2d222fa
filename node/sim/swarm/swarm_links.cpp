#include <optional>
#include <utility>

#include "node/sim/network.h"
#include "node/sim/swarm/swarm_impl.h"

namespace freshet::sim::swarm {

namespace ct = core::transfer;

namespace {

// TCP's and TLS 1.3's way there and back.
constexpr int kHandshakeWays = 4;

}  // namespace

void Swarm::Impl::dial(PeerIndex from, const ct::Dial& dial) {
  std::optional<PeerIndex> to;
  for (const Endpoint& endpoint : dial.endpoints) to = node_at(endpoint);
  if (!to || *to >= peers_.size()) {
    say(from, ct::DialFailed{.dial = dial.dial});
    return;
  }
  dials_.push_back({.from = from, .id = dial.dial, .to = *to});
  queue_.push(now_ + kHandshakeWays * config_.latency,
              {.kind = Event::Kind::dialled, .a = static_cast<std::uint32_t>(dials_.size() - 1)});
}

void Swarm::Impl::connect(const Dial& dial) {
  Peer& from = peers_[dial.from];
  Peer& to = peers_[dial.to];
  if (!from.is_there) return;
  if (!to.is_there) {
    say(dial.from, ct::DialFailed{.dial = dial.id});
    return;
  }
  const PipeIndex there = pipes_.open(dial.from, dial.to);
  const PipeIndex back = pipes_.open(dial.to, dial.from);
  from.links.push_back({.out = there, .in = back, .is_open = true});
  to.links.push_back({.out = back, .in = there, .is_open = true});
  const LinkId at_from{static_cast<std::uint32_t>(from.links.size())};
  const LinkId at_to{static_cast<std::uint32_t>(to.links.size())};
  flows_.push_back({.to_link = at_to, .from_link = at_from, .splitter = {}});
  flows_.push_back({.to_link = at_from, .from_link = at_to, .splitter = {}});
  const auto room = pipes_.buffer_bytes();
  say(dial.to,
      ct::LinkUp{.link = at_to,
                 .peer = from.key,
                 .direction = ct::Direction::in,
                 .dial = std::nullopt,
                 .room_bytes = room});
  say(dial.from,
      ct::LinkUp{.link = at_from,
                 .peer = to.key,
                 .direction = ct::Direction::out,
                 .dial = dial.id,
                 .room_bytes = room});
}

Swarm::Impl::LinkEnd* Swarm::Impl::find(PeerIndex peer, LinkId link) {
  auto& links = peers_[peer].links;
  if (link.value == 0 || link.value > links.size()) return nullptr;
  LinkEnd& end = links[link.value - 1];
  return end.is_open ? &end : nullptr;
}

void Swarm::Impl::send(PeerIndex peer, LinkId link, Item item) {
  if (const LinkEnd* end = find(peer, link)) pipes_.push(end->out, std::move(item), now_);
}

// What was sent before still goes out.
void Swarm::Impl::close(PeerIndex peer, LinkId link) {
  LinkEnd* end = find(peer, link);
  if (end == nullptr) return;
  end->is_open = false;
  pipes_.cut(end->in);
  pipes_.push(end->out, {.control = {}, .block = std::nullopt, .is_end = true}, now_);
}

void Swarm::Impl::end_link(PeerIndex peer, LinkId link) {
  LinkEnd* end = find(peer, link);
  if (end == nullptr) return;
  end->is_open = false;
  pipes_.cut(end->out);
  pipes_.cut(end->in);
  deliver_to(peer, core::Input(ct::Input(ct::LinkDown{.link = link})));
}

void Swarm::Impl::receive(PipeIndex pipe, Item& item) {
  const PeerIndex to = pipes_.receiver(pipe);
  const LinkId link = flows_[pipe].to_link;
  if (item.is_end) {
    end_link(to, link);
  } else if (!item.block) {
    receive_control(pipe, item.control);
  } else {
    peers_[to].result.bytes_in += item.block->length;
    peers_[pipes_.sender(pipe)].result.bytes_out += item.block->length;
    deliver_to(to, core::Input(ct::Input(ct::BlockArrived{.link = link, .block = *item.block})));
  }
}

void Swarm::Impl::receive_control(PipeIndex pipe, const Bytes& bytes) {
  using Kind = wire::bt::StreamSplitter::Kind;
  const PeerIndex to = pipes_.receiver(pipe);
  const LinkId link = flows_[pipe].to_link;
  auto& splitter = flows_[pipe].splitter;
  splitter.feed(bytes);
  for (auto item = splitter.next(); item.kind != Kind::more; item = splitter.next()) {
    if (item.kind == Kind::broken) {
      deliver_to(to, core::Input(ct::Input(ct::StreamBroken{.link = link})));
      return;
    }
    if (item.kind == Kind::handshake) {
      deliver_to(to,
                 core::Input(ct::Input(ct::HandshakeArrived{.link = link, .bytes = item.bytes})));
    } else {
      deliver_to(to, core::Input(ct::Input(ct::MessageArrived{.link = link, .bytes = item.bytes})));
    }
  }
}

}  // namespace freshet::sim::swarm
