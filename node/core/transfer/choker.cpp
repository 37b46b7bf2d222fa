#include "node/core/transfer/choker.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

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
    const std::size_t most = std::min(slots(round.config, round.upload_rate), round.takers.size());
    const std::size_t spare = std::max<std::size_t>(1, most / kSpareParts);
    std::vector<LinkId> chosen;
    std::vector<Taker> others;
    for (const Taker& taker : ranked_of(round)) {
      const bool earned = !taker.is_mutual || taker.brought > 0;
      if (earned && chosen.size() + spare < most) {
        chosen.push_back(taker.link);
      } else {
        others.push_back(taker);
      }
    }
    const std::size_t least = std::min(round.config.min_upload_slots, most);
    add_others(round, others, spare, least, chosen);
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
  static std::uint64_t given_by(const Taker& taker) { return taker.is_mutual ? taker.brought : 0; }
  static std::uint64_t taken_by(const Taker& taker) { return taker.is_mutual ? 0 : taker.took; }

  // The best givers first; then those that cannot give, who was given least before others: a seed
  // that stays with its fastest takers sends its copies to who leaves with them; then those that
  // could give and do not. Of equals who waits longest.
  static std::vector<Taker> ranked_of(const ChokeRound& round) {
    std::vector<Taker> ranked(round.takers.begin(), round.takers.end());
    std::stable_sort(ranked.begin(), ranked.end(), [](const Taker& a, const Taker& b) {
      return std::tuple(given_by(b), a.is_mutual, taken_by(a), a.interested_at)
             < std::tuple(given_by(a), b.is_mutual, taken_by(b), b.interested_at);
    });
    return ranked;
  }

  // `spare` of those that have no other slot: the same for a while, then others. Who gave nothing
  // for its turn waits for the next one twice as long each time. Up to `least` anyone will do,
  // those last.
  void add_others(const ChokeRound& round,
                  const std::vector<Taker>& others,
                  std::size_t spare,
                  std::size_t least,
                  std::vector<LinkId>& chosen) {
    if (round.now >= until_) end_turns(round);
    std::vector<LinkId> kept;
    std::vector<LinkId> next;
    std::vector<LinkId> rest;
    std::vector<LinkId> failed;
    for (const Taker& taker : others) {
      const bool has_turn = std::find(turn_.begin(), turn_.end(), taker.link) != turn_.end();
      const auto at = failures_.find(taker.link);
      const bool must_wait = at != failures_.end() && round.now < at->second.again;
      auto& pool = has_turn ? kept : must_wait ? failed : taker.is_unchoked ? rest : next;
      pool.push_back(taker.link);
    }
    take_some(round, next, spare, kept);
    take_some(round, rest, spare, kept);
    if (kept.size() > spare) kept.resize(spare);
    turn_ = kept;
    for (auto* pool : {&next, &rest, &failed})
      take_some(round, *pool, least - std::min(least, chosen.size()), kept);
    chosen.insert(chosen.end(), kept.begin(), kept.end());
  }

  // Draws from the pool until `count` are there.
  static void take_some(const ChokeRound& round,
                        std::vector<LinkId>& pool,
                        std::size_t count,
                        std::vector<LinkId>& to) {
    while (to.size() < count && !pool.empty()) {
      const auto at = pool.begin() + static_cast<std::ptrdiff_t>(round.rng.below(pool.size()));
      to.push_back(*at);
      pool.erase(at);
    }
  }

  void end_turns(const ChokeRound& round) {
    std::map<LinkId, Failures> known;  // of those that are still there
    for (const Taker& taker : round.takers) {
      const bool had_turn = std::find(turn_.begin(), turn_.end(), taker.link) != turn_.end();
      const auto at = failures_.find(taker.link);
      if (!taker.is_mutual || taker.brought > 0 || (!had_turn && at == failures_.end())) continue;
      Failures& failures = known[taker.link];
      if (at != failures_.end()) failures = at->second;
      if (!had_turn) continue;
      failures.count = std::min(failures.count + 1, kMaxDoublings);
      failures.again = round.now + round.config.optimistic_interval * (4U << failures.count);
    }
    failures_ = std::move(known);
    turn_.clear();
    until_ = round.now + round.config.optimistic_interval;
  }

  struct Failures {
    unsigned count = 0;
    TimePoint again{};
  };
  static constexpr unsigned kMaxDoublings = 6;
  static constexpr std::size_t kSpareParts = 5;

  std::vector<LinkId> turn_;  ///< who has an optimistic slot …
  TimePoint until_{};         ///< … until then
  std::map<LinkId, Failures> failures_;
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
    const std::size_t half = (round.takers.size() + 1) / 2;
    return admit(round,
                 std::min(std::max(half, round.config.min_upload_slots),
                          std::min(slots(round.config, round.upload_rate), round.takers.size())));
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
    return admit(round, std::min(slots(round.config, round.upload_rate), round.takers.size()));
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
