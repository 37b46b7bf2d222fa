#include "node/sim/host.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "node/base/check.h"
#include "node/base/digest.h"
#include "node/core/deliver.h"
#include "node/core/prefetch.h"
#include "node/core/search/freshness.h"

namespace freshet::sim {
namespace {

namespace overlay = core::overlay;
namespace search = core::search;

constexpr std::uint32_t kBatch = 16;  ///< events whose memory is fetched together
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHotLines = 4;  ///< of a slot
constexpr std::size_t kSignatureBytes = 64;

std::uint64_t unix_seconds(TimePoint now) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
}

}  // namespace

/// core::World of one node, for the time of one deliver().
class Host::World {
 public:
  World(Host& host, NodeIndex node, Slot& slot) : host_(host), slot_(slot), node_(node) {}

  [[nodiscard]] TimePoint now() const { return host_.now_; }

  void perform(core::Effect& effect, const core::EffectBuffer& buffer) {
    if (const auto* of_overlay = std::get_if<overlay::Effect>(&effect)) {
      perform_overlay(*of_overlay, buffer);
    } else if (auto* of_search = std::get_if<search::Effect>(&effect)) {
      if (const auto* lookup = std::get_if<search::Lookup>(of_search)) {
        host_.look_up(node_, *lookup);
      } else if (const auto* hit = std::get_if<search::Hit>(of_search)) {
        host_.log_.hit(*hit, host_.now_);
      } else if (const auto* seal = std::get_if<search::Seal>(of_search)) {
        host_.seal(node_, *seal);
      } else if (auto* judge = std::get_if<search::Judge>(of_search)) {
        host_.judge(node_, *judge);
      }
    } else {
      // Transfers are not simulated. A dial that a Push asked for is one that nobody answers.
      FRESHET_CHECK(
          std::holds_alternative<core::transfer::Dial>(std::get<core::transfer::Effect>(effect)));
    }
  }

  void arm(std::optional<TimePoint> deadline) {
    // The timer that is set asks again.
    if (deadline && *deadline < slot_.armed_at) host_.arm(node_, slot_, *deadline);
  }

 private:
  void perform_overlay(const overlay::Effect& effect, const core::EffectBuffer& buffer) {
    if (const auto* relay = std::get_if<overlay::Relay>(&effect)) {
      host_.relay(node_, *relay, buffer.links(relay->links));
    } else if (const auto* dial = std::get_if<overlay::Dial>(&effect)) {
      host_.dial(node_, *dial);
    } else if (const auto* close = std::get_if<overlay::Close>(&effect)) {
      host_.close(node_, close->link);
    } else if (std::holds_alternative<overlay::LinkEstablished>(effect)) {
      ++host_.counters_.established;
    } else if (std::holds_alternative<overlay::LinkClosed>(effect)) {
      ++host_.counters_.closed;
    } else if (std::holds_alternative<overlay::NeedWords>(effect)) {
      host_.tell_words(node_);
    } else if (const auto* tallied = std::get_if<overlay::Tallied>(&effect)) {
      host_.log_.tallied(*tallied);
    }
  }

  Host& host_;
  Slot& slot_;
  NodeIndex node_;
};

Host::Host(const core::Config& node_config, const Content& content, HostConfig config)
    : node_config_(node_config),
      content_(content),
      config_(std::move(config)),
      network_(config_.network, config_.nodes, Rng::from_seed(config_.seed).fork("network")),
      node_rng_(Rng::from_seed(config_.seed).fork("nodes")),
      key_rng_(key_rng(config_.seed)),
      checkers_(config_.seed, config_.reproduce),
      log_(config_.nodes, config_.log),
      queue_(config_.plain_queue),
      slots_(config_.nodes),
      uplinks_(limits_bandwidth(config_.network) ? config_.nodes : 0),
      received_(std::in_place_type<overlay::Input>, overlay::Received{}) {
  FRESHET_CHECK(config_.nodes <= kMaxNodes);
  for (NodeIndex node = 0; node < config_.nodes; ++node) start(node);
}

NodeKey Host::key_of(NodeIndex index) const {
  return node_key(key_rng_, index);
}

Rng key_rng(std::uint64_t seed) {
  return Rng::from_seed(seed).fork("node keys");
}

NodeKey node_key(const Rng& keys, NodeIndex index) {
  Rng rng = keys.fork(index);
  NodeKey key;
  static_assert(NodeKey::kSize == 2 * Guid::kSize);
  for (std::size_t half = 0; half < 2; ++half) {
    const Guid bytes = rng.guid();
    std::copy(bytes.bytes.begin(),
              bytes.bytes.end(),
              key.bytes.begin() + static_cast<std::ptrdiff_t>(half * Guid::kSize));
  }
  return key;
}

std::uint64_t Host::digest() const {
  Digest digest;
  digest.add(static_cast<std::uint64_t>(now_.time_since_epoch().count()));
  for (const Slot& slot : slots_) digest.add(slot.node ? slot.node->digest() : 0);
  return digest.value();
}

// ---- what a simulation does to nodes

void Host::start(NodeIndex node) {
  Slot& slot = slots_[node];
  const std::uint64_t life = (std::uint64_t{slot.lives++} << 32U) | node;
  slot.node.emplace(node_config_, node_counters_, key_of(node), node_rng_.fork(life));
  slot.is_alive = true;
  ++alive_;
}

void Host::connect(NodeIndex a, NodeIndex b) {
  FRESHET_CHECK(slots_[a].is_alive && slots_[b].is_alive);
  bring_up(a, b, std::nullopt);
}

void Host::begin_faults() {
  network_.begin_faults(now_);
  clog_links();
}

void Host::give(NodeIndex node, const core::Input& input) {
  FRESHET_CHECK(slots_[node].is_alive);
  deliver_to(node, input);
  give_all();
}

void Host::crash(NodeIndex node) {
  Slot& slot = slots_[node];
  if (!slot.is_alive) return;
  slot.node.reset();
  slot.is_alive = false;
  slot.links.clear();
  slot.armed_at = TimePoint::max();
  --alive_;
  drop_waiting(node);
  log_.forgotten_by(node);
}

void Host::restart(NodeIndex node) {
  if (!slots_[node].is_alive) start(node);
}

void Host::sleep(NodeIndex node) {
  Slot& slot = slots_[node];
  FRESHET_CHECK(slot.is_alive);
  slot.is_alive = false;
  slot.armed_at = TimePoint::max();
  --alive_;
}

void Host::wake(NodeIndex node) {
  Slot& slot = slots_[node];
  FRESHET_CHECK(!slot.is_alive && slot.node);
  slot.is_alive = true;
  ++alive_;
  deliver_to(node, core::Input(core::DeadlinePassed{}));
}

std::optional<std::uint16_t> Host::ask(const Asking& asking) {
  FRESHET_CHECK(slots_[asking.origin].is_alive);
  const auto track = log_.begin(asking.origin, alive_, now_);
  if (!track) return std::nullopt;
  asking_ = *track;
  deliver_to(asking.origin,
             core::Input(std::in_place_type<search::Input>,
                         search::Ask{.ask = log_.ask_of(*track),
                                     .query = asking.query,
                                     .ttl = asking.ttl,
                                     .strategy = asking.strategy,
                                     .wanted = asking.wanted,
                                     .guid = asking.guid}));
  asking_ = kNoTrack;
  give_all();
  return track;
}

bool Host::is_at(std::uint16_t track) const {
  const core::Node* origin = node(log_.origin_of(track));
  return origin != nullptr && origin->overlay().is_at(log_.guid_of(track));
}

// ---- the clock

bool Host::run_until(TimePoint time) {
  while (step(time)) {
  }
  if (failure()) return false;
  now_ = std::max(now_, time);
  return true;
}

bool Host::step(TimePoint limit) {
  if (failure() || !queue_.is_due(limit)) return false;
  prefetch_ahead();
  const Due<Event> due = queue_.pop();
  FRESHET_CHECK(due.at >= now_);
  now_ = due.at;
  ++counters_.events;
  perform(due);
  give_all();
  return true;
}

void Host::perform(const Due<Event>& due) {
  switch (due.event.kind()) {
    case EventKind::frame:
      on_frame(due.event);
      break;
    case EventKind::timer:
      on_timer(due.at, due.event);
      break;
    case EventKind::link_down:
      on_link_down(due.event);
      break;
    case EventKind::writable:
      tell_room(due.event.node(), LinkId{due.event.link()}, kRoom);
      break;
    case EventKind::sent:
      on_sent(due.event);
      break;
    case EventKind::dial:
      on_dial(due.event);
      break;
  }
}

// A delivery touches memory in steps, each found by way of the one before: the node's slot; the
// link, and where the query is new, the table's line for its GUID and what the log keeps. For
// deliveries still to come, a batch at a time: a loop that does nothing else has many misses under
// way at once, of the caches and of the processor's table of pages.
void Host::prefetch_ahead() {
  if (--until_prefetch_ > 0) return;
  until_prefetch_ = kBatch;
  const auto upcoming = queue_.upcoming();
  const auto batch = [&](std::size_t number) {
    const std::size_t first = std::min(upcoming.size(), number * kBatch);
    return upcoming.subspan(first, std::min<std::size_t>(upcoming.size() - first, kBatch));
  };
  for (const Event& event : batch(2)) {
    const auto* slot = reinterpret_cast<const Byte*>(&slots_[event.node()]);
    for (std::size_t line = 0; line < kHotLines; ++line)
      core::prefetch_line(slot + line * kCacheLine);
    if (event.kind() == EventKind::frame)
      log_.prefetch(pool_.at(event.value())->track, event.node());
  }
  for (const Event& event : batch(1)) {
    const Slot& slot = slots_[event.node()];
    if (event.kind() != EventKind::frame || !slot.is_alive) continue;
    const SharedFrame& frame = *pool_.at(event.value());
    slot.node->overlay().prefetch(LinkId{event.link()});
    if (!log_.is_news_to(frame, event.node(), event.small())) continue;
    slot.node->overlay().prefetch(frame.guid());
    const auto* all = reinterpret_cast<const Byte*>(&slot);
    for (std::size_t line = kHotLines; line < sizeof(Slot) / kCacheLine; ++line)
      core::prefetch_line(all + line * kCacheLine);
  }
}

void Host::deliver_to(NodeIndex node, const core::Input& input) {
  Slot& slot = slots_[node];
  if (!slot.is_alive) return;
  World world(*this, node, slot);
  core::deliver(*slot.node, world, input, scratch_);
}

void Host::on_timer(TimePoint at, const Event& event) {
  Slot& slot = slots_[event.node()];
  if (slot.armed_at != at) return;  // armed anew since, or crashed
  slot.armed_at = TimePoint::max();
  const auto deadline = slot.node->next_deadline();
  if (deadline && *deadline <= now_) {
    deliver_to(event.node(), core::Input(core::DeadlinePassed{}));
  } else if (deadline) {
    arm(event.node(), slot, *deadline);
  }
}

void Host::arm(NodeIndex node, Slot& slot, TimePoint deadline) {
  slot.armed_at = std::max(deadline, now_);
  queue_.push(slot.armed_at, Event(EventKind::timer, node, 0));
}

// ---- what nodes ask of their files

void Host::look_up(NodeIndex node, const search::Lookup& lookup) {
  if (asking_ != kNoTrack) log_.name(asking_, lookup.lookup);
  const auto query = wire::decode_query(lookup.query);
  if (!query) return;
  auto files = content_.find(node, *query, lookup.limit);
  if (files.empty()) return;
  give_soon(node,
            log_.find(lookup.lookup),
            std::make_unique<core::Input>(
                std::in_place_type<search::Input>,
                search::Found{.lookup = lookup.lookup, .files = std::move(files)}));
}

void Host::tell_words(NodeIndex node) {
  give_soon(node,
            kNoTrack,
            std::make_unique<core::Input>(std::in_place_type<overlay::Input>,
                                          overlay::SetWords{.hashes = content_.word_hashes(node)}));
}

// A signature without cryptography: nobody but the host can make it, for lack of the seed. Clocks
// are right here, so age is as the record says.
Bytes Host::signature_over(const NodeKey& signer, ByteView record) const {
  Digest digest;
  digest.add(config_.seed);
  digest.add(signer.view());
  digest.add(record);
  Bytes signature(kSignatureBytes);
  store_le(digest.value(), signature.data());
  return signature;
}

void Host::seal(NodeIndex node, const search::Seal& seal) {
  wire::HitRecord record = seal.record;
  record.issued_s = search::issue_time(unix_seconds(now_));
  record.lifetime_s = search::kHitLifetimeSeconds;
  const Bytes bytes = wire::encode_record(record);
  give_soon(node,
            log_.find(seal.lookup),
            std::make_unique<core::Input>(
                std::in_place_type<search::Input>,
                search::Sealed{
                    .lookup = seal.lookup,
                    .body = wire::encode_query_hit(bytes, signature_over(record.node, bytes))}));
}

void Host::judge(NodeIndex node, search::Judge& judge) {
  search::Judged judged;
  judged.guid = judge.guid;
  judged.hops = judge.hops;
  judged.token = judge.token;
  judged.is_cached = judge.hit.cached_hops != 0;
  const wire::QueryHit& hit = judge.hit;
  if (hit.signature.empty()) {
    judged.verdict = search::HitVerdict::unsigned_record;
  } else if (hit.signature != signature_over(hit.record.node, hit.record_bytes)) {
    judged.verdict = search::HitVerdict::forged;
  } else if (hit.record.issued_s + hit.record.lifetime_s < unix_seconds(now_)) {
    judged.verdict = search::HitVerdict::expired;
  }
  judged.record = std::move(judge.hit.record);
  give_soon(node,
            log_.find(judge.guid),
            std::make_unique<core::Input>(std::in_place_type<search::Input>, std::move(judged)));
}

// deliver() must not be re-entered: the answer follows when it returns, before anything else
// happens, as in the daemon.
void Host::give_soon(NodeIndex node, std::uint16_t track, std::unique_ptr<core::Input> input) {
  log_.departs(track);
  soon_.push_back({.node = node, .track = track, .input = std::move(input)});
}

void Host::give_all() {
  for (std::size_t i = 0; i < soon_.size(); ++i) {
    const Soon soon = std::move(soon_[i]);
    deliver_to(soon.node, *soon.input);
    log_.lands(soon.track, now_);
  }
  soon_.clear();
}

}  // namespace freshet::sim
