// One limit on what a node moves, kept among BitTorrent clients, and between them and nodes.
#include "node/io/host/rate_share.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "node/io/bittorrent/upload_budget.h"
#include "node/io/host/read_allowance.h"

namespace freshet::io {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kUpRate = 1'000'000;

/// Sends whenever it may, as a port does whose clients want blocks of this length all the time.
std::uint64_t flow_of(UploadBudget& budget, std::uint32_t block_bytes, Duration time) {
  const TimePoint begin{7s};
  std::uint64_t sent = 0;
  for (TimePoint now = begin; now < begin + time; now = std::max(now + 1us, budget.again_at())) {
    budget.begin_turn();
    while (budget.may_send(now)) {
      budget.sends(block_bytes, now);
      sent += block_bytes;
    }
    CHECK(budget.is_awaited());
  }
  return sent;
}

/// Two that want so much a second each (0: nothing) and take what they get, for a second or two;
/// what each took in the last tenth of that.
class Sending {
 public:
  explicit Sending(std::uint64_t rate) {
    share_.set_rate(rate);
    share_.moved({}, now_);
  }

  void run(std::uint64_t nodes_want, std::uint64_t clients_want, int steps) {
    for (int i = 0; i < steps; ++i) {
      nodes_took_ = std::min(nodes_want, share_.shares().nodes);
      clients_took_ = std::min(clients_want, share_.shares().clients);
      nodes_ += nodes_took_ / kStepsASecond;
      clients_ += clients_took_ / kStepsASecond;
      share_.moved({.nodes = nodes_, .clients = clients_}, now_ += RateShare::kEvery);
    }
  }
  [[nodiscard]] std::uint64_t nodes_took() const { return nodes_took_; }
  [[nodiscard]] std::uint64_t clients_took() const { return clients_took_; }
  [[nodiscard]] std::uint64_t in_all() const { return nodes_ + clients_; }

  static constexpr std::uint64_t kStepsASecond = 1s / RateShare::kEvery;

 private:
  RateShare share_;
  TimePoint now_{};
  std::uint64_t nodes_ = 0;
  std::uint64_t clients_ = 0;
  std::uint64_t nodes_took_ = 0;
  std::uint64_t clients_took_ = 0;
};

}  // namespace

TEST_CASE("clients get the rate, whatever length of block they ask for") {
  for (const std::uint32_t block : {1'000U, 16'384U, 131'072U}) {
    CAPTURE(block);
    UploadBudget budget;
    budget.set_rate(kUpRate, TimePoint{7s});
    const auto sent = flow_of(budget, block, 10s);
    CHECK(sent >= 9'900'000);
    CHECK(sent <= 10'000'000 + 131'072);
  }
}

TEST_CASE("while somebody waits for the budget nobody overtakes") {
  UploadBudget budget;
  const TimePoint now{7s};
  budget.set_rate(kUpRate, now);
  CHECK_FALSE(budget.may_send(now));
  CHECK(budget.is_awaited());
  CHECK_FALSE(budget.may_send(now + 1s));
  budget.begin_turn();
  CHECK(budget.may_send(now + 1s));
}

TEST_CASE("without a limit nobody waits, and what was owed is forgotten") {
  UploadBudget budget;
  const TimePoint now{7s};
  CHECK(budget.may_send(now));
  budget.set_rate(kUpRate, now);
  CHECK_FALSE(budget.may_send(now));
  budget.begin_turn();
  CHECK(budget.may_send(now + 1s));
  budget.sends(1'000'000'000, now + 1s);
  budget.set_rate(0, now + 1s);
  CHECK(budget.may_send(now + 1s));
  budget.set_rate(kUpRate, now + 1s);
  CHECK(budget.may_send(now + 2s));
}

TEST_CASE("nodes and clients have half of the limit each where both want it") {
  Sending sending(kUpRate);
  sending.run(kUpRate, 0, 20);
  CHECK(sending.nodes_took() == kUpRate);
  sending.run(kUpRate, kUpRate, 20);
  CHECK(sending.nodes_took() == kUpRate / 2);
  CHECK(sending.clients_took() == kUpRate / 2);
  // 8 s: no more than a quarter of a second's worth too much when the second one began.
  CHECK(sending.in_all() <= 8 * kUpRate + kUpRate / 4);
  sending.run(0, kUpRate, 20);
  CHECK(sending.clients_took() == kUpRate);
}

TEST_CASE("what one of them leaves is the other's") {
  Sending sending(kUpRate);
  sending.run(kUpRate, kUpRate / 5, 20);
  CHECK(sending.clients_took() == kUpRate / 5);
  CHECK(sending.nodes_took() == kUpRate * 4 / 5);
  sending.run(kUpRate / 10, kUpRate, 20);
  CHECK(sending.nodes_took() == kUpRate / 10);
  CHECK(sending.clients_took() == kUpRate * 9 / 10);
}

TEST_CASE("a step that comes late is no greater use") {
  RateShare share;
  TimePoint now{7s};
  share.set_rate(kUpRate);
  share.moved({}, now);
  share.moved({.nodes = 0, .clients = kUpRate / 4}, now += 1s);
  CHECK(share.shares().nodes == kUpRate * 3 / 4);
}

TEST_CASE("what was read beyond an allowance is paid for, and a pause saves up little") {
  ReadAllowance allowance;
  TimePoint now{7s};
  CHECK_FALSE(allowance.is_spent());
  allowance.refill(kUpRate, now);
  CHECK(allowance.is_spent());
  allowance.refill(kUpRate, now += 100ms);
  CHECK_FALSE(allowance.is_spent());
  allowance.spend(300'000);
  allowance.refill(kUpRate, now += 199ms);
  CHECK(allowance.is_spent());
  allowance.refill(kUpRate, now += 2ms);
  CHECK_FALSE(allowance.is_spent());
  allowance.refill(kUpRate, now += 60s);
  allowance.spend(kUpRate / 2);
  CHECK(allowance.is_spent());
  allowance.refill(0, now);
  CHECK_FALSE(allowance.is_spent());
}

}  // namespace freshet::io
