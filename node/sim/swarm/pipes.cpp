#include "node/sim/swarm/pipes.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "node/base/check.h"

namespace freshet::sim::swarm {
namespace {

// A window beyond the delay: two blocks, so that the sender's next is there when one was received.
constexpr std::uint32_t kSlackBytes = 2 * wire::bt::kBlockBytes;
constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr std::uint64_t kWidestWindow = std::uint64_t{16} << 20U;

Duration time_for(std::uint64_t bytes, std::uint64_t rate) {
  return rate == 0 ? Duration{} : Duration{static_cast<std::int64_t>(bytes * kNanoseconds / rate)};
}

}  // namespace

std::uint32_t Pipes::window_between(const Rates& from, const Rates& to) const {
  std::uint64_t rate = std::numeric_limits<std::uint64_t>::max();
  if (from.up > 0) rate = from.up;
  if (to.down > 0) rate = std::min(rate, to.down);
  const auto round_trip_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(2 * latency_).count());
  rate = std::min(rate, kWidestWindow * 1'000'000 / std::max<std::uint64_t>(round_trip_us, 1));
  return kSlackBytes + static_cast<std::uint32_t>(rate * round_trip_us / 1'000'000);
}

PipeIndex Pipes::open(PeerIndex from, PeerIndex to) {
  Pipe& pipe = pipes_.emplace_back();
  pipe.from = from;
  pipe.to = to;
  pipe.window = window_between(peers_[from].rates, peers_[to].rates);
  pipe.known_free = buffer_;
  return static_cast<PipeIndex>(pipes_.size() - 1);
}

void Pipes::cut(PipeIndex index) {
  Pipe& pipe = pipes_[index];
  pipe.is_cut = true;
  pipe.waiting.clear();
  pipe.waiting_bytes = 0;
}

void Pipes::push(PipeIndex index, Item item, TimePoint now) {
  Pipe& pipe = pipes_[index];
  if (pipe.is_cut) return;
  const std::uint32_t bytes = item.size();
  FRESHET_CHECK(item.is_end || bytes <= pipe.known_free);
  pipe.known_free -= std::min(bytes, pipe.known_free);
  pipe.waiting_bytes += bytes;
  const bool joins = !item.block && !item.is_end && !pipe.waiting.empty()
                     && !pipe.waiting.back().block && !pipe.waiting.back().is_end;
  if (joins) {
    Bytes& last = pipe.waiting.back().control;
    last.insert(last.end(), item.control.begin(), item.control.end());
    return;
  }
  pipe.waiting.push_back(std::move(item));
  if (!pipe.is_queued) take_turn(index, now);
  if (!peers_[pipe.from].is_sending) send_next(pipe.from, now);
}

void Pipes::take_turn(PipeIndex index, TimePoint now) {
  Pipe& pipe = pipes_[index];
  if (pipe.waiting.empty()) return;
  const Item& head = pipe.waiting.front();
  if (pipe.unacked > 0 && pipe.unacked + head.size() > pipe.window) return;
  pipe.is_queued = true;
  if (head.block && pipe.pace > 0 && now < pipe.next_block) {
    queue_.push(pipe.next_block, {.kind = Event::Kind::paced, .a = index});
    return;
  }
  Peer& peer = peers_[pipe.from];
  (head.block ? peer.bulk : peer.sparse).push_back(index);
}

void Pipes::send_next(PeerIndex from, TimePoint now) {
  Peer& peer = peers_[from];
  while (!peer.sparse.empty() || !peer.bulk.empty()) {
    auto& line = peer.sparse.empty() ? peer.bulk : peer.sparse;
    const PipeIndex index = line.front();
    line.pop_front();
    Pipe& pipe = pipes_[index];
    pipe.is_queued = false;
    if (pipe.is_cut || pipe.waiting.empty()) continue;
    Item item = std::move(pipe.waiting.front());
    pipe.waiting.pop_front();
    const std::uint32_t bytes = item.size();
    pipe.waiting_bytes -= bytes;
    pipe.unacked += bytes;
    if (item.block && pipe.pace > 0)
      pipe.next_block = std::max(now, pipe.next_block) + time_for(bytes, pipe.pace);
    const Duration takes = time_for(bytes, peer.rates.up);
    pipe.travelling.push_back(std::move(item));
    peer.is_sending = true;
    peer.busy += takes;
    queue_.push(now + takes, {.kind = Event::Kind::sent, .a = from});
    queue_.push(now + takes + latency_, {.kind = Event::Kind::landed, .a = index});
    take_turn(index, now);
    tell_room(index);
    return;
  }
}

std::uint32_t Pipes::free_room(const Pipe& pipe) const {
  return buffer_ - std::min(buffer_, pipe.waiting_bytes);
}

// As the daemon's host does: when half the buffer came free since the core last heard, or when the
// core had too little left for a block.
void Pipes::tell_room(PipeIndex index) {
  Pipe& pipe = pipes_[index];
  const std::uint32_t free = free_room(pipe);
  const bool is_short = pipe.known_free < wire::bt::kBlockBytes + wire::bt::kPieceHeaderBytes;
  if (pipe.is_cut || free <= pipe.known_free) return;
  if (free - pipe.known_free < buffer_ / 2 && !is_short) return;
  handler_.drain(index);
}

std::uint32_t Pipes::grant_room(PipeIndex index) {
  return pipes_[index].known_free = free_room(pipes_[index]);
}

void Pipes::receive_next(PeerIndex to, TimePoint now) {
  Peer& peer = peers_[to];
  if (peer.is_receiving || peer.arrived.empty()) return;
  const std::uint32_t bytes = pipes_[peer.arrived.front()].landed.front().size();
  peer.is_receiving = true;
  queue_.push(now + time_for(bytes, peer.rates.down), {.kind = Event::Kind::received, .a = to});
}

void Pipes::on_event(const Event& event, TimePoint now) {
  switch (event.kind) {
    case Event::Kind::sent:
      peers_[event.a].is_sending = false;
      send_next(event.a, now);
      break;
    case Event::Kind::landed: {
      Pipe& pipe = pipes_[event.a];
      pipe.landed.push_back(std::move(pipe.travelling.front()));
      pipe.travelling.pop_front();
      peers_[pipe.to].arrived.push_back(event.a);
      receive_next(pipe.to, now);
      break;
    }
    case Event::Kind::received: {
      Peer& peer = peers_[event.a];
      const PipeIndex index = peer.arrived.front();
      peer.arrived.pop_front();
      peer.is_receiving = false;
      Item item = std::move(pipes_[index].landed.front());
      pipes_[index].landed.pop_front();
      queue_.push(now + latency_, {.kind = Event::Kind::acked, .a = index, .b = item.size()});
      receive_next(event.a, now);
      if (!pipes_[index].is_cut) handler_.receive(index, item);
      break;
    }
    case Event::Kind::acked: {
      Pipe& pipe = pipes_[event.a];
      pipe.unacked -= event.b;
      if (!pipe.is_queued) take_turn(event.a, now);
      if (!peers_[pipe.from].is_sending) send_next(pipe.from, now);
      break;
    }
    case Event::Kind::paced:
      pipes_[event.a].is_queued = false;
      take_turn(event.a, now);
      if (!peers_[pipes_[event.a].from].is_sending) send_next(pipes_[event.a].from, now);
      break;
    default:
      FRESHET_CHECK(false);
  }
}

}  // namespace freshet::sim::swarm
