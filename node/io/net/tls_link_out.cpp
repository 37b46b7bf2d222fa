// The half of TlsLink that sends.
#include <algorithm>
#include <utility>

#include <asio/post.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "node/base/check.h"
#include "node/io/net/records.h"
#include "node/io/net/tcp_socket.h"
#include "node/io/net/tls_link.h"
#include "node/io/net/tls_link_state.h"

namespace freshet::io {
namespace {

// Plaintext that is encrypted ahead of one send(): of a link on which little shall wait, as much as
// the kernel is let hold unsent, so that it holds little more.
constexpr std::size_t kMostEncrypted = 8 * kRecordBytes;
constexpr std::size_t kLeastEncrypted = 2 * kRecordBytes;

std::size_t unsent_bound(std::size_t ahead_bytes) {
  return ahead_bytes / 4;
}

}  // namespace

std::size_t TlsLink::room() const {
  const std::size_t waiting = state_->plain.size() + state_->plain_in_flight;
  return waiting >= state_->limits.buffer_bytes ? 0 : state_->limits.buffer_bytes - waiting;
}

void TlsLink::set_buffer_bytes(std::size_t bytes) {
  state_->limits.buffer_bytes = bytes;
  set_ahead_bytes(bytes);
}

void TlsLink::set_ahead_bytes(std::size_t bytes) {
  state_->ahead_bytes = bytes;
  bound_unsent(state_->socket.native_handle(), unsent_bound(bytes));
}

void TlsLink::send(ByteView first, ByteView second) {
  State& state = *state_;
  if (state.phase != State::Phase::up) return;  // it ended in this turn; the owner hears of it
  FRESHET_CHECK(first.size() + second.size() <= room());
  state.shared->pool.lend(state.plain);
  state.plain.append(first);
  state.plain.append(second);
  mark_dirty();
}

void TlsLink::mark_dirty() {
  State& state = *state_;
  if (state.dirty || state.waits_writable) return;
  state.dirty = true;
  state.shared->dirty.push_back(shared_from_this());
  if (state.shared->flush_posted) return;
  state.shared->flush_posted = true;
  asio::post(state.shared->io, [shared = state.shared] {
    shared->flush_posted = false;
    shared->flushing.swap(shared->dirty);
    for (const auto& link : shared->flushing) {
      link->state_->dirty = false;
      link->flush();
    }
    shared->flushing.clear();
  });
}

void TlsLink::flush() {
  State& state = *state_;
  while (state.phase != State::Phase::ended && state.unsent.empty() && !state.plain.empty()) {
    if (!encrypt()) {
      end(LinkEnd::protocol);
      return;
    }
    ship();
  }
  if (state.phase == State::Phase::ended || !state.unsent.empty()) return;
  state.shared->pool.take_back(state.plain);
  if (state.phase == State::Phase::closing) say_goodbye();
}

// Moves plaintext into shared->cipher_out, a record at a time. False: OpenSSL refuses to go on.
bool TlsLink::encrypt() {
  State& state = *state_;
  state.flat.out = &state.shared->cipher_out;
  const bool is_bounded = state.ahead_bytes < state.limits.buffer_bytes;
  const std::size_t most =
      is_bounded ? std::clamp(unsent_bound(state.ahead_bytes), kLeastEncrypted, kMostEncrypted)
                 : kMostEncrypted;
  while (!state.plain.empty() && state.plain_in_flight < most) {
    const ByteView next = state.plain.view().first(std::min(state.plain.size(), kRecordBytes));
    const int wrote = write_record(state.ssl.get(), state.flat, next).bytes;
    if (wrote <= 0) {
      state.shared->cipher_out.clear();
      return false;
    }
    state.plain.consume(static_cast<std::size_t>(wrote));
    state.plain_in_flight += static_cast<std::size_t>(wrote);
    ++state.records_out;
  }
  return true;
}

// Sends what OpenSSL wrote. What the system does not take stays with the link.
void TlsLink::ship() {
  State& state = *state_;
  FlatBuffer& written = state.shared->cipher_out;
  if (written.empty()) return;
  if (state.unsent.empty()) written.consume(send_some(written.view()));
  if (!written.empty() && state.phase != State::Phase::ended) {
    state.shared->pool.lend(state.unsent);
    state.unsent.append(written.view());
    wait_writable();
  }
  written.clear();
  if (state.phase != State::Phase::ended && state.unsent.empty()) all_shipped();
}

void TlsLink::send_unsent() {
  State& state = *state_;
  state.unsent.consume(send_some(state.unsent.view()));
  if (state.phase == State::Phase::ended) return;
  if (!state.unsent.empty()) {
    wait_writable();
    return;
  }
  state.shared->pool.take_back(state.unsent);
  all_shipped();
  flush();
}

// One call of the system. Ends the link where that fails.
std::size_t TlsLink::send_some(ByteView ciphertext) {
  State& state = *state_;
  asio::error_code failed;
  const std::size_t sent =
      state.socket.write_some(asio::buffer(ciphertext.data(), ciphertext.size()), failed);
  if (failed && failed != asio::error::would_block && failed != asio::error::try_again) {
    end(LinkEnd::reset);
    return 0;
  }
  state.bytes_out += sent;
  return sent;
}

void TlsLink::wait_writable() {
  State& state = *state_;
  if (state.waits_writable) return;
  state.waits_writable = true;
  state.socket.async_wait(asio::ip::tcp::socket::wait_write,
                          [self = shared_from_this()](const asio::error_code& failed) {
                            self->state_->waits_writable = false;
                            if (self->state_->phase == State::Phase::ended) return;
                            if (failed) {
                              self->end(LinkEnd::reset);
                            } else {
                              self->send_unsent();
                            }
                          });
}

// Tells the owner of its room once half of what may wait went.
void TlsLink::all_shipped() {
  State& state = *state_;
  state.sent_since_said += std::exchange(state.plain_in_flight, 0);
  if (state.sent_since_said < state.ahead_bytes / 2 || state.phase != State::Phase::up) return;
  state.sent_since_said = 0;
  if (state.handler != nullptr) state.handler->on_link_writable(*this);
}

// Everything is sent: says so, and waits for the peer to close too. Closing the socket at once,
// with bytes of the peer unread, would reset the connection, and the peer might lose the last that
// was sent.
void TlsLink::say_goodbye() {
  State& state = *state_;
  if (!state.said_goodbye) {
    state.said_goodbye = true;
    state.flat.out = &state.shared->cipher_out;
    ERR_clear_error();
    SSL_shutdown(state.ssl.get());
    ship();
  }
  if (state.phase == State::Phase::ended || !state.unsent.empty()) return;
  asio::error_code ignored;
  state.socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace freshet::io
