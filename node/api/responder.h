// How a request is answered: any number of events, then exactly one end. Everything here is called
// on the server's io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "node/api/messages.h"

namespace freshet::api {

/// One request on its way; the server implements it. Not for services: they hold a Responder.
class Exchange {
 public:
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  virtual ~Exchange() = default;

  virtual bool event(std::uint64_t key, const Reply& reply) = 0;
  virtual void end(const Reply& reply) = 0;
  virtual void on_gone(std::function<void()> told) = 0;
  virtual void on_idle(std::function<void()> told) = 0;
  [[nodiscard]] virtual bool over() const = 0;
};

/// Two events with one key are two states of one thing: while the first still waits for a slow
/// client, the second takes its place.
inline std::uint64_t event_key(const Hit& hit) {
  return hit.n;
}
inline std::uint64_t event_key(const GetProgress&) {
  return 0;
}
// The service sends the next only when the last was taken, so none is replaced.
inline std::uint64_t event_key(const io::testbed::News& news) {
  return news.number;
}

/// The service's end of one request. Cheap to copy; all copies are one request. When the last copy
/// goes away without an end, the client hears an error.
template <typename Request>
class Responder {
 public:
  using Event = typename Request::Event;
  using Done = typename Request::Done;

  explicit Responder(std::shared_ptr<Exchange> exchange) : exchange_(std::move(exchange)) {}

  /// False when it was not taken: the request is over, or the client reads so slowly that too many
  /// events of other keys wait.
  // NOLINTNEXTLINE(modernize-use-nodiscard): most services need not know.
  bool event(const Event& event) const { return exchange_->event(event_key(event), Reply(event)); }

  /// The end. Ignored when the request is over.
  void done(const Done& done) const { exchange_->end(Reply(done)); }
  void fail(const Error& error) const { exchange_->end(Reply(error)); }

  /// `told` is called once when the client goes away, or the server stops, before the end; at once
  /// when that has happened already. Never after done() or fail(). A later call replaces the
  /// former.
  void on_gone(std::function<void()> told) const { exchange_->on_gone(std::move(told)); }
  /// `told` is called once when the client has taken every event so far; soon, and not from within
  /// this call, when it has already. Never after the end. A later call replaces the former. For a
  /// service that could fill the client's queue at once.
  void on_idle(std::function<void()> told) const { exchange_->on_idle(std::move(told)); }
  /// Ended, or nobody listens any more.
  [[nodiscard]] bool over() const { return exchange_->over(); }

 private:
  std::shared_ptr<Exchange> exchange_;
};

}  // namespace freshet::api
