#include "node/io/bittorrent/fetch_links.h"

#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>

#include "node/io/net/tcp_socket.h"

namespace freshet::io {
namespace {

namespace cb = core::bittorrent;
using asio::ip::tcp;

constexpr std::chrono::seconds kDialPatience{5};
constexpr std::size_t kLeastReadBytes = std::size_t{16} * 1024;

struct FetchLink {
  FetchLink(cb::PeerNumber the_number, tcp::socket the_socket)
      : number(the_number),
        socket(std::move(the_socket)) {}
  cb::PeerNumber number;
  tcp::socket socket;
  Bytes writing;
  Bytes waiting;
  bool listening = false;
  bool closed = false;
};
using LinkPtr = std::shared_ptr<FetchLink>;

}  // namespace

struct FetchLinks::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& the_io,
       cb::Fetch& the_fetch,
       std::function<TimePoint()> the_now,
       std::function<void()> the_moved)
      : io(the_io),
        fetch(the_fetch),
        now(std::move(the_now)),
        moved(std::move(the_moved)),
        in(kMaxReadBytes) {}

  void work();
  void dial(cb::PeerNumber peer);
  void on_connected(cb::PeerNumber peer, tcp::socket&& socket);
  void listen(const LinkPtr& link);
  void read(const LinkPtr& link);
  void write(const LinkPtr& link);
  void close(const LinkPtr& link);
  void stop();

  asio::io_context& io;
  cb::Fetch& fetch;
  std::function<TimePoint()> now;
  std::function<void()> moved;
  std::map<cb::PeerNumber, LinkPtr> links;
  Bytes in;                                ///< of whichever link is read
  std::size_t read_bytes = kMaxReadBytes;  ///< of it, at once
  bool paused = false;
  bool stopped = false;
};

void FetchLinks::Impl::work() {
  if (stopped) return;
  while (const auto peer = fetch.next_dial(now())) dial(*peer);
  for (const auto& [number, link] : std::map(links)) {
    const Bytes out = fetch.take_output(number);
    link->waiting.insert(link->waiting.end(), out.begin(), out.end());
    write(link);
    if (fetch.is_over(number)) {
      close(link);
    } else {
      listen(link);
    }
  }
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
          self->fetch.dial_failed(peer, self->now());
        } else {
          self->on_connected(peer, std::move(*socket));
        }
        self->moved();
      });
}

void FetchLinks::Impl::on_connected(cb::PeerNumber peer, tcp::socket&& socket) {
  asio::error_code ignored;
  socket.non_blocking(true, ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  links[peer] = std::make_shared<FetchLink>(peer, std::move(socket));
  fetch.opened(peer, now());
}

void FetchLinks::Impl::listen(const LinkPtr& link) {
  const std::size_t unsent = link->writing.size() + link->waiting.size();
  if (link->listening || link->closed || paused || unsent >= kMaxUnsentBytes) return;
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
                            self->moved();
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
  fetch.on_bytes(link->number, ByteView(in).first(count), now());
}

void FetchLinks::Impl::write(const LinkPtr& link) {
  if (link->closed || !link->writing.empty() || link->waiting.empty()) return;
  link->writing.swap(link->waiting);
  asio::async_write(link->socket,
                    asio::buffer(link->writing),
                    [self = shared_from_this(), link](const asio::error_code& failed, std::size_t) {
                      link->writing.clear();
                      if (link->closed || self->stopped) return;
                      if (failed) {
                        self->close(link);
                        self->moved();
                        return;
                      }
                      self->write(link);
                      self->listen(link);
                    });
}

void FetchLinks::Impl::close(const LinkPtr& link) {
  if (std::exchange(link->closed, true)) return;
  asio::error_code ignored;
  link->socket.close(ignored);
  links.erase(link->number);
  if (!stopped) fetch.closed(link->number, now());
}

void FetchLinks::Impl::stop() {
  if (std::exchange(stopped, true)) return;
  for (const auto& [number, link] : std::map(links)) close(link);
}

FetchLinks::FetchLinks(asio::io_context& io,
                       cb::Fetch& fetch,
                       std::function<TimePoint()> now,
                       std::function<void()> moved)
    : impl_(std::make_shared<Impl>(io, fetch, std::move(now), std::move(moved))) {}

FetchLinks::~FetchLinks() {
  stop();
}

void FetchLinks::work() {
  impl_->work();
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
