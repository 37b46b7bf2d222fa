#include "tests/support/capture.h"

#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <sys/socket.h>
#include <unistd.h>

namespace freshet::testing {
namespace {

constexpr int kQueueBytes = 32 << 20;
constexpr std::size_t kMaxFrameBytes = 65536 + 64;  // segments are joined on virtual cables

}  // namespace

Capture::Capture()
    : fd_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL))) {
  if (fd_ < 0) throw std::runtime_error("no right to capture packets");
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUFFORCE, &kQueueBytes, sizeof kQueueBytes);
}

Capture::~Capture() {
  ::close(fd_);
}

const Bytes& Capture::heard() {
  Bytes frame(kMaxFrameBytes);
  for (auto got = ::recv(fd_, frame.data(), frame.size(), 0); got > 0;
       got = ::recv(fd_, frame.data(), frame.size(), 0)) {
    heard_.insert(heard_.end(), frame.begin(), frame.begin() + got);
  }
  return heard_;
}

}  // namespace freshet::testing
