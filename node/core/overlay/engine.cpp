#include "node/core/overlay/engine.h"

#include <algorithm>
#include <utility>

#include "node/base/digest.h"
#include "node/base/overloaded.h"
#include "node/core/overlay/block_lists.h"
#include "node/core/overlay/browsing.h"
#include "node/core/overlay/dial_back.h"
#include "node/core/overlay/frame_kinds.h"
#include "node/core/overlay/pushing.h"
#include "node/core/overlay/sending.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {
namespace {

/// After such a silence a neighbour may say a few things again before anyone counts.
constexpr Duration kPause = std::chrono::seconds(1);
constexpr std::uint8_t kFewFrames = 31;

// Whether the tree loses a branch with that link: the peer has no other one to this node.
bool ends_branch(LinkTable& links, LinkId id) {
  const Link* link = links.find(id);
  return link != nullptr && link->state != LinkState::greeting && !link->is_lazy
         && links.find_peer(links.peer_of(*link).key, id) == nullptr;
}

}  // namespace

Engine::Engine(const Config& config, Counters& counters, const NodeKey& self, const Rng& rng)
    : config_(config),
      counters_(counters),
      rng_(rng),
      self_(self) {}

Turn Engine::turn(TimePoint now, EffectBuffer& out) {
  return {.config = config_,
          .counters = counters_,
          .self = self_,
          .rng = rng_,
          .links = links_,
          .now = now,
          .out = out,
          .guard = guard_};
}

void Engine::handle(const Input& input, TimePoint now, EffectBuffer& out, Upcalls& up) {
  Turn turn = this->turn(now, out);
  if (const auto* received = std::get_if<Received>(&input)) {  // nearly always
    on_received(turn, *received, up);
    wake_by(router_.next());
    return;
  }
  if (const auto* writable = std::get_if<Writable>(&input)) {
    Link* link = links_.find(writable->link);
    if (link == nullptr) return;
    if (writable->room_bytes > link->room_bytes)
      membership_.on_drained(writable->room_bytes - link->room_bytes);
    link->room_bytes = writable->room_bytes;
    drain_outbox(turn, *link);
    return;
  }
  std::visit(
      Overloaded{
          [](const Received&) {},
          [](const Writable&) {},
          [&](const LinkUp& it) { membership_.on_link_up(turn, it); },
          [&](const LinkDown& it) {
            const bool was_branch = ends_branch(links_, it.link);
            membership_.on_link_down(turn, it.link);
            router_.forget(turn, it.link, was_branch);
            if (guard_ && guard_->browsing() != nullptr)
              guard_->browsing()->on_link_down(turn, it.link);
            if (guard_) guard_->forget(it.link);
          },
          [&](const DialFailed& it) { membership_.need_dials().on_dial_failed(turn, it.dial); },
          [&](const AddPeer& it) { membership_.need_dials().add_peer(it.peer, it.keep, now); },
          [&](const HostSeen& it) {
            membership_.need_dials().learn(turn, it.key, it.address, now);
          },
          [&](const HostRemembered& it) {
            membership_.need_dials().learn(turn, it.key, it.address, TimePoint{});
          },
          [&](const SetWords& it) { router_.set_words(turn, it.hashes); },
          [&](const Block& it) { block(turn, it); },
          [&](const Unblock& it) {
            if (guard_) guard_->bans().unblock(it.key);
          },
          [&](const Woke& it) {
            wake_at_ = std::max(wake_at_, now);  // what is late is late for that reason
            membership_.on_woken(turn, it.slept);
          },
          [&](const AskDialBack&) { turn.need_guard().dial_backs().ask(turn); },
          [&](const DialledBack& it) {
            turn.need_guard().dial_backs().on_dialled(turn, it.link, it.reached);
          },
          [&](const CallNeighbour& it) { send_call(turn, it); },
          [&](const ObeyModerator& it) { obey(turn, it.moderator); },
          [&](const SetBlockList& it) {
            if (BlockLists* lists = block_lists()) lists->set(turn, it);
          },
          [&](const BlockListForged& it) {
            ++counters_.block_lists_forged;
            if (Link* link = links_.find(it.link)) offend(turn, *link);
          },
          [&](const AskBrowse& it) { turn.need_guard().need_browsing().ask(turn, it); },
          [&](const ForgetBrowse& it) { turn.need_guard().need_browsing().forget(it.ask); },
          [&](const AnswerBrowse& it) { turn.need_guard().need_browsing().answer(turn, it); },
          [&](const ShutDown&) { membership_.on_shut_down(turn); },
      },
      input);
  run_timers(turn);  // links came or went: what is due next may have changed
}

void Engine::on_deadline(TimePoint now, EffectBuffer& out) {
  if (now < wake_at_) return;
  Turn turn = this->turn(now, out);
  run_timers(turn);
}

void Engine::run_timers(Turn& turn) {
  const Duration late = turn.now > wake_at_ ? turn.now - wake_at_ : Duration{};
  wake_at_ = TimePoint::max();
  router_.run(turn);
  wake_by(router_.next());
  if (const auto at = membership_.run(turn, late)) wake_by(*at);
}

void Engine::wake_by(TimePoint time) {
  wake_at_ = std::min(wake_at_, time);
}

void Engine::on_received(Turn& turn, const Received& received, Upcalls& up) {
  Link* link = links_.find(received.link);
  if (link == nullptr || link->state == LinkState::closing) return;
  if (turn.now - link->heard >= kPause) link->talk = 0;
  link->heard = turn.now;
  ByteView bytes = received.bytes;
  if (!link->extra || link->extra->cut_frame.empty()) {
    FramesAhead ahead(bytes);
    Frame frame{};
    while (take_whole_frame(bytes, frame)) {
      if (!bytes.empty()) ahead.lead(bytes, [&](const Guid& guid) { router_.prefetch(guid); });
      on_frame(turn, *link, frame, up);
      if (link->state == LinkState::closing) return;
    }
    if (bytes.empty()) return;  // nearly always
  }
  on_cut_bytes(turn, *link, bytes, up);
}

// A frame of which a part came earlier, or of which a part is still to come.
void Engine::on_cut_bytes(Turn& turn, Link& link, ByteView bytes, Upcalls& up) {
  const bool has_kept = link.extra && !link.extra->cut_frame.empty();
  Bytes kept = has_kept ? std::exchange(link.extra->cut_frame, {}) : Bytes();
  FrameReader reader(kept, bytes);
  while (const auto* frame = reader.next()) {
    on_frame(turn, link, *frame, up);
    if (link.state == LinkState::closing) break;
  }
  if (has_kept)
    turn.out.keep(reader.take_used());  // relays borrow the body until they are performed
  if (link.state == LinkState::closing) return;
  if (reader.oversized()) {
    ++counters_.frames_oversized;
    Membership::close(turn, membership_.dials(), link, CloseReason::malformed);
    return;
  }
  if (!kept.empty()) {
    link.need_extra().cut_frame = std::move(kept);
  } else if (has_kept) {
    link.trim_extra();
  }
}

void Engine::on_frame(Turn& turn, Link& link, const Frame& frame, Upcalls& up) {
  ++counters_.frames_in;
  const wire::FrameHeader& header = frame.header;
  if (header.type == wire::FrameType::query && link.state == LinkState::up
      && header.body_bytes <= wire::kMaxQueryBodyBytes) {  // nearly always
    on_routed_frame(turn, link, frame, up);
    return;
  }
  if (header.body_bytes > max_body_bytes(header.type)) {
    ++counters_.frames_oversized;
    Membership::close(turn, membership_.dials(), link, CloseReason::malformed);
    return;
  }
  const bool may_greet = header.type == wire::FrameType::hello
                         || header.type == wire::FrameType::bye;  // a full node says no at once
  if (link.state == LinkState::greeting && !may_greet) {
    ++counters_.frames_unexpected;
    Membership::close(turn, membership_.dials(), link, CloseReason::malformed);
    return;
  }
  if (is_rated(header.type) && is_over_rate(turn, link, header.type)) return;
  if (is_block_list_frame(header.type)) {
    on_block_list(turn, link, frame);
    return;
  }
  if (is_link_frame(header.type)) {
    if (!on_link_frame(turn, link, frame)) {
      ++counters_.frames_malformed;
      offend(turn, link);
    }
    return;
  }
  on_routed_frame(turn, link, frame, up);
}

bool Engine::on_link_frame(Turn& turn, Link& link, const Frame& frame) {
  switch (frame.header.type) {
    case wire::FrameType::hello: {
      if (link.state == LinkState::up) {
        ++counters_.frames_unexpected;
        offend(turn, link);
        return true;
      }
      const bool greeted = membership_.on_hello(turn, link, frame.body);
      if (greeted) {
        const BlockLists* lists = block_lists();
        if (lists != nullptr && link.state == LinkState::up) lists->on_link(turn, link);
        run_timers(turn);
      } else {
        ++counters_.frames_malformed;
        Membership::close(turn, membership_.dials(), link, CloseReason::malformed);
      }
      return true;
    }
    case wire::FrameType::ping:
      membership_.on_ping(turn, link, frame.header);
      return router_.on_announced(turn, link, frame.body);
    case wire::FrameType::pong: {
      const bool well_formed = membership_.on_pong(turn, link, frame.body);
      if (membership_.dials() != nullptr)
        run_timers(turn);  // it may have named hosts worth dialling
      return well_formed && router_.on_announced(turn, link, frame.body);
    }
    case wire::FrameType::dial_back:
      return turn.need_guard().dial_backs().on_request(turn, link, frame.body);
    case wire::FrameType::dial_back_answer:
      return turn.need_guard().dial_backs().on_answer(turn, link, frame.body);
    case wire::FrameType::browse:
      return turn.need_guard().need_browsing().on_request(turn, link, frame);
    case wire::FrameType::browse_page:
      return turn.need_guard().need_browsing().on_page(turn, link, frame);
    default: {
      const bool well_formed = membership_.on_bye(turn, link, frame.body);
      run_timers(turn);
      return well_formed || link.state == LinkState::closing;
    }
  }
}

void Engine::on_routed_frame(Turn& turn, Link& link, const Frame& frame, Upcalls& up) {
  const wire::FrameHeader& header = frame.header;
  const bool is_of_query =
      header.type == wire::FrameType::query || header.type == wire::FrameType::query_hit;
  if (!is_of_query && !is_strategy_frame(header.type) && !is_member_frame(header.type)
      && !is_path_frame(header.type)) {
    ++counters_.frames_unknown_type;  // not forwarded; a newer peer may send them in good faith
    return;
  }
  if (header.ttl != 0 && header.ttl + header.hops <= config_.max_ttl) {
    route(turn, link, frame, up);
    return;
  }
  ++counters_.frames_bad_ttl;
  offend(turn, link);
  if (header.ttl == 0 || header.hops >= config_.max_ttl || link.state == LinkState::closing) return;
  Frame clamped = frame;
  clamped.header.ttl = static_cast<std::uint8_t>(config_.max_ttl - header.hops);
  route(turn, link, clamped, up);
}

void Engine::route(Turn& turn, Link& link, const Frame& frame, Upcalls& up) {
  if (frame.header.type == wire::FrameType::query) {
    router_.on_query(turn, link, frame.header, frame.body, up);
  } else if (frame.header.type == wire::FrameType::query_hit) {
    if (!router_.on_hit(turn, link, frame.header, frame.body, up)
        && !turn.need_guard().allows(link.id, Rated::stray, turn.now)) {
      ++counters_.frames_over_rate;
      offend(turn, link, kExcess);
    }
  } else {
    route_rare(turn, link, frame, up);
  }
}

void Engine::on_member_frame(Turn& turn, Link& link, const Frame& frame) {
  if (!membership_.on_member_frame(turn, link, frame)) {
    ++counters_.frames_malformed;
    offend(turn, link);
  }
  run_timers(turn);  // it may have named hosts worth dialling
}

void Engine::route_rare(Turn& turn, Link& link, const Frame& frame, Upcalls& up) {
  bool well_formed = false;
  if (is_member_frame(frame.header.type)) {
    on_member_frame(turn, link, frame);
    return;
  }
  if (frame.header.type == wire::FrameType::push) {
    well_formed = on_push(turn, link, frame, up);
  } else if (frame.header.type == wire::FrameType::relay_call) {
    well_formed = on_call(turn, link, frame);
  } else {
    well_formed = router_.on_strategy_frame(turn, link, frame);
  }
  if (well_formed) return;
  ++counters_.frames_malformed;
  offend(turn, link);
}

// Nearly every neighbour says so little that no bucket is needed for it.
bool Engine::is_over_rate(Turn& turn, Link& link, wire::FrameType type) {
  if (link.talk < kFewFrames) {
    ++link.talk;
    return false;
  }
  if (turn.need_guard().allows(link.id, kind_of(type), turn.now)) return false;
  ++counters_.frames_over_rate;
  offend(turn, link, kExcess);
  return true;
}

void Engine::offend(Turn& turn, Link& link, std::uint32_t weight) {
  if (link.state == LinkState::closing) return;
  const NodeKey key = links_.peer_of(link).key;
  Guard& guard = turn.need_guard();
  if (!guard.penalties().add(config_, key, weight, turn.now)) return;
  ++counters_.links_offended;
  ++counters_.bans;
  const TimePoint until = guard.bans().punish(config_, key, turn.now);
  turn.out.push(Effect(Banned{.key = key, .length = until - turn.now}));
  Membership::close(turn, membership_.dials(), link, CloseReason::offence);
}

void Engine::block(Turn& turn, const Block& block) {
  turn.need_guard().bans().add(config_, block.key, block.length, turn.now);
  for (Link& link : links_.all()) {
    if (link.state == LinkState::closing || links_.peer_of(link).key != block.key) continue;
    ++counters_.links_banned;
    Membership::close(turn, membership_.dials(), link, CloseReason::offence);
  }
}

void Engine::on_block_list(Turn& turn, Link& link, const Frame& frame) {
  BlockLists* lists = block_lists();
  if (lists == nullptr) {
    ++counters_.block_lists_ignored;
  } else if (!lists->on_frame(turn, link, frame)) {
    ++counters_.frames_malformed;
    offend(turn, link);
  }
}

void Engine::obey(Turn& turn, const std::optional<NodeKey>& moderator) {
  if (!moderator) {
    if (guard_) guard_->use(nullptr);
    return;
  }
  const BlockLists* known = block_lists();
  if (known != nullptr && known->moderator() == *moderator) return;
  turn.need_guard().use(std::make_unique<BlockLists>(*moderator));
  for (Link& link : links_.all()) {
    if (link.state == LinkState::up) block_lists()->on_link(turn, link);
  }
}

Guid Engine::search(const SearchPlan& plan,
                    const std::optional<Guid>& given,
                    ByteView body,
                    TimePoint now,
                    EffectBuffer& out) {
  Turn turn = this->turn(now, out);
  const Guid guid = given ? *given : rng_.guid();
  SearchPlan allowed = plan;
  allowed.ttl = std::min(plan.ttl, config_.max_ttl);
  router_.originate(turn, guid, allowed, body);
  wake_by(router_.next());
  return guid;
}

bool Engine::answer(const Guid& guid, Bytes body, TimePoint now, EffectBuffer& out) {
  Turn turn = this->turn(now, out);
  return router_.answer(turn, guid, std::move(body));
}

bool Engine::push(const wire::Push& push, TimePoint now, EffectBuffer& out) {
  Turn turn = this->turn(now, out);
  return send_push(turn, push);
}

std::span<const CachedHost> Engine::cached_hosts() const {
  const DialPlan* dials = membership_.dials();
  return dials == nullptr ? std::span<const CachedHost>() : dials->cache().all();
}

std::size_t Engine::lost_peers() const {
  const DialPlan* dials = membership_.dials();
  return dials == nullptr ? 0 : dials->lost().size();
}

std::uint64_t Engine::digest() const {
  Digest digest;
  digest.add(links_.digest());
  digest.add(router_.digest());
  if (membership_.dials() != nullptr || membership_.view() != nullptr)
    digest.add(membership_.digest());
  if (guard_) digest.add(guard_->digest());
  digest.add(static_cast<std::uint64_t>(wake_at_.time_since_epoch().count()));
  Rng rng = rng_;
  digest.add(rng.next_u64());
  return digest.value();
}

}  // namespace freshet::core::overlay
