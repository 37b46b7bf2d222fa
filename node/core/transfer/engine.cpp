#include "node/core/transfer/engine.h"

#include <type_traits>

#include "node/base/digest.h"
#include "node/core/transfer/choking.h"
#include "node/core/transfer/debts.h"
#include "node/core/transfer/fetching.h"
#include "node/core/transfer/links.h"
#include "node/core/transfer/messages_in.h"
#include "node/core/transfer/rates.h"
#include "node/core/transfer/reading.h"
#include "node/core/transfer/requests.h"
#include "node/core/transfer/serving.h"
#include "node/core/transfer/sizing.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {
namespace {

void run_timers(Turn& turn) {
  State& state = turn.state;
  if (turn.now < state.wake_at) return;
  state.wake_at = TimePoint::max();
  for (auto& [link, session] : state.sessions) {
    if (!session->closing) run_link_timers(turn, *session);
    if (!session->closing && session->content != nullptr) run_debt_timers(turn, *session);
  }
  for (auto& [id, content] : state.contents) run_fetch_timers(turn, *content);
  run_choker(turn);
  run_rate_timers(turn);
}

// One input to who is concerned by it. What names an unknown link or content is late, and means
// nothing any longer.
struct InputDispatch {
  Turn& turn;

  void operator()(const LinkUp& in) const { on_link_up(turn, in); }
  void operator()(const LinkDown& in) const { on_link_down(turn, in.link); }
  void operator()(const DialFailed& in) const { on_dial_failed(turn, in.dial); }
  void operator()(const HandshakeArrived& in) const {
    with(in.link, [&](Session& session) { on_handshake(turn, session, in.bytes); });
  }
  void operator()(const MessageArrived& in) const {
    with(in.link, [&](Session& session) { on_message(turn, session, in.bytes); });
  }
  void operator()(const BlockArrived& in) const {
    with(in.link, [&](Session& session) { on_block(turn, session, in.block); });
  }
  void operator()(const StreamBroken& in) const {
    with(in.link, [&](Session& session) { close(turn, session, CloseReason::malformed); });
  }
  void operator()(const Writable& in) const {
    with(in.link, [&](Session& session) {
      session.uplink.set_room(in.room_bytes);
      turn.touch(session);
    });
  }
  void operator()(const ReadFailed& in) const {
    with(in.link, [&](Session& session) { on_read_failed(turn, session, in.block); });
  }
  void operator()(const Opened& in) const {
    with(in.link, [&](Session& session) { on_opened(turn, session, in.found); });
  }
  void operator()(const HashesRead& in) const {
    with(in.link, [&](Session& session) { on_hashes_read(turn, session, in); });
  }
  void operator()(const StorageReady& in) const {
    with(in.content, [&](Content& content) { on_storage_ready(turn, content, in.have); });
  }
  void operator()(const StorageFailed& in) const {
    with(in.content, [&](Content& content) {
      if (content.fetch) fail(turn, content, ErrorCode::io, in.message);
    });
  }
  void operator()(const Verified& in) const {
    with(in.content, [&](Content& content) { on_verified(turn, content, in); });
  }
  void operator()(const BlocksVerified& in) const {
    with(in.content, [&](Content& content) { on_blocks_verified(turn, content, in); });
  }
  void operator()(const BlockChecked& in) const {
    with(in.content, [&](Content& content) { on_block_checked(turn, content, in); });
  }
  void operator()(const StartFetch& in) const { on_start(turn, in); }
  void operator()(const AddSources& in) const { on_add_sources(turn, in); }
  void operator()(const Pushed& in) const { on_pushed(turn, in); }
  void operator()(const StopFetch& in) const { on_stop(turn, in.content); }
  void operator()(const SetRates& in) const { on_set_rates(turn, in); }
  void operator()(const SetFetchRate& in) const { on_set_fetch_rate(turn, in); }
  void operator()(const SetReadings& in) const { on_set_readings(turn, in); }
  void operator()(const DeadlinePassed& /*in*/) const { run_timers(turn); }

 private:
  template <typename Id, typename F>
  void with(const Id& id, F&& action) const {
    if (auto* found = turn.find(id)) action(*found);
  }
};

// Sessions that were closed, and contents that nobody fetches or is served from.
void reap(Turn& turn) {
  State& state = turn.state;
  if (!state.reap) return;
  state.reap = false;
  std::erase_if(state.sessions, [](const auto& entry) { return entry.second->closing; });
  std::erase_if(state.contents, [&](const auto& entry) {
    const Content& content = *entry.second;
    if (content.fetch || !content.sessions.empty()) return false;
    turn.push(Release{content.id});
    return true;
  });
}

std::uint64_t digest_of(const Session& session) {
  Digest digest;
  digest.add(session.link.value);
  digest.add(session.peer.view());
  digest.add(session.have.bitfield());
  digest.add(session.in_flight.size());
  digest.add((session.peer_choking ? 1U : 0U) | (session.am_choking ? 2U : 0U)
             | (session.am_interested ? 4U : 0U) | (session.peer_interested ? 8U : 0U)
             | (session.stalled ? 16U : 0U));
  digest.add(session.window.blocks());
  if (session.polite) digest.add(session.polite->blocks());
  digest.add(session.uplink.queued_blocks());
  digest.add(static_cast<std::uint64_t>(session.heard_at.time_since_epoch().count()));
  return digest.value();
}

std::uint64_t digest_of(const Content& content) {
  Digest digest;
  digest.add(content.id.view());
  digest.add(content.shape ? content.shape->size + 1 : 0);
  digest.add(content.have.bitfield());
  digest.add(content.sessions.size());
  if (content.fetch && content.fetch->picker) digest.add(content.fetch->picker->digest());
  return digest.value();
}

}  // namespace

class Engine::Impl {
 public:
  Impl(const Config& config, Counters& counters, const NodeKey& self, const Rng& rng)
      : config_(config),
        counters_(counters),
        self_(self),
        rng_(rng) {}

  void handle(const Input& input, TimePoint now, std::vector<Effect>& out) {
    Turn turn{.config = config_,
              .counters = counters_,
              .self = self_,
              .rng = rng_,
              .state = state_,
              .now = now,
              .out = out};
    std::visit(InputDispatch{turn}, input);
    refill(turn);
    flush(turn);
    refill(turn);  // flush may have closed a slow reader
    flush(turn);
    reap(turn);
  }
  [[nodiscard]] const State& state() const { return state_; }

 private:
  const Config& config_;
  Counters& counters_;
  NodeKey self_;
  Rng rng_;
  State state_;
};

Engine::Engine(const Config& config, Counters& counters, const NodeKey& self, const Rng& rng)
    : impl_(std::make_unique<Impl>(config, counters, self, rng)) {}

Engine::~Engine() = default;

void Engine::handle(const Input& input, TimePoint now, std::vector<Effect>& out) {
  impl_->handle(input, now, out);
}

std::optional<TimePoint> Engine::next_deadline() const {
  const TimePoint wake_at = impl_->state().wake_at;
  return wake_at == TimePoint::max() ? std::nullopt : std::optional(wake_at);
}

std::uint64_t Engine::digest() const {
  Digest digest;
  for (const auto& entry : impl_->state().sessions) digest.add(digest_of(*entry.second));
  for (const auto& entry : impl_->state().contents) digest.add(digest_of(*entry.second));
  digest.add(impl_->state().dials_made);
  return digest.value();
}

std::size_t Engine::link_count() const {
  return impl_->state().sessions.size();
}

}  // namespace freshet::core::transfer
