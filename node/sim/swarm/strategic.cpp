#include "node/sim/swarm/strategic.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "node/core/transfer/config.h"

namespace freshet::sim::swarm {
namespace {

namespace ct = core::transfer;

// Of the paper, section 4.1.
constexpr std::uint64_t kRaisePercent = 120;
constexpr std::uint64_t kLowerPercent = 90;
constexpr int kRoundsBeforeLower = 3;
// Where it begins: as many as an ordinary peer serves.
constexpr std::uint64_t kFirstSlots = 8;
constexpr std::uint64_t kLeastRate = 256;

class Strategic final : public ct::Choker {
 public:
  Strategic(std::uint64_t capacity, std::shared_ptr<Pacing> pacing)
      : capacity_(capacity),
        pacing_(std::move(pacing)) {}

  // With two takers it begins to choose.
  [[nodiscard]] std::size_t slots(const ct::Config& /*config*/,
                                  std::uint64_t /*rate*/) const override {
    return 1;
  }

  std::vector<LinkId> choose(const ct::ChokeRound& round) override {
    const auto span = static_cast<std::uint64_t>(
        std::max<std::int64_t>(1, round.config.choke_interval / std::chrono::seconds(1)));
    for (const ct::Taker& taker : round.takers) learn(taker, span);
    return within_capacity(round);
  }

  std::vector<LinkId> admit(const ct::ChokeRound& round, std::size_t count) override {
    std::vector<LinkId> chosen;
    for (const ct::Taker& taker : round.takers) {
      if (chosen.size() < count) chosen.push_back(taker.link);
    }
    return chosen;
  }

 private:
  struct Known {
    std::uint64_t price = 0;  ///< what it takes to be served: bytes a second
    std::uint64_t worth = 0;  ///< what it gives then
    std::uint64_t seen = 0;   ///< `brought` at the last round
    int rounds = 0;           ///< in a row that it served this peer
  };

  void learn(const ct::Taker& taker, std::uint64_t span) {
    auto [at, is_new] = known_.try_emplace(taker.link);
    Known& known = at->second;
    if (is_new) known.price = known.worth = std::max(capacity_ / kFirstSlots, kLeastRate);
    // What came before counts half, so the rest is of this round.
    const std::uint64_t fresh = taker.brought - std::min(taker.brought, known.seen / 2);
    known.seen = taker.brought;
    if (fresh > 0) {
      known.worth = fresh / span;
      if (++known.rounds >= kRoundsBeforeLower)
        known.price = std::max(known.price * kLowerPercent / 100, kLeastRate);
    } else {
      known.rounds = 0;
      if (taker.is_unchoked) known.price = known.price * kRaisePercent / 100;
    }
  }

  std::vector<LinkId> within_capacity(const ct::ChokeRound& round) {
    std::vector<LinkId> order;
    for (const ct::Taker& taker : round.takers) order.push_back(taker.link);
    std::stable_sort(order.begin(), order.end(), [&](LinkId a, LinkId b) {
      return known_[a].worth * known_[b].price > known_[b].worth * known_[a].price;
    });
    std::vector<LinkId> chosen;
    std::uint64_t left = capacity_;
    pacing_->rates.clear();
    pacing_->is_new = true;
    for (const LinkId link : order) {
      const std::uint64_t price = known_[link].price;
      if (price > left) break;
      left -= price;
      chosen.push_back(link);
      pacing_->rates[link] = price;
    }
    return chosen;
  }

  std::uint64_t capacity_;
  std::shared_ptr<Pacing> pacing_;
  std::map<LinkId, Known> known_;
};

}  // namespace

ct::MakeChoker make_strategic_choker(std::uint64_t capacity, std::shared_ptr<Pacing> pacing) {
  return [capacity, pacing = std::move(pacing)] {
    return std::make_unique<Strategic>(capacity, pacing);
  };
}

}  // namespace freshet::sim::swarm
