#include "node/core/node.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "node/base/digest.h"

namespace freshet::core {

// Lets the two routing engines talk for the time of one input: what the overlay hears goes up to
// search, what search says goes down to the overlay.
class Node::Junction final : public overlay::Upcalls, public search::Carrier {
 public:
  Junction(Node& node, TimePoint now, EffectBuffer& out) : node_(node), now_(now), out_(out) {}

  void query_arrived(const overlay::QueryArrival& query) override {
    search::Engine::on_query(
        node_.config_.search, node_.counters_.search, query.guid, query.body, out_);
  }
  void hit_arrived(const overlay::HitArrival& hit) override {
    node_.need_search().on_hit(hit.guid, hit.hops, hit.body, now_, out_);
  }
  bool ends_here(const overlay::QueryPassing& query) override {
    return node_.need_search().ends_here(
        {.guid = query.guid, .hops = query.hops, .reach = query.reach, .body = query.body},
        now_,
        *this);
  }
  void hit_passes(const overlay::HitArrival& hit) override {
    node_.need_search().on_passing_hit(hit.guid, hit.hops, hit.body, now_, out_);
  }
  void push_arrived(const wire::Push& push) override {
    node_.handle_transfer(
        transfer::Pushed{
            .origin = push.origin, .endpoints = push.addresses, .content = push.content},
        now_,
        out_);
  }
  Guid ask(const Plan& plan, ByteView body) override {
    return node_.overlay_.search(
        {.strategy = plan.strategy, .ttl = plan.ttl, .wanted = plan.wanted, .ask = plan.ask},
        plan.guid,
        body,
        now_,
        out_);
  }
  void found(const Guid& guid, std::uint32_t files) override { node_.overlay_.found(guid, files); }
  void end(const Guid& guid) override { node_.overlay_.end_search(guid); }
  bool answer(const Guid& guid, Bytes body) override {
    return node_.overlay_.answer(guid, std::move(body), now_, out_);
  }

 private:
  Node& node_;
  TimePoint now_;
  EffectBuffer& out_;
};

Node::Node(const Config& config, Counters& counters, NodeKey self, const Rng& rng)
    : config_(config),
      counters_(counters),
      overlay_(config.overlay, counters.overlay, self, rng.fork("overlay")) {}

search::Engine& Node::need_search() {
  if (!search_) {
    search_ = std::make_unique<search::Engine>(config_.search, counters_.search, overlay_.self());
  }
  return *search_;
}

void Node::handle(const Input& input, TimePoint now, EffectBuffer& out) {
  Junction junction(*this, now, out);
  if (const auto* overlay = std::get_if<overlay::Input>(&input)) {  // nearly always
    overlay_.handle(*overlay, now, out, junction);
  } else if (const auto* search = std::get_if<search::Input>(&input)) {
    need_search().handle(*search, now, out, junction);
  } else if (const auto* transfer = std::get_if<transfer::Input>(&input)) {
    handle_transfer(*transfer, now, out);
  } else {
    overlay_.on_deadline(now, out);
    if (transfer_) handle_transfer(transfer::DeadlinePassed{}, now, out);
  }
}

void Node::handle_transfer(const transfer::Input& input, TimePoint now, EffectBuffer& out) {
  if (!transfer_) {
    transfer_ = std::make_unique<transfer::Engine>(
        config_.transfer, counters_.transfer, overlay_.self(), overlay_.fork_rng("transfer"));
  }
  std::vector<transfer::Effect> effects;
  transfer_->handle(input, now, effects);
  for (transfer::Effect& effect : effects) {
    if (const auto* ask = std::get_if<transfer::AskPush>(&effect)) {
      ask_push(*ask, now, out);
    } else {
      out.push(Effect(std::move(effect)));
    }
  }
}

// Without an address of its own this node cannot be dialled, and asks nobody to try.
void Node::ask_push(const transfer::AskPush& ask, TimePoint now, EffectBuffer& out) {
  if (!search_ || search_->addresses().empty()) return;
  overlay_.push({.target = ask.target,
                 .origin = overlay_.self(),
                 .addresses = search_->addresses(),
                 .content = ask.content},
                now,
                out);
}

std::optional<TimePoint> Node::next_of_both() const {
  return earlier(overlay_.next_deadline(), transfer_->next_deadline());
}

std::uint64_t Node::digest() const {
  Digest digest;
  digest.add(overlay_.digest());
  if (search_) digest.add(search_->digest());
  if (transfer_) digest.add(transfer_->digest());
  return digest.value();
}

}  // namespace freshet::core
