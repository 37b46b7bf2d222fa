#include "node/io/bittorrent/plain_port.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/bittorrent/announced_dials.h"
#include "node/core/bittorrent/told_addresses.h"
#include "node/core/bittorrent/tracker.h"
#include "node/core/bittorrent/upload_slots.h"
#include "node/io/bittorrent/plain_link.h"
#include "node/io/bittorrent/tracker_door.h"
#include "node/io/net/tcp_socket.h"

namespace freshet::io {
namespace {

namespace cb = core::bittorrent;
using asio::ip::tcp;

constexpr std::chrono::seconds kTick{1};
constexpr std::chrono::seconds kRotateEvery{10};
constexpr std::chrono::seconds kTellPeersEvery{60};
constexpr std::chrono::seconds kAnnouncedDialPatience{5};

wire::bt::PeerId make_peer_id(Rng& rng) {
  constexpr std::string_view kPrefix = "-Fr0100-";
  wire::bt::PeerId id{};
  std::copy(kPrefix.begin(), kPrefix.end(), id.begin());
  for (std::size_t i = kPrefix.size(); i < id.size(); ++i)
    id[i] = static_cast<Byte>('a' + static_cast<int>(rng.below(26)));
  return id;
}

}  // namespace

struct PlainPort::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io,
       PlainParts the_parts,
       UploadTurns& the_turns,
       std::uint16_t listen_port,
       Rng rng)
      : io(the_io),
        turns(the_turns),
        parts(std::move(the_parts)),
        tracker({}, counters, rng.fork("tracker")),
        slots({}),
        dials(counters),
        door(
            the_io,
            [this](const wire::bt::Announce& announce,
                   const Endpoint& from,
                   const Endpoint& reached,
                   const TrackerDoor::Reply& reply) {
              on_announce(announce, from, reached, reply);
            },
            TrackerDoor::Counters{.refused = counters.announces_refused,
                                  .busy = counters.tracker_busy,
                                  .silent = counters.tracker_silent}),
        timer(the_io) {
    config.peer_id = make_peer_id(rng);
    config.listen_port = listen_port;
  }

  void take_link(TcpSocket&& socket, ByteView first);
  void add(TcpSocket&& socket, cb::SeedLink seed, ByteView first);
  void on_changed(PlainLink& link);
  void on_closed(PlainLink& link);
  void apply(const cb::UploadSlots::Turn& turn);
  void on_announce(const wire::bt::Announce& announce,
                   const Endpoint& from,
                   const Endpoint& reached,
                   const TrackerDoor::Reply& reply);
  /// Adds who else serves the torrent, in the mesh.
  void add_sources(const cb::TorrentPtr& torrent,
                   const Endpoint& from,
                   wire::bt::AnnounceAnswer& answer) const;
  void dial_due();
  void dial(const cb::AnnouncedDials::Dial& dial);
  [[nodiscard]] bool is_linked(const wire::bt::PeerId& peer) const;
  [[nodiscard]] std::size_t links_from(const Endpoint& address) const;
  void wait();
  void tick();
  void tell_peers();
  void stop();

  asio::io_context& io;
  UploadTurns& turns;
  PlainParts parts;
  cb::SeedConfig config;
  cb::Counters counters;
  cb::Tracker tracker;
  cb::UploadSlots slots;
  cb::AnnouncedDials dials;
  TrackerDoor door;
  asio::steady_timer timer;
  std::map<PlainLink::Id, std::shared_ptr<PlainLink>> links;
  PlainLink::Id next_id = 1;
  std::size_t dialling = 0;
  TimePoint rotated_at;
  TimePoint told_at;
  bool stopped = false;
};

void PlainPort::Impl::take_link(TcpSocket&& socket, ByteView first) {
  add(std::move(socket), cb::SeedLink(config, counters, parts.find, parts.now()), first);
}

void PlainPort::Impl::add(TcpSocket&& socket, cb::SeedLink seed, ByteView first) {
  asio::error_code failed;
  const auto remote = socket.socket.remote_endpoint(failed);
  const Endpoint from = failed ? Endpoint{} : to_endpoint(remote);
  if (failed || links.size() >= kMaxLinks || links_from(from) >= kMaxLinksPerAddress) {
    ++counters.links_refused;
    return;
  }
  // The port outlives its links: stop() closes them, and a closed one calls nobody.
  auto link = std::make_shared<PlainLink>(
      next_id++,
      std::move(socket),
      from,
      std::move(seed),
      parts,
      turns,
      PlainLink::Owner{
          .changed = [this](PlainLink& it) { on_changed(it); },
          .closed = [this](PlainLink& it) { on_closed(it); },
          .stalled = [this] { ++counters.links_stalled; },
          .unknown =
              [this](const InfoHash& name, TcpSocket&& unknown, const Endpoint& at, ByteView came) {
                if (!parts.hand_over(name, std::move(unknown), at, came)) ++counters.links_refused;
              }});
  links.emplace(link->id(), link);
  link->start(first);
}

std::size_t PlainPort::Impl::links_from(const Endpoint& address) const {
  return static_cast<std::size_t>(std::count_if(links.begin(), links.end(), [&](const auto& each) {
    return each.second->remote().address == address.address;
  }));
}

void PlainPort::Impl::on_changed(PlainLink& link) {
  if (link.seed().is_interested()) {
    apply(slots.want(link.id(), parts.now()));
  } else {
    if (!link.seed().is_choked()) link.set_choked(true);
    apply(slots.leave(link.id(), parts.now()));
  }
}

void PlainPort::Impl::on_closed(PlainLink& link) {
  const PlainLink::Id id = link.id();
  links.erase(id);
  if (!stopped) apply(slots.leave(id, parts.now()));
}

void PlainPort::Impl::apply(const cb::UploadSlots::Turn& turn) {
  const auto tell = [&](const std::vector<PlainLink::Id>& ids, bool choked) {
    for (const PlainLink::Id id : ids) {
      const auto found = links.find(id);
      if (found == links.end()) continue;
      const auto link = found->second;  // may close
      link->set_choked(choked);
    }
  };
  tell(turn.waiting, true);
  tell(turn.served, false);
}

void PlainPort::Impl::on_announce(const wire::bt::Announce& announce,
                                  const Endpoint& from,
                                  const Endpoint& reached,
                                  const TrackerDoor::Reply& reply) {
  const auto torrent = parts.find(announce.info_hash);
  if (!torrent) {
    ++counters.announces_refused;
    reply(wire::bt::announce_failure("this node does not serve that torrent"));
    return;
  }
  auto answer = tracker.announce(announce, from, parts.now());
  ++answer.complete;
  Endpoint here = reached;
  here.port = config.listen_port;
  here.scope_id = 0;
  if (cb::may_be_told(here, from))  // it is another where a router forwards a port
    answer.peers.insert(answer.peers.begin(), {.id = config.peer_id, .at = here});
  // A client that begins with a magnet link does not know yet what it lacks, and says 0.
  using Event = wire::bt::Announce::Event;
  const bool may_lack =
      announce.event != Event::stopped && (announce.left > 0 || announce.event == Event::started);
  if (!may_lack) {
    reply(wire::bt::encode(answer));
    return;
  }
  dials.plan(announce, from, parts.now());
  parts.seek(torrent, [self = shared_from_this(), torrent, from, reply, answer]() mutable {
    if (self->stopped) return;
    self->add_sources(torrent, from, answer);
    reply(wire::bt::encode(answer));
  });
}

void PlainPort::Impl::add_sources(const cb::TorrentPtr& torrent,
                                  const Endpoint& from,
                                  wire::bt::AnnounceAnswer& answer) const {
  const PlainSources sources = parts.sources(torrent);
  for (const Endpoint& at : sources.at) {
    const bool is_told = std::any_of(
        answer.peers.begin(), answer.peers.end(), [&](const auto& each) { return each.at == at; });
    if (is_told || !cb::may_be_told(at, from)) continue;
    ++answer.complete;
    answer.peers.push_back({.id = {}, .at = at});
  }
  if (sources.more_to_come) answer.interval_s = answer.min_interval_s;
}

bool PlainPort::Impl::is_linked(const wire::bt::PeerId& peer) const {
  return std::any_of(links.begin(), links.end(), [&](const auto& each) {
    return each.second->seed().peer_id() == peer;
  });
}

void PlainPort::Impl::dial_due() {
  while (dialling < kMaxDialsAtOnce) {
    const auto next =
        dials.next(parts.now(), [this](const wire::bt::PeerId& peer) { return is_linked(peer); });
    if (!next) return;
    dial(*next);
  }
}

void PlainPort::Impl::dial(const cb::AnnouncedDials::Dial& dial) {
  auto socket = std::make_shared<tcp::socket>(io);
  auto patience = std::make_shared<asio::steady_timer>(io, kAnnouncedDialPatience);
  ++dialling;
  patience->async_wait([socket](const asio::error_code& canceled) {
    asio::error_code ignored;
    if (!canceled) socket->close(ignored);
  });
  socket->async_connect(
      to_asio(dial.peer.at),
      [self = shared_from_this(), socket, patience, dial](const asio::error_code& failed) {
        --self->dialling;
        patience->cancel();
        auto torrent = self->parts.find(dial.torrent);
        if (failed) ++self->counters.dials_failed;
        if (failed || self->stopped || !torrent || self->is_linked(dial.peer.id)) return;
        self->add(
            {std::move(*socket)},
            cb::SeedLink(
                self->config, self->counters, std::move(torrent), dial.torrent, self->parts.now()),
            {});
      });
}

void PlainPort::Impl::wait() {
  timer.expires_after(kTick);
  timer.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
    if (canceled || self->stopped) return;
    self->tick();
    self->wait();
  });
}

void PlainPort::Impl::tick() {
  const TimePoint now = parts.now();
  for (const auto& [id, link] : std::map(links)) link->on_time(now);
  tracker.age(now);
  dials.age(now);
  dial_due();
  if (now - rotated_at >= kRotateEvery) {
    rotated_at = now;
    apply(slots.rotate(now));
  }
  if (now - told_at >= kTellPeersEvery) {
    told_at = now;
    tell_peers();
  }
}

void PlainPort::Impl::tell_peers() {
  constexpr std::size_t kAtMost = 50;
  for (const auto& [id, link] : std::map(links)) {
    const auto& torrent = link->seed().torrent();
    if (!torrent || !link->seed().takes_peers()) continue;
    auto peers = tracker.peers(torrent->names.one(), link->remote(), kAtMost);
    for (const Endpoint& at : parts.sources(torrent).at) {
      if (cb::may_be_told(at, link->remote())) peers.push_back({.id = {}, .at = at});
    }
    link->tell_peers(peers);
  }
}

void PlainPort::Impl::stop() {
  if (std::exchange(stopped, true)) return;
  timer.cancel();
  door.stop();
  for (const auto& [id, link] : std::map(links)) link->close();
}

PlainPort::PlainPort(
    asio::io_context& io, PlainParts parts, UploadTurns& turns, std::uint16_t listen_port, Rng rng)
    : impl_(std::make_shared<Impl>(io, std::move(parts), turns, listen_port, std::move(rng))) {
  impl_->wait();
}

PlainPort::~PlainPort() {
  stop();
}

void PlainPort::take(Opening opening, TcpSocket&& socket, Bytes first) {
  if (impl_->stopped) return;
  if (opening == Opening::http) {
    impl_->door.take(std::move(socket), std::move(first));
  } else {
    impl_->take_link(std::move(socket), first);
  }
}

void PlainPort::withdraw(const ContentId& content) {
  for (const auto& [id, link] : std::map(impl_->links)) {
    const auto& torrent = link->seed().torrent();
    if (torrent && torrent->content == content) link->close();
  }
}

void PlainPort::stop() {
  impl_->stop();
}

const cb::Counters& PlainPort::counters() const {
  return impl_->counters;
}

std::size_t PlainPort::links() const {
  return impl_->links.size();
}

std::size_t PlainPort::tracked_peers() const {
  return impl_->tracker.size();
}

std::size_t PlainPort::dials_waiting() const {
  return impl_->dials.waiting();
}

std::size_t PlainPort::dials_remembered() const {
  return impl_->dials.remembered();
}

std::size_t PlainPort::dials_at_once() const {
  return impl_->dialling;
}

std::size_t PlainPort::tracker_talks() const {
  return impl_->door.talks();
}

}  // namespace freshet::io
