#include "node/io/net/dialer.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "node/io/net/tcp_socket.h"

namespace freshet::io {

using asio::ip::tcp;

struct Dialer::Impl {
  Impl(asio::io_context& the_io,
       LinkShared& the_shared,
       const TlsContext& the_tls,
       DialLimits the_limits)
      : io(the_io),
        shared(the_shared),
        tls(the_tls),
        limits(the_limits) {}
  asio::io_context& io;
  LinkShared& shared;
  const TlsContext& tls;
  DialLimits limits;
  DialGuard guard;
  std::set<std::shared_ptr<Attempt>> attempts;
  std::uint64_t next_ticket = 1;
  bool stopped = false;
};

// One call of dial(): several connections on the way, one of which wins.
struct Dialer::Attempt : std::enable_shared_from_this<Attempt>, LinkHandler {
  Attempt(std::shared_ptr<Impl> the_dialer, Protocol the_protocol, Dialled the_callback)
      : dialer(std::move(the_dialer)),
        protocol(the_protocol),
        callback(std::move(the_callback)),
        deadline(dialer->io),
        stagger(dialer->io),
        resolver(dialer->io),
        ticket{dialer->next_ticket++} {}

  void begin() {
    dialer->attempts.insert(shared_from_this());
    deadline.expires_after(dialer->limits.connect);
    deadline.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
      if (canceled) return;
      if (self->last.code != ErrorCode::wrong_key)
        self->last = {.code = ErrorCode::timed_out, .message = "no answer"};
      self->finish(nullptr);
    });
  }
  void resolve(const HostPort& target);
  [[nodiscard]] bool skips(const Endpoint& where);
  void try_next();
  void connect(const Endpoint& where);
  void shake(const std::shared_ptr<tcp::socket>& socket);
  void one_failed(Error error);
  void finish(const std::shared_ptr<TlsLink>& winner);

  void on_link_up(TlsLink& link) override {
    const auto node = links.extract(&link);
    if (!node.empty()) finish(node.mapped());
  }
  void on_link_data(TlsLink& /*link*/, ByteView /*bytes*/) override {}
  void on_link_writable(TlsLink& /*link*/) override {}
  void on_link_closed(TlsLink& link, LinkEnd end) override {
    const auto keep = links.extract(&link);
    if (keep.empty()) return;
    const bool wrong = end == LinkEnd::wrong_key || is_wrong_mesh(end);
    one_failed({.code = wrong ? ErrorCode::wrong_key : ErrorCode::io,
                .message = std::string(to_string(end))});
  }

  std::shared_ptr<Impl> dialer;
  Protocol protocol;
  Dialled callback;
  asio::steady_timer deadline;
  asio::steady_timer stagger;
  tcp::resolver resolver;
  DialTicket ticket;
  std::optional<NodeKey> expected;
  std::vector<Endpoint> addresses;
  std::size_t next = 0;
  std::size_t running = 0;
  std::set<std::shared_ptr<tcp::socket>> sockets;
  std::map<TlsLink*, std::shared_ptr<TlsLink>> links;
  Error last{.code = ErrorCode::io, .message = "no usable address"};
  bool by_name = false;
  bool finished = false;
};

void Dialer::Attempt::resolve(const HostPort& target) {
  resolver.async_resolve(
      target.host,
      std::to_string(target.port),
      tcp::resolver::numeric_service,
      [self = shared_from_this(), host = target.host](const asio::error_code& failed,
                                                      const tcp::resolver::results_type& results) {
        if (self->finished) return;
        if (failed) {
          self->last = {.code = ErrorCode::io,
                        .message = "cannot resolve '" + host + "': " + failed.message()};
          self->finish(nullptr);
          return;
        }
        for (const auto& result : results)
          self->addresses.push_back(to_endpoint(result.endpoint()));
        self->try_next();
      });
}

bool Dialer::Attempt::skips(const Endpoint& where) {
  if (by_name || !dialer->guard.may_dial || dialer->guard.may_dial(where)) return false;
  if (last.code != ErrorCode::wrong_key)
    last = {.code = ErrorCode::io, .message = "dialled in vain too often"};
  return true;
}

void Dialer::Attempt::try_next() {
  if (finished) return;
  const std::size_t end = std::min(addresses.size(), dialer->limits.max_addresses);
  while (next < end && skips(addresses[next])) ++next;
  if (next >= addresses.size() || next >= dialer->limits.max_addresses) {
    if (running == 0) finish(nullptr);
    return;
  }
  connect(addresses[next++]);
  stagger.expires_after(dialer->limits.stagger);
  stagger.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
    if (!canceled && self->next < self->addresses.size()) self->try_next();
  });
}

void Dialer::Attempt::connect(const Endpoint& where) {
  ++running;
  auto socket = std::make_shared<tcp::socket>(dialer->io);
  sockets.insert(socket);
  socket->async_connect(to_asio(where),
                        [self = shared_from_this(), socket](const asio::error_code& failed) {
                          self->sockets.erase(socket);
                          if (self->finished) return;
                          if (failed) {
                            self->one_failed({.code = ErrorCode::io, .message = failed.message()});
                          } else {
                            self->shake(socket);
                          }
                        });
}

void Dialer::Attempt::shake(const std::shared_ptr<tcp::socket>& socket) {
  auto link = TlsLink::client(
      dialer->shared, dialer->tls, {std::move(*socket)}, dialer->limits.link, protocol);
  if (expected) link->expect(*expected);
  links[link.get()] = link;
  link->start(*this);
}

void Dialer::Attempt::one_failed(Error error) {
  --running;
  if (finished) return;
  // That another node answers is worth more than that one address was silent.
  if (last.code != ErrorCode::wrong_key) last = std::move(error);
  stagger.cancel();
  try_next();
}

void Dialer::Attempt::finish(const std::shared_ptr<TlsLink>& winner) {
  if (finished) return;
  finished = true;
  const auto self = shared_from_this();
  dialer->attempts.erase(self);
  deadline.cancel();
  stagger.cancel();
  resolver.cancel();
  asio::error_code ignored;
  for (const auto& socket : std::exchange(sockets, {})) socket->close(ignored);
  for (const auto& [raw, link] : std::exchange(links, {})) link->abandon();
  const Dialled called = std::exchange(callback, nullptr);
  if (winner && expected && dialer->guard.proved) dialer->guard.proved(winner->remote());
  if (dialer->stopped || !called) {
    if (winner) winner->abandon();
  } else if (winner) {
    winner->hand_over(called);
  } else {
    called(last);
  }
}

Dialer::Dialer(asio::io_context& io, LinkShared& shared, const TlsContext& tls, DialLimits limits)
    : impl_(std::make_shared<Impl>(io, shared, tls, limits)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): asio declares it, for no timer of ours
Dialer::~Dialer() {
  stop();
}

DialTicket Dialer::dial(const std::vector<Endpoint>& addresses,
                        Protocol protocol,
                        const std::optional<NodeKey>& expected,
                        Dialled dialled) {
  auto attempt = std::make_shared<Attempt>(impl_, protocol, std::move(dialled));
  attempt->expected = expected;
  attempt->addresses = addresses;
  attempt->begin();
  asio::post(impl_->io, [attempt] { attempt->try_next(); });
  return attempt->ticket;
}

DialTicket Dialer::dial_name(const std::string& host_port, Protocol protocol, Dialled dialled) {
  auto attempt = std::make_shared<Attempt>(impl_, protocol, std::move(dialled));
  attempt->by_name = true;
  attempt->begin();
  asio::post(impl_->io, [attempt, host_port] {
    if (attempt->finished) return;
    const auto target = parse_host_port(host_port);
    if (target) {
      attempt->resolve(*target);
    } else {
      attempt->last = target.error();
      attempt->finish(nullptr);
    }
  });
  return attempt->ticket;
}

void Dialer::guard_by(DialGuard guard) {
  impl_->guard = std::move(guard);
}

void Dialer::cancel(DialTicket ticket) {
  const auto found = std::find_if(impl_->attempts.begin(),
                                  impl_->attempts.end(),
                                  [&](const auto& each) { return each->ticket == ticket; });
  if (found == impl_->attempts.end()) return;
  (*found)->callback = nullptr;
  (*found)->finish(nullptr);
}

void Dialer::stop() {
  impl_->stopped = true;
  for (const auto& attempt : std::set(impl_->attempts)) attempt->finish(nullptr);
}

namespace {

// Where the port's colon is, behind a name, an address or a bracketed address; npos without one.
// nullopt: malformed.
std::optional<std::size_t> port_colon(const std::string& text) {
  constexpr auto kNone = std::string::npos;
  if (text.starts_with("[")) {
    const auto end = text.find(']');
    if (end == kNone) return std::nullopt;
    if (end + 1 == text.size()) return kNone;
    if (text[end + 1] != ':') return std::nullopt;
    return end + 1;
  }
  const auto colon = text.rfind(':');
  const bool bare_v6 = colon != kNone && text.find(':') != colon;
  return bare_v6 ? kNone : colon;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

}  // namespace

Result<HostPort> parse_host_port(const std::string& text) {
  const Error malformed{.code = ErrorCode::invalid,
                        .message = "'" + text + "' is not HOST, HOST:PORT or [ADDRESS]:PORT"};
  const auto colon = port_colon(text);
  if (!colon) return malformed;
  HostPort result;
  result.host = text.substr(0, *colon);
  if (*colon != std::string::npos) {
    const auto port = parse_port(std::string_view(text).substr(*colon + 1));
    if (!port) return malformed;
    result.port = *port;
  }
  if (result.host.starts_with("[")) result.host = result.host.substr(1, result.host.size() - 2);
  if (result.host.empty()) return malformed;
  return result;
}

}  // namespace freshet::io
