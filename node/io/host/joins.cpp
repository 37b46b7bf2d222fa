#include "node/io/host/joins.h"

#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

namespace freshet::io {

struct Joins::Waiting {
  Waiting(asio::io_context& io, std::chrono::milliseconds timeout, Joined done)
      : timer(io, timeout),
        joined(std::move(done)) {}
  asio::steady_timer timer;
  Joined joined;
};

Joins::Joins(asio::io_context& io) : io_(io) {}
Joins::~Joins() = default;

void Joins::begin(core::overlay::PeerNumber number,
                  std::chrono::milliseconds timeout,
                  Joined joined) {
  auto waiting = std::make_unique<Waiting>(io_, timeout, std::move(joined));
  waiting->timer.async_wait([this, number](const std::error_code& canceled) {
    if (!canceled) end(number, Error{.code = ErrorCode::timed_out, .message = "no answer"});
  });
  waiting_[number.value] = std::move(waiting);
}

bool Joins::waits_for(core::overlay::PeerNumber number) const {
  return waiting_.contains(number.value);
}

void Joins::end(core::overlay::PeerNumber number, const Result<PeerView>& outcome) {
  auto node = waiting_.extract(number.value);
  if (node.empty()) return;
  node.mapped()->timer.cancel();
  node.mapped()->joined(outcome);
}

void Joins::end_all(const Error& error) {
  for (auto& [number, waiting] : std::exchange(waiting_, {})) {
    waiting->timer.cancel();
    waiting->joined(error);
  }
}

}  // namespace freshet::io
