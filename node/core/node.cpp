#include "node/core/node.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "node/base/digest.h"

namespace freshet::core {
namespace {

// Lets the two routing engines talk for the time of one input: what the overlay hears goes up to
// search, what search says goes down to the overlay.
class Junction final : public overlay::Upcalls, public search::Carrier {
 public:
  /// `search` may be empty: the engine comes into being with the first query.
  struct Search {
    const search::Config& config;
    search::Counters& counters;
    std::unique_ptr<search::Engine>& engine;
  };
  Junction(overlay::Engine& overlay, Search search, TimePoint now, EffectBuffer& out)
      : overlay_(overlay),
        search_(search),
        now_(now),
        out_(out) {}

  search::Engine& search() {
    if (!search_.engine) {
      search_.engine =
          std::make_unique<search::Engine>(search_.config, search_.counters, overlay_.self());
    }
    return *search_.engine;
  }

  void query_arrived(const overlay::QueryArrival& query) override {
    search().on_query(query.guid, query.body, out_);
  }
  void hit_arrived(const overlay::HitArrival& hit) override {
    search().on_hit(hit.guid, hit.hops, hit.body, out_, *this);
  }
  Guid ask(const Plan& plan, ByteView body) override {
    return overlay_.search(
        {.strategy = plan.strategy, .ttl = plan.ttl, .wanted = plan.wanted}, body, now_, out_);
  }
  void found(const Guid& guid, std::uint32_t files) override { overlay_.found(guid, files); }
  void end(const Guid& guid) override { overlay_.end_search(guid); }
  bool answer(const Guid& guid, Bytes body) override {
    return overlay_.answer(guid, std::move(body), now_, out_);
  }

 private:
  overlay::Engine& overlay_;
  Search search_;
  TimePoint now_;
  EffectBuffer& out_;
};

}  // namespace

Node::Node(const Config& config, Counters& counters, NodeKey self, const Rng& rng)
    : config_(config),
      counters_(counters),
      overlay_(config.overlay, counters.overlay, self, rng.fork("overlay")) {}

void Node::handle(const Input& input, TimePoint now, EffectBuffer& out) {
  if (const auto* transfer = std::get_if<transfer::Input>(&input)) {
    handle_transfer(*transfer, now, out);
    return;
  }
  if (std::holds_alternative<DeadlinePassed>(input)) {
    overlay_.on_deadline(now, out);
    if (transfer_) handle_transfer(transfer::DeadlinePassed{}, now, out);
    return;
  }
  Junction junction(overlay_,
                    {.config = config_.search, .counters = counters_.search, .engine = search_},
                    now,
                    out);
  if (const auto* overlay = std::get_if<overlay::Input>(&input)) {
    overlay_.handle(*overlay, now, out, junction);
  } else if (const auto* search = std::get_if<search::Input>(&input)) {
    junction.search().handle(*search, out, junction);
  }
}

void Node::handle_transfer(const transfer::Input& input, TimePoint now, EffectBuffer& out) {
  if (!transfer_) {
    transfer_ = std::make_unique<transfer::Engine>(
        config_.transfer, counters_.transfer, overlay_.self(), overlay_.fork_rng("transfer"));
  }
  std::vector<transfer::Effect> effects;
  transfer_->handle(input, now, effects);
  for (transfer::Effect& effect : effects) out.push(Effect(std::move(effect)));
}

std::optional<TimePoint> Node::next_deadline() const {
  return earlier(overlay_.next_deadline(), transfer_ ? transfer_->next_deadline() : std::nullopt);
}

std::uint64_t Node::digest() const {
  Digest digest;
  digest.add(overlay_.digest());
  if (search_) digest.add(search_->digest());
  if (transfer_) digest.add(transfer_->digest());
  return digest.value();
}

}  // namespace freshet::core
