// The command's end of the control socket: blocking, one request at a time. Never starts a daemon.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "node/api/messages.h"
#include "node/base/bytes.h"
#include "node/base/result.h"

namespace freshet::api {

/// Interrupts a ControlClient that waits. request() may be called from a signal handler or another
/// thread; everything that waits then, or begins to wait later, returns ErrorCode::canceled.
class Cancel {
 public:
  Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;
  ~Cancel();
  void request() noexcept;
  /// Readable from the first request() on; -1 when the system had no descriptor to give.
  [[nodiscard]] int descriptor() const { return event_; }

 private:
  int event_ = -1;
};

class ControlClient {
 public:
  /// Waits without an end.
  static constexpr std::optional<Millis> kForever = std::nullopt;

  /// ErrorCode::no_daemon when nobody listens in `state_dir`: the message ends with `how_to_start`.
  /// ErrorCode::io when the daemon there is not this user's. `cancel` may be null; it must outlive
  /// the client.
  static Result<ControlClient> connect(const std::string& state_dir,
                                       const std::string& how_to_start = "freshet up",
                                       const Cancel* cancel = nullptr);

  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&& other) noexcept;
  ControlClient(const ControlClient&) = delete;
  ControlClient& operator=(const ControlClient&) = delete;
  /// Closes the connection; the daemon takes that as the cancellation of what still runs.
  ~ControlClient();

  /// Sends a request. REQUIRES: the former one has ended (next() gave its Done or an error).
  Status send(const Request& request);

  /// What the daemon says next to a request of this kind: an event, or the end. Errors: what the
  /// daemon says failed; timed_out when it is silent for `timeout`; canceled; no_daemon when it is
  /// gone. After any error the connection is of no more use, save after one that the daemon sent.
  template <typename R>
  using Heard = std::variant<typename R::Event, typename R::Done>;
  template <typename R>
  Result<Heard<R>> next(std::optional<Millis> timeout);

  /// send() and next() until the end. `on_event` takes `const R::Event&`. `timeout` is for each
  /// wait, not for the whole.
  template <typename R, typename OnEvent>
  Result<typename R::Done> call(const R& request, std::optional<Millis> timeout, OnEvent on_event);
  template <typename R>
  Result<typename R::Done> call(const R& request, std::optional<Millis> timeout = Millis(30'000)) {
    return call(request, timeout, [](const typename R::Event&) {});
  }

  /// Readable when next() will not wait; for poll(2).
  [[nodiscard]] int descriptor() const { return socket_; }

  /// After `down`: returns when the daemon has closed the connection. timed_out, canceled
  /// otherwise.
  Status wait_closed(std::optional<Millis> timeout);

 private:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  ControlClient(int socket, const Cancel* cancel) : socket_(socket), cancel_(cancel) {}
  Result<Reply> next_reply(std::optional<Millis> timeout);
  [[nodiscard]] Status wait(std::int16_t events, Deadline deadline) const;
  Status read_exactly(Byte* to, std::size_t size, Deadline deadline);
  static Error unexpected_reply();

  int socket_ = -1;
  const Cancel* cancel_ = nullptr;
};

template <typename R>
Result<ControlClient::Heard<R>> ControlClient::next(std::optional<Millis> timeout) {
  Result<Reply> reply = next_reply(timeout);
  if (!reply) return reply.error();
  if (auto* done = std::get_if<typename R::Done>(&*reply)) return Heard<R>(std::move(*done));
  if constexpr (!std::is_same_v<typename R::Event, NoEvent>) {
    if (auto* event = std::get_if<typename R::Event>(&*reply)) return Heard<R>(std::move(*event));
  }
  if (auto* error = std::get_if<Error>(&*reply)) return std::move(*error);
  return unexpected_reply();
}

template <typename R, typename OnEvent>
Result<typename R::Done> ControlClient::call(const R& request,
                                             std::optional<Millis> timeout,
                                             OnEvent on_event) {
  if (const Status sent = send(request); !sent) return sent.error();
  for (;;) {
    Result<Heard<R>> heard = next<R>(timeout);
    if (!heard) return heard.error();
    if (auto* done = std::get_if<typename R::Done>(&*heard)) return std::move(*done);
    on_event(*std::get_if<typename R::Event>(&*heard));
  }
}

}  // namespace freshet::api
