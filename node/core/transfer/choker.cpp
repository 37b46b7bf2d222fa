#include "node/core/transfer/choker.h"

#include <algorithm>

#include "node/core/transfer/config.h"

namespace freshet::core::transfer {
namespace {

// The whole of the root of `number`.
std::uint64_t root_of(std::uint64_t number) {
  std::uint64_t root = 0;
  for (std::uint64_t bit = std::uint64_t{1} << 31U; bit > 0; bit >>= 1U) {
    const std::uint64_t tried = root | bit;
    if (tried <= number / tried) root = tried;
  }
  return root;
}

class Reciprocal final : public Choker {
 public:
  std::vector<LinkId> choose(const ChokeRound& round) override {
    const std::vector<Taker> ranked = ranked_of(round);
    const std::size_t regular = slots(round.config, round.upload_rate) - 1;
    std::vector<LinkId> chosen;
    for (std::size_t i = 0; i < regular; ++i) chosen.push_back(ranked[i].link);
    chosen.push_back(optimistic(round, std::span(ranked).subspan(regular)));
    return chosen;
  }
  std::vector<LinkId> admit(const ChokeRound& round, std::size_t count) override {
    std::vector<LinkId> chosen;
    for (const Taker& taker : ranked_of(round)) {
      if (chosen.size() < count) chosen.push_back(taker.link);
    }
    return chosen;
  }

 private:
  // The best givers first, and of those that give nothing who was given least: a seed that stays
  // with its fastest takers sends its copies to who leaves with them. Of equals who waits longest.
  static std::vector<Taker> ranked_of(const ChokeRound& round) {
    std::vector<Taker> ranked(round.takers.begin(), round.takers.end());
    std::stable_sort(ranked.begin(), ranked.end(), [](const Taker& a, const Taker& b) {
      const std::uint64_t given_a = a.is_mutual ? a.brought : 0;
      const std::uint64_t given_b = b.is_mutual ? b.brought : 0;
      if (given_a != given_b) return given_a > given_b;
      if (a.took != b.took && !a.is_mutual && !b.is_mutual) return a.took < b.took;
      return a.interested_at < b.interested_at;
    });
    return ranked;
  }

  // One of those that have no other slot.
  LinkId optimistic(const ChokeRound& round, std::span<const Taker> others) {
    std::vector<LinkId> choked;
    for (const Taker& taker : others) {
      if (taker.link == link_ && round.now < until_) return *link_;
      if (!taker.is_unchoked) choked.push_back(taker.link);
    }
    link_ = choked.empty() ? others[round.rng.below(others.size())].link
                           : choked[round.rng.below(choked.size())];
    until_ = round.now + round.config.optimistic_interval;
    return *link_;
  }

  std::optional<LinkId> link_;
  TimePoint until_{};
};

// Draws so many of the takers as there are slots, one after another, by their weights.
std::vector<LinkId> draw(const ChokeRound& round,
                         std::vector<std::uint64_t> weights,
                         std::size_t count) {
  std::vector<LinkId> chosen;
  std::uint64_t sum = 0;
  for (const std::uint64_t weight : weights) sum += weight;
  while (chosen.size() < count && sum > 0) {
    std::uint64_t at = round.rng.below(sum);
    std::size_t i = 0;
    while (at >= weights[i]) at -= weights[i++];
    chosen.push_back(round.takers[i].link);
    sum -= weights[i];
    weights[i] = 0;
  }
  return chosen;
}

class Proportional final : public Choker {
 public:
  std::vector<LinkId> choose(const ChokeRound& round) override {
    return admit(round, slots(round.config, round.upload_rate));
  }
  // Four parts by what was brought, to one that all share.
  std::vector<LinkId> admit(const ChokeRound& round, std::size_t count) override {
    std::uint64_t brought = 0;
    for (const Taker& taker : round.takers) brought += given_by(taker);
    std::vector<std::uint64_t> weights;
    for (const Taker& taker : round.takers) {
      weights.push_back(given_by(taker) * 4 * round.takers.size() + brought + 1);
    }
    return draw(round, std::move(weights), count);
  }

 private:
  // Within bounds, so that no sum overflows.
  static std::uint64_t given_by(const Taker& taker) {
    constexpr std::uint64_t kUnit = 1024;
    return taker.is_mutual ? std::min(taker.brought / kUnit, std::uint64_t{1} << 40U) : 0;
  }
};

class Random final : public Choker {
 public:
  std::vector<LinkId> choose(const ChokeRound& round) override {
    return admit(round, slots(round.config, round.upload_rate));
  }
  std::vector<LinkId> admit(const ChokeRound& round, std::size_t count) override {
    return draw(round, std::vector<std::uint64_t>(round.takers.size(), 1), count);
  }
};

}  // namespace

// As BitTorrent's first client had it: 0.6 KB/s of each slot for each one there is.
std::size_t Choker::slots(const Config& config, std::uint64_t upload_rate) const {
  if (upload_rate == 0 || config.upload_slots == 0) return config.upload_slots;
  const auto wanted = static_cast<std::size_t>(root_of(upload_rate * 6 / 10'000));
  return std::clamp(wanted, config.min_upload_slots, config.max_upload_slots);
}

std::unique_ptr<Choker> make_reciprocal_choker() {
  return std::make_unique<Reciprocal>();
}
std::unique_ptr<Choker> make_proportional_choker() {
  return std::make_unique<Proportional>();
}
std::unique_ptr<Choker> make_random_choker() {
  return std::make_unique<Random>();
}

MakeChoker choker_named(std::string_view name) {
  if (name == "reciprocal") return make_reciprocal_choker;
  if (name == "proportional") return make_proportional_choker;
  if (name == "random") return make_random_choker;
  return {};
}

}  // namespace freshet::core::transfer
