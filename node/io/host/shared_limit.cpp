#include "node/io/host/shared_limit.h"

namespace freshet::io {

void SharedLimit::set(std::uint64_t rate) {
  if (!runs_) rule_ = RateShare();  // what it knows is old
  rule_.set_rate(rate);
  measure();
  shares_ = rule_.shares();
  if (rate == 0) {
    stop();
  } else if (!std::exchange(runs_, true)) {
    wait();
  }
}

void SharedLimit::stop() {
  runs_ = false;
  timer_.cancel();
}

void SharedLimit::wait() {
  timer_.expires_after(RateShare::kEvery);
  timer_.async_wait([this](const asio::error_code& canceled) {
    if (canceled || !runs_) return;
    measure();
    if (rule_.shares() != shares_) {
      shares_ = rule_.shares();
      parts_.changed();
    }
    wait();
  });
}

}  // namespace freshet::io
