// What one input works with: the engine's state, the input's time and its effects, by reference.
// Lives on the stack of Engine::handle() and is passed down; nobody keeps it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/core/transfer/choker.h"
#include "node/core/transfer/config.h"
#include "node/core/transfer/content.h"
#include "node/core/transfer/counters.h"
#include "node/core/transfer/io.h"
#include "node/core/transfer/session.h"
#include "node/core/transfer/token_bucket.h"

namespace freshet::core::transfer {

struct PendingDial {
  ContentId content;
  NodeKey key;
  Way way = Way::direct;
};

/// What the user limits. rates.h has the rules.
struct Rates {
  TokenBucket up;
  TokenBucket down;
  bool polite = false;      ///< every fetch is
  bool up_waits = false;    ///< some link's blocks wait for tokens
  bool down_waits = false;  ///< some fetch does
  std::size_t turns = 0;    ///< whose turn it is when they come
};

struct State {
  std::map<LinkId, std::unique_ptr<Session>> sessions;
  std::map<ContentId, std::unique_ptr<Content>> contents;
  std::map<DialId, PendingDial> dials;
  std::uint32_t dials_made = 0;
  std::vector<Session*> touched;  ///< to be flushed when the input is done
  bool reap = false;              ///< sessions or contents may have to go
  TimePoint wake_at = TimePoint::max();
  std::unique_ptr<Rates> rates;           ///< no limits without it
  std::size_t asking_turns = 0;           ///< with limits: which link asks first
  std::unique_ptr<Choker> choker;         ///< made when there is somebody to choose from
  TimePoint choke_at = TimePoint::max();  ///< its next round
  std::size_t served = 0;                 ///< as many were chosen in this one
  TimePoint round_at{};                   ///< when this one began
  std::uint64_t round_bytes = 0;          ///< payload handed over in it
  std::uint64_t upload_rate = 0;          ///< bytes a second in the last one; 0: there was none
};

struct Turn {
  const Config& config;
  Counters& counters;
  const NodeKey& self;
  Rng& rng;
  State& state;
  TimePoint now;
  std::vector<Effect>& out;

  template <typename E>
  void push(E&& effect) {
    out.emplace_back(std::forward<E>(effect));
  }
  void wake_by(TimePoint time) { state.wake_at = std::min(state.wake_at, time); }

  /// The session will be flushed when the input is done.
  void touch(Session& session) {
    if (session.touched) return;
    session.touched = true;
    state.touched.push_back(&session);
  }
  template <typename M>
  void say(Session& session, const M& message) {
    session.uplink.say(message);
    touch(session);
  }
  Content* find(const ContentId& id) {
    const auto at = state.contents.find(id);
    return at == state.contents.end() ? nullptr : at->second.get();
  }
  Session* find(LinkId link) {
    const auto at = state.sessions.find(link);
    return at == state.sessions.end() || at->second->closing ? nullptr : at->second.get();
  }
};

}  // namespace freshet::core::transfer
