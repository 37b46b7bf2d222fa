#include "node/io/net/listener.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "node/io/net/first_bytes.h"

namespace freshet::io {
namespace {

using asio::ip::tcp;

constexpr std::chrono::milliseconds kPauseWithoutDescriptors{200};

Endpoint without_port(Endpoint endpoint) {
  endpoint.port = 0;
  return endpoint;
}

Error bind_error(const tcp::endpoint& where, const asio::error_code& why) {
  const std::string at = to_endpoint(where).to_string();
  if (why == asio::error::address_in_use) {
    return {.code = ErrorCode::io,
            .message = "port in use: " + at + "; another program listens there, choose another with --listen ADDR:PORT"};
  }
  return {.code = ErrorCode::io, .message = "cannot listen on " + at + ": " + why.message()};
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Impl>, LinkHandler {
  Impl(asio::io_context& the_io, LinkShared& the_shared, const TlsContext& the_tls, ListenerLimits the_limits)
      : io(the_io), shared(the_shared), tls(the_tls), limits(the_limits) {}

  // A connection that has not said yet what it is.
  struct Newcomer {
    Newcomer(tcp::socket the_socket, asio::io_context& io) : socket(std::move(the_socket)), timer(io) {}
    tcp::socket socket;
    asio::steady_timer timer;
    Endpoint from;
    std::array<Byte, kMaxOpeningBytes> first{};
    std::size_t count = 0;
  };

  Status open(const tcp::endpoint& where);
  void accept(tcp::acceptor& acceptor);
  void on_accept_failed(tcp::acceptor& acceptor, const asio::error_code& failed);
  void welcome(tcp::socket socket);
  void listen_to(const std::shared_ptr<Newcomer>& newcomer);
  void on_first_bytes(const std::shared_ptr<Newcomer>& newcomer);
  void refuse(Newcomer& newcomer, std::uint64_t& counter);
  void leave(const Endpoint& from);

  void on_link_up(TlsLink& link) override;
  void on_link_data(TlsLink& /*link*/, ByteView /*bytes*/) override {}
  void on_link_writable(TlsLink& /*link*/) override {}
  void on_link_closed(TlsLink& link, LinkEnd end) override;

  asio::io_context& io;
  LinkShared& shared;
  const TlsContext& tls;
  ListenerLimits limits;
  LinkUp up;
  ListenerCounters counters;
  std::vector<std::unique_ptr<tcp::acceptor>> acceptors;
  std::map<TlsLink*, std::pair<std::shared_ptr<TlsLink>, Endpoint>> shaking;
  std::set<std::shared_ptr<Newcomer>> newcomers;
  std::map<Endpoint, std::size_t> by_address;
  std::size_t handshakes = 0;
  std::unique_ptr<asio::steady_timer> pause;
  bool stopped = false;
};

Status Listener::Impl::open(const tcp::endpoint& where) {
  auto acceptor = std::make_unique<tcp::acceptor>(io);
  asio::error_code failed;
  acceptor->open(where.protocol(), failed);
  if (failed) return bind_error(where, failed);
  acceptor->set_option(tcp::acceptor::reuse_address(true), failed);
  if (where.protocol() == tcp::v6()) acceptor->set_option(asio::ip::v6_only(true), failed);
  acceptor->bind(where, failed);
  if (failed) return bind_error(where, failed);
  acceptor->listen(tcp::acceptor::max_listen_connections, failed);
  if (failed) return bind_error(where, failed);
  acceptor->non_blocking(true, failed);
  acceptors.push_back(std::move(acceptor));
  return kOk;
}

void Listener::Impl::accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([self = shared_from_this(), &acceptor](const asio::error_code& failed, tcp::socket socket) {
    if (self->stopped) return;
    if (failed) {
      self->on_accept_failed(acceptor, failed);
      return;
    }
    self->welcome(std::move(socket));
    self->accept(acceptor);
  });
}

void Listener::Impl::on_accept_failed(tcp::acceptor& acceptor, const asio::error_code& failed) {
  const bool scarce = failed == asio::error::no_descriptors ||
                      failed == std::errc::too_many_files_open_in_system || failed == asio::error::no_memory;
  if (!scarce) {
    accept(acceptor);
    return;
  }
  if (!pause) {
    spdlog::warn("cannot accept connections for now: {}; raise the limit of open files (ulimit -n)", failed.message());
  }
  pause = std::make_unique<asio::steady_timer>(io, kPauseWithoutDescriptors);
  pause->async_wait([self = shared_from_this(), &acceptor](const asio::error_code& canceled) {
    if (!canceled && !self->stopped) self->accept(acceptor);
  });
}

void Listener::Impl::welcome(tcp::socket socket) {
  ++counters.accepted;
  asio::error_code failed;
  const auto remote = socket.remote_endpoint(failed);
  if (failed) return;
  const Endpoint from = without_port(to_endpoint(remote));
  const auto known = by_address.find(from);
  const bool crowded = !from.is_loopback() && known != by_address.end() &&
                       known->second >= limits.max_handshakes_per_address;
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
  newcomer->timer.async_wait([self = shared_from_this(), newcomer](const asio::error_code& canceled) {
    if (!canceled && self->newcomers.contains(newcomer)) self->refuse(*newcomer, self->counters.refused_silent);
  });
  listen_to(newcomer);
}

void Listener::Impl::listen_to(const std::shared_ptr<Newcomer>& newcomer) {
  const auto rest = asio::buffer(newcomer->first.data() + newcomer->count, newcomer->first.size() - newcomer->count);
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
      refuse(*newcomer, counters.refused_plain_bt);
      return;
    case Opening::http:
      refuse(*newcomer, counters.refused_http);
      return;
    case Opening::unknown:
      refuse(*newcomer, counters.refused_unknown);
      return;
    case Opening::tls:
      break;
  }
  newcomer->timer.cancel();
  newcomers.erase(newcomer);
  auto link = TlsLink::server(
      shared, tls, std::move(newcomer->socket), limits.link, Bytes(first.begin(), first.end()));
  shaking[link.get()] = {link, newcomer->from};
  link->start(*this);
}

void Listener::Impl::refuse(Newcomer& newcomer, std::uint64_t& counter) {
  ++counter;
  asio::error_code ignored;
  newcomer.socket.close(ignored);
  newcomer.timer.cancel();
  leave(newcomer.from);
  const auto found = std::find_if(
      newcomers.begin(), newcomers.end(), [&](const auto& each) { return each.get() == &newcomer; });
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
  up(node.mapped().first);
}

void Listener::Impl::on_link_closed(TlsLink& link, LinkEnd end) {
  const auto found = shaking.find(&link);
  if (found == shaking.end()) return;
  ++(end == LinkEnd::timed_out ? counters.refused_silent : counters.handshakes_failed);
  leave(found->second.second);
  shaking.erase(found);
}

Listener::Listener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Listener::~Listener() { stop(); }

Result<std::unique_ptr<Listener>> Listener::bind(asio::io_context& io,
                                                 LinkShared& shared,
                                                 const TlsContext& tls,
                                                 const std::optional<Endpoint>& where,
                                                 ListenerLimits limits) {
  auto impl = std::make_shared<Impl>(io, shared, tls, limits);
  if (where) {
    if (auto opened = impl->open(to_asio(*where)); !opened) return opened.error();
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
  }
  if (auto opened = impl->open(tcp::endpoint(tcp::v4(), kDefaultPort)); !opened) return opened.error();
  if (auto opened = impl->open(tcp::endpoint(tcp::v6(), kDefaultPort)); !opened) {
    spdlog::debug("no IPv6 here: {}", opened.error().message);
  }
  return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

void Listener::start(LinkUp up) {
  impl_->up = std::move(up);
  for (const auto& acceptor : impl_->acceptors) impl_->accept(*acceptor);
}

void Listener::stop() {
  Impl& impl = *impl_;
  if (impl.stopped) return;
  impl.stopped = true;
  asio::error_code ignored;
  for (const auto& acceptor : impl.acceptors) acceptor->close(ignored);
  for (const auto& newcomer : std::exchange(impl.newcomers, {})) {
    newcomer->timer.cancel();
    newcomer->socket.close(ignored);
  }
  for (const auto& [raw, entry] : impl.shaking) entry.first->abort();
  if (impl.pause) impl.pause->cancel();
}

std::vector<Endpoint> Listener::local() const {
  std::vector<Endpoint> endpoints;
  for (const auto& acceptor : impl_->acceptors) {
    asio::error_code failed;
    const auto local = acceptor->local_endpoint(failed);
    if (!failed) endpoints.push_back(to_endpoint(local));
  }
  return endpoints;
}

const ListenerCounters& Listener::counters() const { return impl_->counters; }

}  // namespace freshet::io
