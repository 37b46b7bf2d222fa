#include "node/io/host/up_limit.h"

namespace freshet::io {

void UpLimit::set(std::uint64_t rate, bool is_shared) {
  stop();
  share_ = UpShare(rate);
  now_ = {.nodes = rate, .clients = rate};
  parts_.apply(now_);
  runs_ = is_shared && rate != 0;
  if (runs_) wait();
}

void UpLimit::stop() {
  runs_ = false;
  timer_.cancel();
}

void UpLimit::wait() {
  timer_.expires_after(UpShare::kEvery);
  timer_.async_wait([this](const asio::error_code& canceled) {
    if (canceled || !runs_) return;
    step();
    wait();
  });
}

void UpLimit::step() {
  const auto next = share_.next(parts_.sent_to_nodes(), parts_.sent_to_clients());
  if (next == now_) return;
  now_ = next;
  parts_.apply(now_);
}

}  // namespace freshet::io
