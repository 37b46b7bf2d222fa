#include "node/api/control_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "node/api/codec.h"
#include "node/api/control_socket.h"

namespace freshet::api {
namespace {

/// A request is small; a daemon that does not take it within this time hangs.
constexpr Millis kSendTimeout{10'000};

std::string system_message() {
  return std::generic_category().message(errno);
}

Error daemon_gone() {
  return {ErrorCode::no_daemon, "the daemon closed the connection: it stopped, or see its log"};
}

Error connect_error(const std::string& state_dir, const std::string& how_to_start) {
  switch (errno) {
    case ENOENT:
    case ENOTDIR:
    case ECONNREFUSED:
      return {ErrorCode::no_daemon,
              "no daemon runs on " + state_dir + "; start one with: " + how_to_start};
    case EAGAIN:
      return {ErrorCode::timed_out,
              "the daemon on " + state_dir + " is too busy to answer; try again"};
    default:
      return {
          ErrorCode::io,
          "cannot reach the daemon at " + control_socket_path(state_dir) + ": " + system_message()};
  }
}

}  // namespace

Cancel::Cancel() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Cancel::~Cancel() {
  if (event_ >= 0) ::close(event_);
}

void Cancel::request() noexcept {
  const int kept = errno;  // a signal handler leaves it as it was
  const std::uint64_t one = 1;
  // When the counter is full it is readable already.
  [[maybe_unused]] const ssize_t written = ::write(event_, &one, sizeof one);
  errno = kept;
}

Result<ControlClient> ControlClient::connect(const std::string& state_dir,
                                             const std::string& how_to_start,
                                             const Cancel* cancel) {
  const auto address = ControlAddress::in(state_dir);
  if (!address) {
    if (address.error().code != ErrorCode::not_found) return address.error();
    errno = ENOENT;
    return connect_error(state_dir, how_to_start);
  }
  // Non-blocking: a daemon that accepts nothing must not stop the command for ever.
  ControlClient client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), cancel);
  if (client.socket_ < 0 || ::connect(client.socket_, address->data(), address->size()) != 0)
    return connect_error(state_dir, how_to_start);
  return client;
}

ControlClient::ControlClient(ControlClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      cancel_(other.cancel_) {}

ControlClient& ControlClient::operator=(ControlClient&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(cancel_, other.cancel_);
  return *this;
}

ControlClient::~ControlClient() {
  if (socket_ >= 0) ::close(socket_);
}

Status ControlClient::wait(std::int16_t events, Deadline deadline) const {
  for (;;) {
    std::array<pollfd, 2> polled = {
        {{socket_, events, 0}, {cancel_ == nullptr ? -1 : cancel_->descriptor(), POLLIN, 0}}};
    int timeout_ms = -1;
    if (deadline) {
      const auto left =
          std::chrono::ceil<Millis>(*deadline - std::chrono::steady_clock::now()).count();
      timeout_ms = static_cast<int>(std::clamp<Millis::rep>(left, 0, 1'000'000'000));
    }
    const int ready = ::poll(polled.data(), polled.size(), timeout_ms);
    if (polled[1].revents != 0) return Error{ErrorCode::canceled, "interrupted"};
    if (ready > 0) return kOk;
    if (ready == 0) return Error{ErrorCode::timed_out, "the daemon did not answer in time"};
    if (errno != EINTR)
      return Error{ErrorCode::io, "cannot wait for the daemon: " + system_message()};
  }
}

Status ControlClient::send(const Request& request) {
  const Bytes bytes = encode_request(request);
  ByteView left = bytes;
  const Deadline deadline = std::chrono::steady_clock::now() + kSendTimeout;
  while (!left.empty()) {
    const ssize_t sent = ::send(socket_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      left = left.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      return kOk;  // The daemon may have said why; next() finds out.
    } else if (errno == EAGAIN) {
      if (Status ready = wait(POLLOUT, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return Error{ErrorCode::io, "cannot ask the daemon: " + system_message()};
    }
  }
  return kOk;
}

Status ControlClient::read_exactly(Byte* to, std::size_t size, Deadline deadline) {
  while (size > 0) {
    if (Status ready = wait(POLLIN, deadline); !ready) return ready;
    const ssize_t got = ::recv(socket_, to, size, 0);
    if (got > 0) {
      to += got;
      size -= static_cast<std::size_t>(got);
    } else if (got == 0 || errno == ECONNRESET) {
      return daemon_gone();
    } else if (errno != EINTR && errno != EAGAIN) {
      return Error{ErrorCode::io, "cannot hear the daemon: " + system_message()};
    }
  }
  return kOk;
}

Result<Reply> ControlClient::next_reply(std::optional<Millis> timeout) {
  Deadline deadline;
  if (timeout) deadline = std::chrono::steady_clock::now() + *timeout;
  std::array<Byte, kLengthBytes> length{};
  if (const Status read = read_exactly(length.data(), length.size(), deadline); !read)
    return read.error();
  const auto size = load_le<std::uint32_t>(length.data());
  if (size > kMaxReplyBytes) return unexpected_reply();
  Bytes message(size);
  if (const Status read = read_exactly(message.data(), message.size(), deadline); !read)
    return read.error();
  auto reply = decode_reply(message);
  if (!reply) return unexpected_reply();
  return std::move(*reply);
}

Error ControlClient::unexpected_reply() {
  return {ErrorCode::invalid,
          "the daemon's answer makes no sense to this command: restart the daemon from this "
          "version of freshet"};
}

Status ControlClient::wait_closed(std::optional<Millis> timeout) {
  Deadline deadline;
  if (timeout) deadline = std::chrono::steady_clock::now() + *timeout;
  for (;;) {
    Byte ignored = 0;
    const Status read = read_exactly(&ignored, 1, deadline);
    if (read) continue;
    if (read.error().code == ErrorCode::no_daemon) return kOk;
    return read.error();
  }
}

}  // namespace freshet::api
