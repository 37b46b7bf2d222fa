#include "node/api/control_connection.h"

#include <utility>

#include <asio/buffer.hpp>
#include <asio/post.hpp>
#include <asio/write.hpp>

#include "node/api/codec.h"

namespace freshet::api {
namespace {

/// Enough for a few hundred events in one write.
constexpr std::size_t kWriteBytes = std::size_t{64} * 1024;

}  // namespace

/// The request that runs. Services own it through their Responders; the connection only watches it.
class ControlConnection::Running final : public Exchange {
 public:
  explicit Running(std::weak_ptr<ControlConnection> connection)
      : connection_(std::move(connection)) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  // NOLINTNEXTLINE(bugprone-exception-escape): only for want of memory, which ends the daemon.
  ~Running() override {
    if (!over_) settle(Error{ErrorCode::io, "the daemon gave this request up"});
  }

  bool event(std::uint64_t key, const Reply& reply) override {
    const auto connection = connection_.lock();
    if (over_ || !connection) return false;
    const bool taken = connection->out_.push_event(key, encode_reply(reply));
    if (!taken) ++connection->server_->counters.events_dropped;
    connection->flush();
    return taken;
  }

  void end(const Reply& reply) override { settle(reply); }

  void on_gone(std::function<void()> told) override {
    if (lost_) {
      told();
    } else if (!over_) {
      told_ = std::move(told);
    }
  }

  void on_idle(std::function<void()> told) override {
    const auto connection = connection_.lock();
    if (over_ || !connection) return;
    idle_ = std::move(told);
    if (connection->writing_.empty() && connection->out_.empty())
      asio::post(connection->socket_.get_executor(), [connection] { connection->tell_idle(); });
  }

  void tell_idle() {
    if (over_) return;
    if (const auto told = std::exchange(idle_, nullptr)) told();
  }

  [[nodiscard]] bool over() const override { return over_; }

  void lose() {
    if (over_) return;
    over_ = true;
    lost_ = true;
    const auto forgotten = std::exchange(idle_, nullptr);
    if (const auto told = std::exchange(told_, nullptr)) told();
  }

 private:
  void settle(const Reply& reply) {
    if (over_) return;
    over_ = true;
    // What it captured may own this object: it goes last.
    const auto forgotten = std::exchange(told_, nullptr);
    const auto forgotten_too = std::exchange(idle_, nullptr);
    if (const auto connection = connection_.lock()) connection->finish(encode_reply(reply));
  }

  std::weak_ptr<ControlConnection> connection_;
  std::function<void()> told_;
  std::function<void()> idle_;
  bool over_ = false;
  bool lost_ = false;
};

ControlConnection::ControlConnection(Socket socket, Server& server)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      server_(&server),
      out_(server.options.max_queued_events) {}

void ControlConnection::start() {
  arm_timer();
  read();
}

void ControlConnection::stop() {
  if (server_ == nullptr || asked_down_) return;
  closing_ = true;
  if (is_running_) {
    lose_running();
    finish(encode_reply(Error{ErrorCode::no_daemon, "the daemon stopped"}));
  }
  if (writing_.empty() && out_.empty()) close();
}

void ControlConnection::close() {
  if (server_ == nullptr) return;
  const auto self = shared_from_this();
  Server& server = *std::exchange(server_, nullptr);
  asio::error_code ignored;
  socket_.close(ignored);
  timer_.cancel();
  lose_running();
  server.closed(*this);
}

void ControlConnection::lose_running() {
  is_running_ = false;
  if (const auto running = running_.lock()) running->lose();
  running_.reset();
}

void ControlConnection::tell_idle() {
  if (!writing_.empty() || !out_.empty()) return;  // then flushed() tells
  if (const auto running = running_.lock()) running->tell_idle();
}

void ControlConnection::arm_timer() {
  timer_.expires_after(server_->options.request_timeout);
  timer_.async_wait([self = shared_from_this()](asio::error_code error) {
    if (error || self->server_ == nullptr) return;
    // A wait that had ended already could not be canceled.
    if (self->is_running_ || self->timer_.expiry() > asio::steady_timer::clock_type::now()) return;
    ++self->server_->counters.timed_out;
    self->close();
  });
}

void ControlConnection::read() {
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](asio::error_code error, std::size_t bytes) {
                            if (self->server_ == nullptr) return;
                            if (error) {
                              self->close();
                              return;
                            }
                            self->received(bytes);
                            const bool goes_on = self->server_ != nullptr && !self->closing_;
                            if (goes_on) self->read();
                          });
}

void ControlConnection::received(std::size_t bytes) {
  if (closing_) return;
  // What was not even taken from the queue was not heard: without this a client that only asks and
  // never reads would fill it.
  if (is_running_ || !out_.empty())
    return offend("a request may only follow the end of the former one");
  in_.insert(in_.end(), chunk_.begin(), chunk_.begin() + static_cast<std::ptrdiff_t>(bytes));
  if (in_.size() < kLengthBytes) return;
  const auto length = load_le<std::uint32_t>(in_.data());
  if (length > kMaxRequestBytes) return offend("the request is too long");
  if (in_.size() > kLengthBytes + length)
    return offend("a request may only follow the end of the former one");
  if (in_.size() == kLengthBytes + length) take_request(length);
}

void ControlConnection::take_request(std::size_t length) {
  timer_.cancel();
  const auto request = decode_request(ByteView(in_).subspan(kLengthBytes, length));
  in_.clear();
  if (!request) {
    ++server_->counters.malformed;
    return finish(encode_reply(request.error()));
  }
  ++server_->counters.requests;
  is_running_ = true;
  asked_down_ = std::holds_alternative<DownRequest>(*request);
  const auto running = std::make_shared<Running>(weak_from_this());
  running_ = running;
  dispatch(server_->service, *request, running);
}

void ControlConnection::offend(const std::string& why) {
  ++server_->counters.malformed;
  lose_running();
  closing_ = true;
  arm_timer();
  finish(encode_reply(Error{ErrorCode::invalid, why}));
}

void ControlConnection::finish(Bytes reply) {
  if (server_ == nullptr) return;
  is_running_ = false;
  running_.reset();
  out_.push_end(std::move(reply));
  flush();
}

// NOLINTBEGIN(misc-no-recursion): asio calls the handler later, from its loop.
void ControlConnection::flush() {
  if (server_ == nullptr || !writing_.empty() || out_.empty()) return;
  writing_ = out_.take(kWriteBytes);
  asio::async_write(socket_,
                    asio::buffer(writing_),
                    [self = shared_from_this()](asio::error_code error, std::size_t /*bytes*/) {
                      self->writing_.clear();
                      if (self->server_ == nullptr) return;
                      if (error) {
                        self->close();
                        return;
                      }
                      self->flushed();
                    });
}

void ControlConnection::flushed() {
  if (!out_.empty()) return flush();
  if (closing_) return close();
  if (is_running_) return tell_idle();
  // A client that reads slowly has all the time it wants; one that has heard everything has to ask
  // or go.
  if (!asked_down_) arm_timer();
}
// NOLINTEND(misc-no-recursion)

}  // namespace freshet::api
