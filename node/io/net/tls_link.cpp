#include "node/io/net/tls_link.h"

#include <algorithm>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "node/base/check.h"
#include "node/io/net/membership.h"
#include "node/io/net/records.h"
#include "node/io/net/tls_link_state.h"

namespace freshet::io {
namespace {

// One link reads at most so many times in a turn; the others wait too.
constexpr int kReadsPerTurn = 4;

}  // namespace

LinkShared::LinkShared(asio::io_context& io) : state_(std::make_shared<State>(io)) {}

// Links hold the state; were they left in it, both would hold each other for ever.
LinkShared::~LinkShared() {
  state_->dirty.clear();
}

const char* to_string(LinkEnd end) {
  switch (end) {
    case LinkEnd::closed:
      return "closed";
    case LinkEnd::eof:
      return "closed by the peer";
    case LinkEnd::cut:
      return "the peer went without a word";
    case LinkEnd::reset:
      return "connection lost";
    case LinkEnd::protocol:
      return "TLS failed";
    case LinkEnd::wrong_key:
      return "another node answers there";
    case LinkEnd::timed_out:
      return "timed out";
    case LinkEnd::other_mesh:
      return "it is of another private mesh, or one of the two keys is old: compare `freshet mesh` "
             "on both";
    case LinkEnd::open_peer:
      return "it is of the open mesh, and this node of a private one (see `freshet mesh`)";
    case LinkEnd::private_peer:
      return "it is of a private mesh, and this node is not: ask a member for an invite";
    case LinkEnd::replayed:
      return "it sent a proof of membership that was made for another connection";
    case LinkEnd::no_proof:
      return "it did not prove that it is of this mesh";
  }
  return "unknown";
}

bool is_wrong_mesh(LinkEnd end) {
  return end == LinkEnd::other_mesh || end == LinkEnd::open_peer || end == LinkEnd::private_peer
         || end == LinkEnd::replayed;
}

TlsLink::TlsLink(std::unique_ptr<State> state) : state_(std::move(state)) {
  // No memory for a connection's state is no memory at all; nothing sensible is left to do then.
  FRESHET_CHECK(state_->ssl != nullptr);
  BIO* bio = state_->flat.make();
  FRESHET_CHECK(bio != nullptr);
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
    LinkShared& shared, const TlsContext& tls, TcpSocket socket, LinkLimits limits, Bytes first) {
  auto state = std::make_unique<State>(shared.state_, std::move(socket), limits);
  state->ssl.reset(tls.new_server(state->check));
  state->use(tls);
  state->first = std::move(first);
  return std::shared_ptr<TlsLink>(new TlsLink(std::move(state)));
}

std::shared_ptr<TlsLink> TlsLink::client(LinkShared& shared,
                                         const TlsContext& tls,
                                         TcpSocket socket,
                                         LinkLimits limits,
                                         Protocol protocol) {
  auto state = std::make_unique<State>(shared.state_, std::move(socket), limits);
  state->ssl.reset(tls.new_client(state->check, protocol));
  state->use(tls);
  return std::shared_ptr<TlsLink>(new TlsLink(std::move(state)));
}

void TlsLink::expect(const NodeKey& key) {
  state_->check.expected = key;
}
void TlsLink::set_handler(LinkHandler& handler) {
  state_->handler = &handler;
}
void TlsLink::clear_handler() {
  state_->handler = nullptr;
}
bool TlsLink::has_handler() const {
  return state_->handler != nullptr;
}
const NodeKey& TlsLink::peer() const {
  FRESHET_CHECK(state_->check.key.has_value());
  return *state_->check.key;
}
Protocol TlsLink::protocol() const {
  return state_->protocol;
}
const Endpoint& TlsLink::remote() const {
  return state_->remote;
}
std::uint64_t TlsLink::bytes_in() const {
  return state_->bytes_in;
}
std::uint64_t TlsLink::bytes_out() const {
  return state_->bytes_out;
}
std::uint64_t TlsLink::records_in() const {
  return state_->records_in;
}
std::uint64_t TlsLink::records_out() const {
  return state_->records_out;
}

bool TlsLink::export_keying_material(std::string_view label,
                                     ByteView context,
                                     std::span<Byte> out) const {
  return SSL_export_keying_material(state_->ssl.get(),
                                    out.data(),
                                    out.size(),
                                    label.data(),
                                    label.size(),
                                    context.data(),
                                    context.size(),
                                    1)
         == 1;
}

void TlsLink::start(LinkHandler& handler) {
  State& state = *state_;
  state.handler = &handler;
  arm_timer(state.limits.handshake, LinkEnd::timed_out);
  const Bytes first = std::exchange(state.first, {});
  state.bytes_in += first.size();
  take_in(first);
  wait_readable();
}

void TlsLink::arm_timer(std::chrono::milliseconds after, LinkEnd then) {
  State& state = *state_;
  if (!state.timer) state.timer = std::make_unique<asio::steady_timer>(state.shared->io);
  state.timer->expires_after(after);
  // The timer may be gone, or armed anew, when an expiry that was under way arrives.
  state.timer->async_wait([self = shared_from_this(), then](const asio::error_code& canceled) {
    const asio::steady_timer* timer = self->state_->timer.get();
    if (canceled || timer == nullptr || timer->expiry() > asio::steady_timer::clock_type::now())
      return;
    self->end(then);
  });
}

void TlsLink::wait_readable() {
  State& state = *state_;
  if (state.waits_readable || state.phase == State::Phase::ended) return;
  if (state.paused && state.phase == State::Phase::up) return;
  state.waits_readable = true;
  state.socket.async_wait(asio::ip::tcp::socket::wait_read,
                          [self = shared_from_this()](const asio::error_code& failed) {
                            State& the = *self->state_;
                            the.waits_readable = false;
                            if (the.phase == State::Phase::ended) return;
                            if (failed) {
                              self->end(LinkEnd::reset);
                            } else if (!the.paused || the.phase != State::Phase::up) {
                              self->on_readable();
                            }
                          });
}

void TlsLink::on_readable() {
  State& state = *state_;
  for (int i = 0; i < kReadsPerTurn; ++i) {
    asio::error_code failed;
    const std::size_t got =
        state.socket.read_some(asio::buffer(state.shared->cipher_in.get(), kReadBytes), failed);
    if (failed == asio::error::would_block || failed == asio::error::try_again) break;
    if (failed) {
      end(failed == asio::error::eof ? LinkEnd::cut : LinkEnd::reset);
      return;
    }
    state.bytes_in += got;
    take_in({state.shared->cipher_in.get(), got});
    if (state.phase == State::Phase::ended) return;
    if (got < kReadBytes || state.paused) break;
  }
  wait_readable();
}

// Leaves the link ended when the stream is no TLS or the peer is done.
void TlsLink::take_in(ByteView ciphertext) {
  State& state = *state_;
  // While closing it is read only so that the peer's last bytes do not turn into a reset.
  if (state.phase == State::Phase::closing || state.phase == State::Phase::ended) return;
  state.flat.in = ciphertext;
  if (state.phase == State::Phase::shaking && !shake_hands()) return;
  if (state.phase == State::Phase::proving && !check_proof()) return;
  while (state.phase == State::Phase::up && decrypt()) {
  }
  state.flat.in = {};
}

// True when the peer's proof comes next.
bool TlsLink::shake_hands() {
  State& state = *state_;
  state.flat.out = &state.shared->cipher_out;
  ERR_clear_error();
  const int result = SSL_do_handshake(state.ssl.get());
  const int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(state.ssl.get(), result);
  const auto protocol = TlsContext::protocol_of(state.ssl.get());
  // In the flight that ends the handshake, so that it costs no round trip of its own.
  const bool proved = error == SSL_ERROR_NONE && state.check.key && protocol && write_proof();
  ship();  // also the alert that says why it failed
  if (state.phase == State::Phase::ended) return false;
  if (error == SSL_ERROR_WANT_READ && state.bytes_in <= kMaxHandshakeBytes) return false;
  if (state.check.wrong_key) {
    end(LinkEnd::wrong_key);
    return false;
  }
  if (!proved) {
    end(LinkEnd::protocol);
    return false;
  }
  state.protocol = *protocol;
  if (state.protocol != Protocol::overlay) notice_dead_path(state.socket.native_handle());
  state.phase = State::Phase::proving;
  return true;
}

void TlsLink::up() {
  State& state = *state_;
  state.phase = State::Phase::up;
  state.timer.reset();
  state.proof.reset();
  if (state.handler != nullptr) state.handler->on_link_up(*this);
}

// One buffer full, or what there is. True when there may be more.
bool TlsLink::decrypt() {
  State& state = *state_;
  Byte* const plain = state.shared->plain_in.get();
  state.flat.out = &state.shared->cipher_out;
  std::size_t filled = 0;
  int error = SSL_ERROR_NONE;
  while (filled < LinkShared::State::kPlainBytes) {
    const RecordResult got = read_record(
        state.ssl.get(), state.flat, plain + filled, LinkShared::State::kPlainBytes - filled);
    if (got.bytes <= 0) {
      error = got.error;
      break;
    }
    filled += static_cast<std::size_t>(got.bytes);
    ++state.records_in;
  }
  ship();  // an alert
  if (filled > 0 && state.phase == State::Phase::up && state.handler != nullptr) {
    state.handler->on_link_data(*this, {plain, filled});
  }
  if (state.phase != State::Phase::up || error == SSL_ERROR_WANT_READ) return false;
  if (error == SSL_ERROR_NONE) return true;
  end(error == SSL_ERROR_ZERO_RETURN ? LinkEnd::eof : LinkEnd::protocol);
  return false;
}

void TlsLink::pause_reading() {
  state_->paused = true;
}

void TlsLink::resume_reading() {
  state_->paused = false;
  if (state_->phase == State::Phase::up) wait_readable();
}

void TlsLink::close() {
  State& state = *state_;
  if (state.phase == State::Phase::shaking || state.phase == State::Phase::proving) {
    abort();
    return;
  }
  if (state.phase != State::Phase::up) return;
  state.phase = State::Phase::closing;
  arm_timer(state.limits.linger, LinkEnd::closed);
  mark_dirty();
  wait_readable();  // it may have been paused
}

void TlsLink::abort() {
  if (state_->phase == State::Phase::ended) return;
  state_->phase = State::Phase::closing;
  asio::post(state_->shared->io, [self = shared_from_this()] { self->end(LinkEnd::closed); });
}

void TlsLink::abandon() {
  state_->handler = nullptr;
  abort();
}

void TlsLink::end(LinkEnd end) {
  State& state = *state_;
  if (state.phase == State::Phase::ended) return;
  const bool asked = state.phase == State::Phase::closing;
  const bool gone = end == LinkEnd::cut || end == LinkEnd::eof || end == LinkEnd::reset
                    || end == LinkEnd::timed_out;
  if (state.phase == State::Phase::proving && gone) {
    state.proof->membership->count_missing();
    end = LinkEnd::no_proof;
  }
  state.phase = State::Phase::ended;
  state.timer.reset();
  asio::error_code ignored;
  state.socket.close(ignored);
  state.plain.clear();
  state.unsent.clear();
  state.shared->pool.take_back(state.plain);
  state.shared->pool.take_back(state.unsent);
  const auto self = shared_from_this();
  LinkHandler* handler = std::exchange(state.handler, nullptr);
  if (handler != nullptr) handler->on_link_closed(*this, asked ? LinkEnd::closed : end);
}

}  // namespace freshet::io
