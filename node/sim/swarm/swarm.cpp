#include "node/sim/swarm/swarm.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "node/base/check.h"
#include "node/base/digest.h"
#include "node/core/transfer/shape.h"
#include "node/sim/host.h"
#include "node/sim/network.h"
#include "node/sim/swarm/swarm_impl.h"

namespace freshet::sim::swarm {
namespace {

namespace ct = core::transfer;

constexpr std::uint64_t kEventsBetweenLooks = 4096;

core::transfer::Config pieces_of(const SwarmConfig& config) {
  core::transfer::Config pieces;
  pieces.piece_length = config.piece_length;
  return pieces;
}

}  // namespace

/// core::World of one node, for the time of one deliver().
class Swarm::Impl::World {
 public:
  World(Impl& swarm, PeerIndex peer) : swarm_(swarm), peer_(peer) {}

  [[nodiscard]] TimePoint now() const { return swarm_.now_; }
  void perform(core::Effect& effect, const core::EffectBuffer& buffer);
  void arm(std::optional<TimePoint> deadline) {
    Peer& peer = swarm_.peers_[peer_];
    if (!deadline || *deadline >= peer.armed_at) return;  // the timer that is set asks again
    peer.armed_at = std::max(*deadline, swarm_.now_);
    swarm_.queue_.push(peer.armed_at, {.kind = Event::Kind::timer, .a = peer_});
  }

 private:
  Impl& swarm_;
  PeerIndex peer_;
};

struct Swarm::Impl::Performer {
  Impl& swarm;
  PeerIndex peer;

  void operator()(const ct::KeepBlock& keep) const {
    swarm.peers_[peer].result.bytes_kept += keep.block.length;
  }
  void operator()(ct::Send& send) const {
    swarm.send(peer, send.link, {.control = std::move(send.bytes), .block = std::nullopt});
  }
  void operator()(const ct::SendBlock& send) const {
    swarm.send(peer, send.link, {.control = {}, .block = send.block});
  }
  void operator()(const ct::Verify& verify) const {
    const bool ok = verify.expected == swarm.content_.piece_hash(verify.piece);
    if (ok) swarm.peers_[peer].have.add(verify.piece);
    swarm.say(peer,
              ct::Verified{.content = verify.content,
                           .piece = verify.piece,
                           .verdict = ok ? ct::Verdict::ok : ct::Verdict::bad});
  }
  void operator()(const ct::CheckBlock& check) const {
    swarm.say(peer,
              ct::BlockChecked{.content = check.content,
                               .block = check.block,
                               .ok = check.expected == swarm.content_.leaf(check.block)});
  }
  /// Nobody reads in a swarm.
  void operator()(const ct::VerifyBlocks& verify) const {
    swarm.say(peer, ct::BlocksVerified{.content = verify.content, .blocks = verify.blocks});
  }
  void operator()(const ct::ReadHashes& read) const {
    swarm.say(peer,
              ct::HashesRead{.link = read.link,
                             .request = read.request,
                             .hashes = swarm.content_.answer(read.request)});
  }
  void operator()(const ct::PrepareStorage& prepare) const {
    swarm.say(peer, ct::StorageReady{.content = prepare.content, .have = swarm.peers_[peer].have});
  }
  void operator()(const ct::Open& open) const { swarm.on_opening(peer, open); }
  void operator()(const ct::Dial& dial) const { swarm.dial(peer, dial); }
  /// There are no thirds.
  void operator()(const ct::DialThrough& dial) const {
    swarm.say(peer, ct::DialFailed{.dial = dial.dial});
  }
  void operator()(const ct::Close& close) const { swarm.close(peer, close.link); }
  void operator()(const ct::FetchDone& /*done*/) const { swarm.on_done(peer); }
  void operator()(const ct::NeedSources& need) const {
    swarm.say(peer, ct::AddSources{.content = need.content, .sources = swarm.some_sources(peer)});
  }
  void operator()(const ct::FetchFailed& /*failed*/) const { FRESHET_CHECK(false); }
  void operator()(const ct::AskPush& /*ask*/) const {}
  void operator()(const ct::DropPiece& /*drop*/) const {}
  void operator()(const ct::Release& /*release*/) const {}
  void operator()(const ct::Progress& /*progress*/) const {}
};

void Swarm::Impl::World::perform(core::Effect& effect, const core::EffectBuffer& /*buffer*/) {
  // There are no overlay links, so there is nothing that overlay or search could ask for.
  auto* transfer = std::get_if<ct::Effect>(&effect);
  if (transfer != nullptr) std::visit(Performer{swarm_, peer_}, *transfer);
}

Swarm::Impl::Impl(const SwarmConfig& config)
    : config_(config),
      content_(ct::shape_for(pieces_of(config), config.size_bytes), config.seed),
      pipes_(queue_,
             config.latency,
             config.buffer_bytes,
             {.receive = [this](PipeIndex pipe, Item& item) { receive(pipe, item); },
              .drain =
                  [this](PipeIndex pipe) {
                    say(pipes_.sender(pipe), ct::Writable{.link = flows_[pipe].from_link});
                  }}),
      rng_(Rng::from_seed(config.seed).fork("swarm")) {
  const Rng keys = key_rng(config.seed);
  const Rng nodes = Rng::from_seed(config.seed).fork("nodes");
  const std::uint32_t pieces = content_.shape().piece_count;
  for (const PeerPlan& plan : config_.peers) {
    const auto index = static_cast<PeerIndex>(peers_.size());
    Peer& peer = peers_.emplace_back();
    peer.plan = &plan;
    peer.key = node_key(keys, index);
    peer.node = std::make_unique<core::Node>(*plan.config, counters_, peer.key, nodes.fork(index));
    peer.have = plan.is_seed ? wire::bt::PieceSet::full(pieces) : wire::bt::PieceSet(pieces);
    pipes_.add_peer(plan.rates);
    if (!plan.is_seed) ++unfinished_;
    queue_.push(TimePoint{} + plan.arrives, {.kind = Event::Kind::arrive, .a = index});
  }
}

SwarmResult Swarm::Impl::run(const std::function<bool()>& go_on) {
  const TimePoint limit = TimePoint{} + config_.give_up;
  while (unfinished_ > 0 && queue_.is_due(limit)) {
    const auto due = queue_.pop();
    now_ = due.at;
    on_event(due.event);
    give_all();
    if (++events_ % kEventsBetweenLooks == 0 && go_on && !go_on()) break;
  }
  SwarmResult result;
  Digest digest;
  for (PeerIndex i = 0; i < peers_.size(); ++i) {
    Peer& peer = peers_[i];
    peer.result.busy_up = pipes_.busy_up(i);
    if (peer.plan->is_seed) result.seed_bytes_out += peer.result.bytes_out;
    digest.add(peer.node->digest());
    digest.add(static_cast<std::uint64_t>(peer.result.took.value_or(Duration{}).count()));
    result.peers.push_back(peer.result);
  }
  result.ended = now_ - TimePoint{};
  result.events = events_;
  result.counters = counters_.transfer;
  result.digest = digest.value();
  return result;
}

void Swarm::Impl::on_event(const Event& event) {
  switch (event.kind) {
    case Event::Kind::timer: {
      Peer& peer = peers_[event.a];
      if (peer.armed_at != now_) return;  // armed anew since
      peer.armed_at = TimePoint::max();
      const auto deadline = peer.node->next_deadline();
      if (deadline && *deadline <= now_) {
        deliver_to(event.a, core::Input(core::DeadlinePassed{}));
      } else {
        World(*this, event.a).arm(deadline);
      }
      break;
    }
    case Event::Kind::arrive:
      arrive(event.a);
      break;
    case Event::Kind::depart:
      depart(event.a);
      break;
    case Event::Kind::dialled:
      connect(dials_[event.a]);
      break;
    case Event::Kind::down:
      end_link(pipes_.receiver(event.a), flows_[event.a].to_link);
      break;
    default:
      pipes_.on_event(event, now_);
  }
}

void Swarm::Impl::deliver_to(PeerIndex index, const core::Input& input) {
  Peer& peer = peers_[index];
  if (!peer.is_there) return;
  World world(*this, index);
  core::deliver(*peer.node, world, input, scratch_);
  if (peer.plan->pacing && peer.plan->pacing->is_new) adopt_pacing(peer);
}

void Swarm::Impl::adopt_pacing(const Peer& peer) {
  Pacing& pacing = *peer.plan->pacing;
  pacing.is_new = false;
  for (std::size_t i = 0; i < peer.links.size(); ++i) {
    const auto at = pacing.rates.find(LinkId{static_cast<std::uint32_t>(i + 1)});
    pipes_.pace(peer.links[i].out, at == pacing.rates.end() ? 0 : at->second);
  }
}

void Swarm::Impl::give_all() {
  while (!soon_.empty()) {
    Soon soon = std::move(soon_.front());
    soon_.pop_front();
    if (auto* writable = std::get_if<ct::Writable>(&soon.input)) {
      const LinkEnd* end = find(soon.peer, writable->link);
      if (end == nullptr) continue;
      writable->room_bytes = pipes_.grant_room(end->out);
    }
    deliver_to(soon.peer, core::Input(soon.input));
  }
}

void Swarm::Impl::arrive(PeerIndex index) {
  Peer& peer = peers_[index];
  peer.is_there = true;
  peer.came = now_;
  if (peer.plan->is_seed) return;
  deliver_to(index,
             core::Input(ct::Input(ct::StartFetch{.content = content_.id(),
                                                  .size_claim = config_.size_bytes,
                                                  .sources = some_sources(index),
                                                  .resumed_size = std::nullopt})));
}

void Swarm::Impl::depart(PeerIndex index) {
  Peer& peer = peers_[index];
  peer.is_there = false;
  for (LinkEnd& end : peer.links) {
    if (!end.is_open) continue;
    end.is_open = false;
    pipes_.cut(end.in);
    pipes_.cut(end.out);
    queue_.push(now_ + config_.latency, {.kind = Event::Kind::down, .a = end.out});
  }
}

void Swarm::Impl::on_done(PeerIndex index) {
  Peer& peer = peers_[index];
  if (peer.plan->is_seed || peer.result.took) return;
  peer.result.took = now_ - peer.came;
  --unfinished_;
  if (peer.plan->leaves) queue_.push(now_, {.kind = Event::Kind::depart, .a = index});
}

ct::Source Swarm::Impl::source_of(PeerIndex index) const {
  return {.key = peers_[index].key,
          .endpoints = {endpoint_of(index)},
          .size_claim = config_.size_bytes};
}

// Whoever is there and has, or fetches, the content: seeds first, as a flood finds them at once.
std::vector<ct::Source> Swarm::Impl::some_sources(PeerIndex of) {
  std::vector<ct::Source> sources;
  std::vector<PeerIndex> others;
  for (PeerIndex i = 0; i < peers_.size(); ++i) {
    if (i == of || !peers_[i].is_there) continue;
    if (peers_[i].plan->is_seed) {
      sources.push_back(source_of(i));
    } else {
      others.push_back(i);
    }
  }
  for (std::size_t left = others.size(); left > 0 && sources.size() < config_.known_peers; --left) {
    std::swap(others[left - 1], others[rng_.below(left)]);
    sources.push_back(source_of(others[left - 1]));
  }
  return sources;
}

void Swarm::Impl::on_opening(PeerIndex index, const ct::Open& open) {
  ct::Opened opened{.link = open.link, .found = std::nullopt};
  if (open.info_hash == InfoHash::from(content_.id().view().first(InfoHash::kSize))) {
    opened.found = ct::Opening{
        .content = content_.id(), .size = config_.size_bytes, .have = peers_[index].have};
  }
  say(index, std::move(opened));
}

Swarm::Swarm(const SwarmConfig& config) : impl_(std::make_unique<Impl>(config)) {}
Swarm::~Swarm() = default;

SwarmResult Swarm::run(const std::function<bool()>& go_on) {
  return impl_->run(go_on);
}

}  // namespace freshet::sim::swarm
