#include "node/core/transfer/rates.h"

#include <algorithm>
#include <vector>

#include "node/wire/bt/messages.h"

namespace freshet::core::transfer {

using wire::bt::kBlockBytes;

void on_set_rates(Turn& turn, const SetRates& rates) {
  State& state = turn.state;
  if (!state.rates) {
    if (rates.up == 0 && rates.down == 0 && !rates.polite) return;
    state.rates = std::make_unique<Rates>();
  }
  const bool as_before = rates.up == state.rates->up.rate()
                         && rates.down == state.rates->down.rate()
                         && rates.polite == state.rates->polite;
  if (as_before) return;
  state.rates->up.set_rate(rates.up, turn.now);
  state.rates->down.set_rate(rates.down, turn.now);
  state.rates->polite = rates.polite;
  run_rate_timers(turn);
}

void on_set_fetch_rate(Turn& turn, const SetFetchRate& rate) {
  Content* content = turn.find(rate.content);
  if (content == nullptr || !content->fetch) return;
  content->fetch->rate.set_rate(rate.down, turn.now);
  content->fetch->polite = rate.polite;
  content->fetch->refill = true;
}

void run_rate_timers(Turn& turn) {
  State& state = turn.state;
  if (state.rates) state.rates->down_waits = false;
  for (auto& [id, content] : state.contents) {
    if (content->fetch && std::exchange(content->fetch->hungry, false)) {
      content->fetch->refill = true;
    }
  }
  if (!state.rates || !state.rates->up_waits) return;
  const TimePoint worthwhile = state.rates->up.worthwhile_at();
  if (turn.now < worthwhile) {  // something else woke: nobody's turn is used up
    turn.wake_by(worthwhile);
    return;
  }
  state.rates->up_waits = false;
  std::vector<Session*> waiting;
  for (auto& [link, session] : state.sessions) {
    if (!session->closing && session->uplink.queued_blocks() > 0) waiting.push_back(session.get());
  }
  if (waiting.empty()) return;
  const auto first =
      waiting.begin() + static_cast<std::ptrdiff_t>(state.rates->turns++ % waiting.size());
  std::rotate(waiting.begin(), first, waiting.end());
  for (Session* session : waiting) turn.touch(*session);
}

std::uint64_t upload_allowance(Turn& turn) {
  Rates* rates = turn.state.rates.get();
  if (rates == nullptr) return TokenBucket::kUnlimited;
  return rates->up_waits ? 0 : rates->up.available(turn.now);
}

void sent_blocks(Turn& turn, std::uint64_t bytes, bool starved) {
  Rates* rates = turn.state.rates.get();
  if (rates == nullptr) return;
  rates->up.take(bytes, turn.now);
  if (!starved || rates->up.rate() == 0) return;
  rates->up_waits = true;
  turn.wake_by(std::max(turn.now, rates->up.worthwhile_at()));
}

bool is_polite(const Turn& turn, const Fetch& fetch) {
  return fetch.polite || (turn.state.rates && turn.state.rates->polite);
}

std::size_t affordable_blocks(Turn& turn, Fetch& fetch) {
  Rates* rates = turn.state.rates.get();
  const std::uint64_t own = fetch.rate.available(turn.now) / kBlockBytes;
  if (own == 0) {
    fetch.hungry = true;
    turn.wake_by(std::max(turn.now, fetch.rate.worthwhile_at()));
    return 0;
  }
  if (rates == nullptr) return own;
  const std::uint64_t shared = rates->down.available(turn.now) / kBlockBytes;
  if (shared > 0 && !rates->down_waits) return std::min(own, shared);
  rates->down_waits = true;
  fetch.hungry = true;
  turn.wake_by(std::max(turn.now, rates->down.worthwhile_at()));
  return 0;
}

void asked_block(Turn& turn, Fetch& fetch, std::uint32_t bytes) {
  fetch.rate.take(bytes, turn.now);
  if (turn.state.rates) turn.state.rates->down.take(bytes, turn.now);
}

void unasked_block(Turn& turn, Fetch& fetch, std::uint32_t bytes) {
  fetch.rate.give_back(bytes);
  if (turn.state.rates) turn.state.rates->down.give_back(bytes);
}

std::vector<Content*> take_refills(Turn& turn) {
  std::vector<Content*> wanting;
  for (auto& [id, content] : turn.state.contents) {
    if (content->fetch && std::exchange(content->fetch->refill, false))
      wanting.push_back(content.get());
  }
  if (turn.state.rates && wanting.size() > 1) {
    const std::size_t first = turn.state.rates->turns++ % wanting.size();
    std::rotate(
        wanting.begin(), wanting.begin() + static_cast<std::ptrdiff_t>(first), wanting.end());
  }
  return wanting;
}

std::size_t first_to_ask(Turn& turn, const Fetch& fetch, std::size_t sessions) {
  Rates* rates = turn.state.rates.get();
  const bool limited = fetch.rate.rate() != 0 || (rates != nullptr && rates->down.rate() != 0);
  if (!limited || sessions == 0) return 0;
  return turn.state.asking_turns++ % sessions;
}

}  // namespace freshet::core::transfer
