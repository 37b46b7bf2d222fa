#include "node/io/bittorrent/fetch_links.h"

#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include <asio/buffer.hpp>
#include <asio/completion_condition.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "node/io/net/tcp_socket.h"

namespace freshet::io {
namespace {

namespace cb = core::bittorrent;
using asio::ip::tcp;

constexpr std::chrono::seconds kDialPatience{5};
// A client that takes nothing for so long is left.
constexpr std::chrono::seconds kTakesNothing{60};
// Of blocks, handed to the socket at once, and what the kernel takes beyond what is under way: a
// request waits behind no more than both.
constexpr std::size_t kBlockBytesAhead = std::size_t{16} * 1024;
constexpr std::size_t kKernelBytesAhead = std::size_t{32} * 1024;
constexpr std::size_t kLeastReadBytes = std::size_t{16} * 1024;

struct FetchLink {
  FetchLink(cb::PeerNumber the_number, tcp::socket the_socket)
      : number(the_number),
        socket(std::move(the_socket)) {}
  cb::PeerNumber number;
  tcp::socket socket;
  UploadTurns::Id turn = 0;
  Bytes writing;
  TimePoint writes_since;  ///< the client took something, or was first offered it
  Bytes waiting;
  bool listening = false;
  bool closed = false;
  [[nodiscard]] std::size_t unsent() const { return writing.size() + waiting.size(); }
};
using LinkPtr = std::shared_ptr<FetchLink>;

}  // namespace

struct FetchLinks::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io, cb::Fetch& the_fetch, Parts the_parts)
      : io(the_io),
        fetch(the_fetch),
        parts(std::move(the_parts)),
        in(kMaxReadBytes) {}

  void work();
  void dial(cb::PeerNumber peer);
  void add(cb::PeerNumber peer, tcp::socket&& socket);
  bool take(TcpSocket&& socket, const Endpoint& from, ByteView came);
  void read_blocks(const LinkPtr& link);
  void send(const LinkPtr& link);
  void listen(const LinkPtr& link);
  void read(const LinkPtr& link);
  void write(const LinkPtr& link);
  void close(const LinkPtr& link);
  void stop();

  asio::io_context& io;
  cb::Fetch& fetch;
  Parts parts;
  std::map<cb::PeerNumber, LinkPtr> links;
  Bytes in;                                ///< of whichever link is read
  std::size_t read_bytes = kMaxReadBytes;  ///< of it, at once
  bool paused = false;
  bool stopped = false;
};

void FetchLinks::Impl::work() {
  if (stopped) return;
  while (const auto peer = fetch.next_dial(parts.now())) dial(*peer);
  for (const auto& [number, link] : std::map(links)) {
    read_blocks(link);
    send(link);
    const bool is_stuck =
        !link->writing.empty() && parts.now() - link->writes_since >= kTakesNothing;
    if (is_stuck || fetch.is_over(number)) {
      close(link);
    } else {
      listen(link);
    }
  }
}

// What the peer asked for, while it takes what it is sent and it is its turn.
void FetchLinks::Impl::read_blocks(const LinkPtr& link) {
  while (!link->closed && fetch.has_read(link->number, link->unsent()) && parts.turns.may_send()) {
    const auto block = fetch.next_read(link->number, link->unsent());
    parts.turns.sends(block->length);
    parts.read(*block,
               [self = shared_from_this(), link, block = *block](std::optional<Bytes> bytes) {
                 if (link->closed || self->stopped) return;
                 self->fetch.on_read(
                     link->number, block, bytes ? std::optional<ByteView>(*bytes) : std::nullopt);
                 self->send(link);
                 self->read_blocks(link);
               });
  }
}

void FetchLinks::Impl::send(const LinkPtr& link) {
  const auto say = [&](const Bytes& bytes) {
    link->waiting.insert(link->waiting.end(), bytes.begin(), bytes.end());
  };
  say(fetch.take_output(link->number));
  while (link->writing.empty() && link->waiting.size() < kBlockBytesAhead) {
    const Bytes block = fetch.take_block(link->number);
    if (block.empty()) break;
    say(block);
  }
  write(link);
}

void FetchLinks::Impl::dial(cb::PeerNumber peer) {
  auto socket = std::make_shared<tcp::socket>(io);
  auto patience = std::make_shared<asio::steady_timer>(io, kDialPatience);
  patience->async_wait([socket](const asio::error_code& canceled) {
    asio::error_code ignored;
    if (!canceled) socket->close(ignored);
  });
  socket->async_connect(
      to_asio(fetch.at(peer)),
      [self = shared_from_this(), socket, patience, peer](const asio::error_code& failed) {
        patience->cancel();
        if (self->stopped) return;
        if (failed) {
          self->fetch.dial_failed(peer, self->parts.now());
        } else {
          self->add(peer, std::move(*socket));
          self->fetch.opened(peer, self->parts.now());
        }
        self->parts.moved();
      });
}

void FetchLinks::Impl::add(cb::PeerNumber peer, tcp::socket&& socket) {
  asio::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  bound_unsent(socket.native_handle(), kKernelBytesAhead);
  const auto link = std::make_shared<FetchLink>(peer, std::move(socket));
  link->turn = parts.turns.join([this, weak = std::weak_ptr(link)] {
    if (const auto it = weak.lock()) read_blocks(it);
  });
  links[peer] = link;
}

bool FetchLinks::Impl::take(TcpSocket&& socket, const Endpoint& from, ByteView came) {
  if (stopped) return false;
  const auto peer = fetch.take(from, parts.now());
  if (!peer) return false;
  add(*peer, std::move(socket.socket));
  fetch.on_bytes(*peer, came, parts.now());
  asio::post(io, [self = shared_from_this()] {
    if (!self->stopped) self->parts.moved();
  });
  return true;
}

void FetchLinks::Impl::listen(const LinkPtr& link) {
  if (link->listening || link->closed || paused || link->unsent() >= kMaxUnsentBytes) return;
  link->listening = true;
  link->socket.async_wait(tcp::socket::wait_read,
                          [self = shared_from_this(), link](const asio::error_code& failed) {
                            link->listening = false;
                            if (link->closed || self->stopped) return;
                            if (failed) {
                              self->close(link);
                            } else {
                              self->read(link);
                            }
                            self->parts.moved();
                          });
}

void FetchLinks::Impl::read(const LinkPtr& link) {
  if (paused) return;
  asio::error_code failed;
  const std::size_t count = link->socket.read_some(asio::buffer(in, read_bytes), failed);
  if (failed == asio::error::would_block || failed == asio::error::try_again) return;
  if (failed) {
    close(link);
    return;
  }
  fetch.on_bytes(link->number, ByteView(in).first(count), parts.now());
}

void FetchLinks::Impl::write(const LinkPtr& link) {
  if (link->closed || !link->writing.empty() || link->waiting.empty()) return;
  link->writing.swap(link->waiting);
  const auto go_on = [self = shared_from_this(), link](const asio::error_code& failed,
                                                       std::size_t done) {
    link->writes_since = self->parts.now();
    return asio::transfer_all()(failed, done);
  };
  asio::async_write(link->socket,
                    asio::buffer(link->writing),
                    go_on,
                    [self = shared_from_this(), link](const asio::error_code& failed, std::size_t) {
                      link->writing.clear();
                      if (link->closed || self->stopped) return;
                      if (failed) {
                        self->close(link);
                        self->parts.moved();
                        return;
                      }
                      self->read_blocks(link);
                      self->send(link);
                      self->listen(link);
                    });
}

void FetchLinks::Impl::close(const LinkPtr& link) {
  if (std::exchange(link->closed, true)) return;
  asio::error_code ignored;
  link->socket.close(ignored);
  parts.turns.leave(link->turn);
  links.erase(link->number);
  if (!stopped) fetch.closed(link->number, parts.now());
}

void FetchLinks::Impl::stop() {
  if (std::exchange(stopped, true)) return;
  for (const auto& [number, link] : std::map(links)) close(link);
}

FetchLinks::FetchLinks(asio::io_context& io, cb::Fetch& fetch, Parts parts)
    : impl_(std::make_shared<Impl>(io, fetch, std::move(parts))) {}

FetchLinks::~FetchLinks() {
  stop();
}

void FetchLinks::work() {
  impl_->work();
}

bool FetchLinks::take(TcpSocket&& socket, const Endpoint& from, ByteView came) {
  return impl_->take(std::move(socket), from, came);
}

std::size_t FetchLinks::size() const {
  return impl_->links.size();
}

void FetchLinks::read_at_most(std::size_t bytes) {
  impl_->read_bytes = std::clamp(bytes, kLeastReadBytes, kMaxReadBytes);
}

void FetchLinks::pause(bool paused) {
  impl_->paused = paused;
}

bool FetchLinks::is_paused() const {
  return impl_->paused;
}

void FetchLinks::stop() {
  impl_->stop();
}

}  // namespace freshet::io
