#include "node/io/net/tls_link.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <utility>
#include <vector>

#include "node/base/check.h"
#include "node/io/net/flat_bio.h"

namespace freshet::io {
namespace {

constexpr std::size_t kReadBytes = std::size_t{128} * 1024;
constexpr std::size_t kRecordBytes = std::size_t{16} * 1024;
// Ciphertext is made ahead of the socket only so far.
constexpr std::size_t kCipherAhead = std::size_t{256} * 1024;
// A buffer that grew beyond this is given back when it is empty.
constexpr std::size_t kKeepCapacity = std::size_t{4} * 1024;
// One link reads at most so many times in a turn; the others wait too.
constexpr int kReadsPerTurn = 4;

struct SslFree {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

void forget(Bytes& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeepCapacity) Bytes().swap(buffer);
}

enum class Phase : std::uint8_t { shaking, up, closing, ended };

}  // namespace

struct LinkShared::State {
  explicit State(asio::io_context& the_io) : io(the_io), cipher_in(kReadBytes), plain_in(kReadBytes) {}
  asio::io_context& io;
  Bytes cipher_in;
  Bytes plain_in;
  std::vector<std::shared_ptr<TlsLink>> dirty;
  bool flush_posted = false;
};

LinkShared::LinkShared(asio::io_context& io) : state_(std::make_unique<State>(io)) {}
LinkShared::~LinkShared() = default;

struct TlsLink::State {
  State(LinkShared::State& the_shared, SSL* the_ssl, asio::ip::tcp::socket the_socket, LinkLimits the_limits)
      : shared(the_shared), ssl(the_ssl), socket(std::move(the_socket)), limits(the_limits) {}

  LinkShared::State& shared;
  FlatBio flat;
  SslPtr ssl;  ///< before flat in destruction: it owns the BIO
  asio::ip::tcp::socket socket;
  LinkLimits limits;
  LinkHandler* handler = nullptr;
  std::unique_ptr<asio::steady_timer> timer;  ///< only while shaking hands or closing
  std::optional<NodeKey> expected;
  NodeKey peer;
  Protocol protocol = Protocol::overlay;
  Endpoint remote;
  Bytes first;            ///< read before the link existed
  Bytes plain_out;
  std::size_t plain_sent = 0;   ///< of plain_out, encrypted already
  std::size_t cipher_sent = 0;  ///< of flat.out
  std::size_t sent_since_said = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  Phase phase = Phase::shaking;
  bool dirty = false;
  bool waits_writable = false;
  bool waits_readable = false;
};

const char* to_string(LinkEnd end) {
  switch (end) {
    case LinkEnd::closed:
      return "closed";
    case LinkEnd::eof:
      return "closed by the peer";
    case LinkEnd::reset:
      return "connection lost";
    case LinkEnd::protocol:
      return "TLS failed";
    case LinkEnd::wrong_key:
      return "another node answers there";
    case LinkEnd::timed_out:
      return "timed out";
  }
  return "unknown";
}

Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint) {
  Endpoint result;
  const asio::ip::address address = endpoint.address();
  if (address.is_v4()) return Endpoint::v4(address.to_v4().to_bytes(), endpoint.port());
  const asio::ip::address_v6 v6 = address.to_v6();
  result.address = v6.to_bytes();
  result.port = endpoint.port();
  if (result.is_link_local_v6()) result.scope_id = static_cast<std::uint32_t>(v6.scope_id());
  return result;
}

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (endpoint.is_v4()) {
    asio::ip::address_v4::bytes_type bytes{};
    std::copy(endpoint.address.begin() + 12, endpoint.address.end(), bytes.begin());
    return {asio::ip::address_v4(bytes), endpoint.port};
  }
  return {asio::ip::address_v6(endpoint.address, endpoint.scope_id), endpoint.port};
}

TlsLink::TlsLink(std::unique_ptr<State> state) : state_(std::move(state)) {
  BIO* bio = state_->flat.make();
  SSL_set_bio(state_->ssl.get(), bio, bio);
  asio::error_code ignored;
  state_->socket.non_blocking(true, ignored);
  state_->socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  asio::error_code unknown;
  const auto remote = state_->socket.remote_endpoint(unknown);
  if (!unknown) state_->remote = to_endpoint(remote);
}

TlsLink::~TlsLink() = default;

std::shared_ptr<TlsLink> TlsLink::server(
    LinkShared& shared, const TlsContext& tls, asio::ip::tcp::socket socket, LinkLimits limits, Bytes first) {
  auto state = std::make_unique<State>(*shared.state_, tls.new_server(), std::move(socket), limits);
  state->first = std::move(first);
  return std::shared_ptr<TlsLink>(new TlsLink(std::move(state)));
}

std::shared_ptr<TlsLink> TlsLink::client(
    LinkShared& shared, const TlsContext& tls, asio::ip::tcp::socket socket, LinkLimits limits, Protocol protocol) {
  auto state = std::make_unique<State>(*shared.state_, tls.new_client(protocol), std::move(socket), limits);
  return std::shared_ptr<TlsLink>(new TlsLink(std::move(state)));
}

void TlsLink::expect(const NodeKey& key) { state_->expected = key; }
void TlsLink::set_handler(LinkHandler& handler) { state_->handler = &handler; }
const NodeKey& TlsLink::peer() const { return state_->peer; }
Protocol TlsLink::protocol() const { return state_->protocol; }
const Endpoint& TlsLink::remote() const { return state_->remote; }
std::uint64_t TlsLink::bytes_in() const { return state_->bytes_in; }
std::uint64_t TlsLink::bytes_out() const { return state_->bytes_out; }
void TlsLink::set_buffer_bytes(std::size_t bytes) { state_->limits.buffer_bytes = bytes; }

void TlsLink::start(LinkHandler& handler) {
  state_->handler = &handler;
  arm_timer(state_->limits.handshake, LinkEnd::timed_out);
  take_in(std::exchange(state_->first, {}));
  if (state_->phase != Phase::ended) wait_readable();
}

void TlsLink::arm_timer(std::chrono::milliseconds after, LinkEnd then) {
  State& state = *state_;
  if (!state.timer) state.timer = std::make_unique<asio::steady_timer>(state.shared.io);
  state.timer->expires_after(after);
  state.timer->async_wait([self = shared_from_this(), then](const asio::error_code& canceled) {
    if (!canceled) self->end(then);
  });
}

void TlsLink::wait_readable() {
  if (state_->waits_readable || state_->phase == Phase::ended) return;
  state_->waits_readable = true;
  state_->socket.async_wait(asio::ip::tcp::socket::wait_read,
                            [self = shared_from_this()](const asio::error_code& failed) {
                              self->state_->waits_readable = false;
                              if (self->state_->phase == Phase::ended) return;
                              if (failed) {
                                self->end(LinkEnd::reset);
                              } else {
                                self->on_readable();
                              }
                            });
}

void TlsLink::on_readable() {
  State& state = *state_;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    asio::error_code failed;
    const std::size_t got = state.socket.read_some(asio::buffer(state.shared.cipher_in), failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again) break;
    if (failed) {
      end(failed == asio::error::eof ? LinkEnd::eof : LinkEnd::reset);
      return;
    }
    state.bytes_in += got;
    take_in(ByteView(state.shared.cipher_in).first(got));
    if (state.phase == Phase::ended) return;
    if (got < state.shared.cipher_in.size()) break;
  }
  wait_readable();
}

// Leaves the link ended when the stream is no TLS or the peer is done.
void TlsLink::take_in(ByteView ciphertext) {
  State& state = *state_;
  if (state.phase == Phase::closing) return;  // read only so that the peer's last bytes do not turn into a reset
  state.flat.in = ciphertext;
  if (state.phase == Phase::shaking && !shake_hands()) return;
  while (state.phase == Phase::up && decrypt()) {
  }
  if (state.phase != Phase::ended) state.flat.in = {};
}

// True when the link is up.
bool TlsLink::shake_hands() {
  State& state = *state_;
  ERR_clear_error();
  const int result = SSL_do_handshake(state.ssl.get());
  if (state.flat.out.size() > state.cipher_sent) send_ciphertext();
  if (state.phase == Phase::ended) return false;
  if (result != 1) {
    if (SSL_get_error(state.ssl.get(), result) != SSL_ERROR_WANT_READ) end(LinkEnd::protocol);
    return false;
  }
  const auto key = TlsContext::peer_key_of(state.ssl.get());
  const auto protocol = TlsContext::protocol_of(state.ssl.get());
  if (!key || !protocol) {
    end(LinkEnd::protocol);
    return false;
  }
  if (state.expected && *state.expected != *key) {
    end(LinkEnd::wrong_key);
    return false;
  }
  state.peer = *key;
  state.protocol = *protocol;
  state.phase = Phase::up;
  state.timer.reset();
  state.handler->on_link_up(*this);
  return state.phase == Phase::up;
}

// One buffer full, or what there is. True when there may be more.
bool TlsLink::decrypt() {
  State& state = *state_;
  Bytes& plain = state.shared.plain_in;
  std::size_t filled = 0;
  int error = SSL_ERROR_NONE;
  while (filled < plain.size()) {
    ERR_clear_error();
    const int got = SSL_read(state.ssl.get(), plain.data() + filled, static_cast<int>(plain.size() - filled));
    if (got <= 0) {
      error = SSL_get_error(state.ssl.get(), got);
      break;
    }
    filled += static_cast<std::size_t>(got);
  }
  if (filled > 0) state.handler->on_link_data(*this, ByteView(plain).first(filled));
  if (state.phase != Phase::up || error == SSL_ERROR_WANT_READ) return false;
  if (error == SSL_ERROR_NONE) return true;
  end(error == SSL_ERROR_ZERO_RETURN ? LinkEnd::eof : LinkEnd::protocol);
  return false;
}

std::size_t TlsLink::room() const {
  const std::size_t waiting = state_->plain_out.size() - state_->plain_sent;
  return waiting >= state_->limits.buffer_bytes ? 0 : state_->limits.buffer_bytes - waiting;
}

void TlsLink::send(ByteView first, ByteView second) {
  State& state = *state_;
  if (state.phase != Phase::up) return;  // it ended in this turn; the owner hears of it
  FRESHET_CHECK(first.size() + second.size() <= room());
  state.plain_out.insert(state.plain_out.end(), first.begin(), first.end());
  state.plain_out.insert(state.plain_out.end(), second.begin(), second.end());
  mark_dirty();
}

void TlsLink::mark_dirty() {
  State& state = *state_;
  if (state.dirty || state.waits_writable) return;
  state.dirty = true;
  state.shared.dirty.push_back(shared_from_this());
  if (state.shared.flush_posted) return;
  state.shared.flush_posted = true;
  asio::post(state.shared.io, [&shared = state.shared] {
    shared.flush_posted = false;
    for (const auto& link : std::exchange(shared.dirty, {})) {
      link->state_->dirty = false;
      link->flush();
    }
  });
}

void TlsLink::flush() {
  State& state = *state_;
  while (state.phase != Phase::ended && !state.waits_writable) {
    encrypt();
    if (state.flat.out.size() == state.cipher_sent) break;
    send_ciphertext();
  }
  if (state.phase == Phase::ended) return;
  if (state.plain_out.size() == state.plain_sent) {
    forget(state.plain_out);
    state.plain_sent = 0;
  }
  if (state.phase == Phase::up) say_writable();
  const bool all_sent = state.plain_out.empty() && state.flat.out.empty();
  if (state.phase == Phase::closing && all_sent) finish_close();
}

void TlsLink::encrypt() {
  State& state = *state_;
  while (state.plain_sent < state.plain_out.size() && state.flat.out.size() - state.cipher_sent < kCipherAhead) {
    const std::size_t take = std::min(state.plain_out.size() - state.plain_sent, kRecordBytes);
    ERR_clear_error();
    const int wrote = SSL_write(state.ssl.get(), state.plain_out.data() + state.plain_sent, static_cast<int>(take));
    if (wrote <= 0) {
      end(LinkEnd::protocol);
      return;
    }
    state.plain_sent += static_cast<std::size_t>(wrote);
    state.sent_since_said += static_cast<std::size_t>(wrote);
  }
  // What is sent is moved out of the way once it is the larger part.
  if (state.plain_sent > state.plain_out.size() / 2 && state.plain_sent < state.plain_out.size()) {
    state.plain_out.erase(state.plain_out.begin(),
                          state.plain_out.begin() + static_cast<std::ptrdiff_t>(state.plain_sent));
    state.plain_sent = 0;
  }
}

void TlsLink::send_ciphertext() {
  State& state = *state_;
  while (state.cipher_sent < state.flat.out.size()) {
    asio::error_code failed;
    const std::size_t sent = state.socket.write_some(
        asio::buffer(state.flat.out.data() + state.cipher_sent, state.flat.out.size() - state.cipher_sent), failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again) {
      wait_writable();
      return;
    }
    if (failed) {
      end(LinkEnd::reset);
      return;
    }
    state.cipher_sent += sent;
    state.bytes_out += sent;
  }
  forget(state.flat.out);
  state.cipher_sent = 0;
}

void TlsLink::wait_writable() {
  if (state_->waits_writable) return;
  state_->waits_writable = true;
  state_->socket.async_wait(asio::ip::tcp::socket::wait_write,
                            [self = shared_from_this()](const asio::error_code& failed) {
                              self->state_->waits_writable = false;
                              if (self->state_->phase == Phase::ended) return;
                              if (failed) {
                                self->end(LinkEnd::reset);
                                return;
                              }
                              self->send_ciphertext();
                              self->flush();
                            });
}

void TlsLink::say_writable() {
  State& state = *state_;
  if (state.sent_since_said < state.limits.buffer_bytes / 2) return;
  state.sent_since_said = 0;
  state.handler->on_link_writable(*this);
}

void TlsLink::close() {
  State& state = *state_;
  if (state.phase == Phase::shaking) {
    abort();
    return;
  }
  if (state.phase != Phase::up) return;
  state.phase = Phase::closing;
  arm_timer(state.limits.linger, LinkEnd::closed);
  mark_dirty();
}

// Everything is sent: says so, and waits for the peer to close too. Closing the socket at once, with bytes of the peer
// unread, would reset the connection, and the peer might lose the last that was sent.
void TlsLink::finish_close() {
  State& state = *state_;
  SSL_shutdown(state.ssl.get());
  send_ciphertext();
  if (state.phase == Phase::ended || state.waits_writable) return;
  asio::error_code ignored;
  state.socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void TlsLink::abort() {
  if (state_->phase == Phase::ended) return;
  asio::post(state_->shared.io, [self = shared_from_this()] { self->end(LinkEnd::closed); });
  state_->phase = Phase::closing;
}

void TlsLink::end(LinkEnd end) {
  State& state = *state_;
  if (state.phase == Phase::ended) return;
  const bool asked = state.phase == Phase::closing;
  state.phase = Phase::ended;
  if (end == LinkEnd::protocol) send_ciphertext();  // the alert says why, if it fits
  state.timer.reset();
  asio::error_code ignored;
  state.socket.close(ignored);
  Bytes().swap(state.plain_out);
  Bytes().swap(state.flat.out);
  const auto self = shared_from_this();
  if (state.handler != nullptr) state.handler->on_link_closed(*this, asked ? LinkEnd::closed : end);
}

}  // namespace freshet::io
