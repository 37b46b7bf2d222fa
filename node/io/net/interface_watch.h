// Tells that this machine's interfaces or addresses changed: the kernel's notifications
// (rtnetlink(7)), gathered for a moment because they come in bursts. Says that something changed,
// not what: the owner reads anew (interfaces.h). Where the system has no such socket, nothing is
// told, and the owner's own slow rereading must do.
#pragma once

#include <functional>
#include <memory>

#include "node/io/asio_fwd.h"

namespace freshet::io {

class InterfaceWatch {
 public:
  /// `changed` is called from the loop, at most once in 100 ms.
  InterfaceWatch(asio::io_context& io, std::function<void()> changed);
  /// Nothing calls back any more.
  ~InterfaceWatch();
  InterfaceWatch(const InterfaceWatch&) = delete;
  InterfaceWatch& operator=(const InterfaceWatch&) = delete;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
