#include "node/io/host/shared_limit.h"

namespace freshet::io {

void SharedLimit::set(std::uint64_t rate) {
  stop();
  rule_ = RateShare(rate);
  shares_ = {.nodes = rate, .clients = rate};
  runs_ = rate != 0;
  if (runs_) wait();
}

void SharedLimit::stop() {
  runs_ = false;
  timer_.cancel();
}

void SharedLimit::wait() {
  timer_.expires_after(RateShare::kEvery);
  timer_.async_wait([this](const asio::error_code& canceled) {
    if (canceled || !runs_) return;
    step();
    wait();
  });
}

void SharedLimit::step() {
  const auto next = rule_.next(moved_());
  if (next == shares_) return;
  shares_ = next;
  changed_();
}

}  // namespace freshet::io
