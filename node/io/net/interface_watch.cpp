#include "node/io/net/interface_watch.h"

#include <array>
#include <chrono>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

namespace freshet::io {
namespace {

constexpr std::chrono::milliseconds kGather{100};

/// -1 where the system refuses.
int open_netlink() {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
  if (fd < 0) return -1;
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bind(2) is declared so
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

struct InterfaceWatch::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, std::function<void()> the_changed)
      : changed(std::move(the_changed)),
        descriptor(io),
        gather(io) {}

  void wait();
  void drain();
  void tell_soon();

  std::function<void()> changed;
  asio::posix::stream_descriptor descriptor;
  asio::steady_timer gather;
  bool gathering = false;
  bool stopped = false;
};

void InterfaceWatch::Impl::wait() {
  descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                        [self = shared_from_this()](const asio::error_code& failed) {
                          if (failed || self->stopped) return;
                          self->drain();
                          self->tell_soon();
                          self->wait();
                        });
}

// What was lost to an overrun (ENOBUFS) was a change too.
void InterfaceWatch::Impl::drain() {
  std::array<char, 4096> ignored{};
  while (::recv(descriptor.native_handle(), ignored.data(), ignored.size(), 0) > 0) {
  }
}

void InterfaceWatch::Impl::tell_soon() {
  if (std::exchange(gathering, true)) return;
  gather.expires_after(kGather);
  gather.async_wait([self = shared_from_this()](const asio::error_code& canceled) {
    self->gathering = false;
    if (!canceled && !self->stopped) self->changed();
  });
}

InterfaceWatch::InterfaceWatch(asio::io_context& io, std::function<void()> changed)
    : impl_(std::make_shared<Impl>(io, std::move(changed))) {
  const int fd = open_netlink();
  if (fd < 0) return;
  impl_->descriptor.assign(fd);
  impl_->wait();
}

InterfaceWatch::~InterfaceWatch() {
  impl_->stopped = true;
  impl_->gather.cancel();
  asio::error_code ignored;
  impl_->descriptor.close(ignored);
}

}  // namespace freshet::io
