#include "node/io/net/listener.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include "node/base/sender.h"
#include "node/io/net/tcp_socket.h"

namespace freshet::io {
namespace {

using asio::ip::tcp;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors{200};
// Who knocks with the wrong key is told of no more often: strangers do not fill the log.
constexpr std::chrono::minutes kSayWrongMesh{1};

Error bind_error(const tcp::endpoint& where, const asio::error_code& why) {
  const std::string at = to_endpoint(where).to_string();
  std::string message = "cannot listen on " + at + ": " + why.message();
  if (why == asio::error::address_in_use) {
    message = "port in use: another program listens on " + at
              + "; choose another with --listen ADDR:PORT";
  } else if (why == std::errc::address_not_available) {
    message = "cannot listen on " + at
              + ": this machine has no such address; see `ip addr` for those it has";
  } else if (why == asio::error::access_denied) {
    message = "cannot listen on " + at
              + ": not permitted; choose a port above 1023 with --listen ADDR:PORT";
  }
  return {.code = ErrorCode::io, .message = std::move(message)};
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl>, LinkHandler {
  Impl(asio::io_context& the_io,
       LinkShared& the_shared,
       const TlsContext& the_tls,
       ListenerLimits the_limits)
      : io(the_io),
        shared(the_shared),
        tls(the_tls),
        limits(the_limits) {}

  // A connection that has not said yet what it is.
  struct Newcomer {
    Newcomer(tcp::socket the_socket, asio::io_context& io)
        : socket(std::move(the_socket)),
          timer(io) {}
    tcp::socket socket;
    asio::steady_timer timer;
    Endpoint from;
    std::array<Byte, kMaxOpeningBytes> first{};
    std::size_t count = 0;
  };

  // One socket that takes connections, and its pause when the system has no descriptors left.
  struct Door {
    explicit Door(asio::io_context& io) : acceptor(io), pause(io) {}
    tcp::acceptor acceptor;
    asio::steady_timer pause;
  };

  /// The error of the system, if any.
  asio::error_code open(const tcp::endpoint& where, bool v6_only);
  void accept(Door& door);
  void on_accept_failed(Door& door, const asio::error_code& failed);
  void welcome(tcp::socket socket);
  void listen_to(const std::shared_ptr<Newcomer>& newcomer);
  void on_first_bytes(const std::shared_ptr<Newcomer>& newcomer);
  void hand_over_plain(const std::shared_ptr<Newcomer>& newcomer,
                       Opening opening,
                       std::uint64_t& refused);
  void refuse(Newcomer& newcomer, std::uint64_t& counter);
  void leave(const Endpoint& from);
  void say_wrong_mesh(const TlsLink& link, LinkEnd end);

  void on_link_up(TlsLink& link) override;
  void on_link_data(TlsLink& /*link*/, ByteView /*bytes*/) override {}
  void on_link_writable(TlsLink& /*link*/) override {}
  void on_link_closed(TlsLink& link, LinkEnd end) override;

  asio::io_context& io;
  LinkShared& shared;
  const TlsContext& tls;
  ListenerLimits limits;
  LinkUp up;
  Plain plain;
  ListenerCounters counters;
  std::vector<std::unique_ptr<Door>> doors;
  std::map<TlsLink*, std::pair<std::shared_ptr<TlsLink>, Endpoint>> shaking;
  std::set<std::shared_ptr<Newcomer>> newcomers;
  std::map<Endpoint, std::size_t> by_address;
  std::size_t handshakes = 0;
  std::optional<std::chrono::steady_clock::time_point> said_wrong_mesh;
  bool said_scarce = false;
  bool stopped = false;
};

asio::error_code Listener::Impl::open(const tcp::endpoint& where, bool v6_only) {
  auto door = std::make_unique<Door>(io);
  tcp::acceptor& acceptor = door->acceptor;
  asio::error_code failed;
  acceptor.open(where.protocol(), failed);
  if (failed) return failed;
  acceptor.set_option(tcp::acceptor::reuse_address(true), failed);  // not in the way of a restart
  if (where.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(v6_only), failed);
  if (failed) return failed;
  acceptor.bind(where, failed);
  if (failed) return failed;
  acceptor.listen(tcp::acceptor::max_listen_connections, failed);
  if (failed) return failed;
  acceptor.non_blocking(true, failed);
  doors.push_back(std::move(door));
  return failed;
}

void Listener::Impl::accept(Door& door) {
  door.acceptor.async_accept(
      [self = shared_from_this(), &door](const asio::error_code& failed, tcp::socket socket) {
        if (self->stopped) return;
        if (failed) {
          self->on_accept_failed(door, failed);
          return;
        }
        self->welcome(std::move(socket));
        self->accept(door);
      });
}

// Whatever it is, trying again at once could spin.
void Listener::Impl::on_accept_failed(Door& door, const asio::error_code& failed) {
  ++counters.accept_failed;
  if (!said_scarce) {
    spdlog::warn(
        "cannot accept connections for now: {}; if this lasts, raise the limit of open files "
        "(ulimit -n)",
        failed.message());
  }
  said_scarce = true;
  door.pause.expires_after(kPauseWithoutDescriptors);
  door.pause.async_wait([self = shared_from_this(), &door](const asio::error_code& canceled) {
    if (!canceled && !self->stopped) self->accept(door);
  });
}

void Listener::Impl::welcome(tcp::socket socket) {
  ++counters.accepted;
  asio::error_code failed;
  const auto remote = socket.remote_endpoint(failed);
  if (failed) {  // it left already
    ++counters.refused_silent;
    return;
  }
  const Endpoint from = sender_of(to_endpoint(remote));
  const auto known = by_address.find(from);
  const bool crowded = !from.is_loopback() && known != by_address.end()
                       && known->second >= limits.max_handshakes_per_address;
  if (handshakes >= limits.max_handshakes || crowded) {
    ++counters.refused_busy;
    return;
  }
  ++handshakes;
  ++by_address[from];
  auto newcomer = std::make_shared<Newcomer>(std::move(socket), io);
  newcomer->from = from;
  newcomers.insert(newcomer);
  newcomer->timer.expires_after(limits.first_bytes);
  newcomer->timer.async_wait(
      [self = shared_from_this(), newcomer](const asio::error_code& canceled) {
        if (!canceled && self->newcomers.contains(newcomer))
          self->refuse(*newcomer, self->counters.refused_silent);
      });
  listen_to(newcomer);
}

void Listener::Impl::listen_to(const std::shared_ptr<Newcomer>& newcomer) {
  const auto rest = asio::buffer(newcomer->first.data() + newcomer->count,
                                 newcomer->first.size() - newcomer->count);
  newcomer->socket.async_read_some(
      rest, [self = shared_from_this(), newcomer](const asio::error_code& failed, std::size_t got) {
        if (!self->newcomers.contains(newcomer)) return;
        if (failed) {
          self->refuse(*newcomer, self->counters.refused_silent);
          return;
        }
        newcomer->count += got;
        self->on_first_bytes(newcomer);
      });
}

void Listener::Impl::on_first_bytes(const std::shared_ptr<Newcomer>& newcomer) {
  const ByteView first = ByteView(newcomer->first).first(newcomer->count);
  switch (classify(first)) {
    case Opening::undecided:
      listen_to(newcomer);
      return;
    case Opening::bittorrent:
      hand_over_plain(newcomer, Opening::bittorrent, counters.refused_plain_bt);
      return;
    case Opening::http:
      hand_over_plain(newcomer, Opening::http, counters.refused_http);
      return;
    case Opening::unknown:
      refuse(*newcomer, counters.refused_unknown);
      return;
    case Opening::tls:
      break;
  }
  newcomer->timer.cancel();
  newcomers.erase(newcomer);
  // The handshake has what the first bytes left of their time.
  LinkLimits link_limits = limits.link;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      newcomer->timer.expiry() - asio::steady_timer::clock_type::now());
  link_limits.handshake = std::clamp(left, std::chrono::milliseconds(1), limits.link.handshake);
  auto link = TlsLink::server(
      shared, tls, {std::move(newcomer->socket)}, link_limits, Bytes(first.begin(), first.end()));
  shaking[link.get()] = {link, newcomer->from};
  link->start(*this);
}

void Listener::Impl::hand_over_plain(const std::shared_ptr<Newcomer>& newcomer,
                                     Opening opening,
                                     std::uint64_t& refused) {
  if (!plain) {
    refuse(*newcomer, refused);
    return;
  }
  newcomer->timer.cancel();
  newcomers.erase(newcomer);
  leave(newcomer->from);
  const ByteView first = ByteView(newcomer->first).first(newcomer->count);
  plain(opening, {std::move(newcomer->socket)}, Bytes(first.begin(), first.end()));
}

void Listener::Impl::refuse(Newcomer& newcomer, std::uint64_t& counter) {
  ++counter;
  asio::error_code ignored;
  newcomer.socket.close(ignored);
  newcomer.timer.cancel();
  leave(newcomer.from);
  const auto found = std::find_if(newcomers.begin(), newcomers.end(), [&](const auto& each) {
    return each.get() == &newcomer;
  });
  if (found != newcomers.end()) newcomers.erase(found);
}

void Listener::Impl::leave(const Endpoint& from) {
  --handshakes;
  const auto found = by_address.find(from);
  if (found != by_address.end() && --found->second == 0) by_address.erase(found);
}

void Listener::Impl::on_link_up(TlsLink& link) {
  auto node = shaking.extract(&link);
  if (node.empty()) return;
  leave(node.mapped().second);
  ++counters.links_up;
  link.hand_over(up);
}

void Listener::Impl::on_link_closed(TlsLink& link, LinkEnd end) {
  const auto found = shaking.find(&link);
  if (found == shaking.end()) return;
  if (is_wrong_mesh(end)) {
    say_wrong_mesh(link, end);
  } else if (end != LinkEnd::no_proof) {
    ++(end == LinkEnd::timed_out ? counters.refused_silent : counters.handshakes_failed);
  }
  leave(found->second.second);
  shaking.erase(found);
}

void Listener::Impl::say_wrong_mesh(const TlsLink& link, LinkEnd end) {
  const auto now = std::chrono::steady_clock::now();
  if (said_wrong_mesh && now - *said_wrong_mesh < kSayWrongMesh) return;
  said_wrong_mesh = now;
  spdlog::warn("refused the node at {}: {}", link.remote().to_string(), to_string(end));
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): asio declares it, for no timer of ours
Listener::~Listener() {
  stop();
}

Result<std::unique_ptr<Listener>> Listener::bind(asio::io_context& io,
                                                 LinkShared& shared,
                                                 const TlsContext& tls,
                                                 const std::optional<Endpoint>& where,
                                                 ListenerLimits limits) {
  auto impl = std::make_shared<Impl>(io, shared, tls, limits);
  const auto open = [&](const tcp::endpoint& at, bool v6_only) -> Status {
    const asio::error_code failed = impl->open(at, v6_only);
    if (failed) return bind_error(at, failed);
    return kOk;
  };
  if (where) {
    // [::] takes IPv4 as well, as its user expects.
    if (auto opened = open(to_asio(*where), false); !opened) return opened.error();
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
  }
  if (auto opened = open({tcp::v4(), kDefaultPort}, false); !opened) return opened.error();
  const tcp::endpoint v6(tcp::v6(), kDefaultPort);
  const asio::error_code failed = impl->open(v6, true);
  if (failed == asio::error::address_in_use) return bind_error(v6, failed);
  if (failed) spdlog::debug("no IPv6 here: {}", failed.message());
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

void Listener::start(LinkUp up) {
  impl_->up = std::move(up);
  for (const auto& door : impl_->doors) impl_->accept(*door);
}

void Listener::take_plain(Plain plain) {
  impl_->plain = std::move(plain);
}

void Listener::stop() {
  Impl& impl = *impl_;
  if (impl.stopped) return;
  impl.stopped = true;
  asio::error_code ignored;
  for (const auto& door : impl.doors) {
    door->acceptor.close(ignored);
    door->pause.cancel();
  }
  for (const auto& newcomer : std::exchange(impl.newcomers, {})) {
    newcomer->timer.cancel();
    newcomer->socket.close(ignored);
  }
  // They may outlive the listener by a turn of the loop.
  for (const auto& [raw, entry] : std::exchange(impl.shaking, {})) entry.first->abandon();
}

std::vector<Endpoint> Listener::local() const {
  std::vector<Endpoint> endpoints;
  for (const auto& door : impl_->doors) {
    asio::error_code failed;
    const auto local = door->acceptor.local_endpoint(failed);
    if (!failed) endpoints.push_back(to_endpoint(local));
  }
  return endpoints;
}

std::size_t Listener::handshakes() const {
  return impl_->handshakes;
}

const ListenerCounters& Listener::counters() const {
  return impl_->counters;
}

}  // namespace freshet::io
