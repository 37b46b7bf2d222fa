// The network of a swarm: each node has an uplink and a downlink of finite rate, and whoever is
// connected is joined by two pipes, one a direction. A pipe keeps its order. Knows no message.
//
// Model: an uplink sends one item at a time (a block, or the control bytes that wait) and takes the
// pipes in turn, those with control bytes at their head first, as fair queueing with sparse flows
// does (RFC 8290). An item travels `latency`, then waits for the receiver's downlink, which is one
// queue. A pipe has a window, as TCP has: so many bytes may be sent and not received; a full window
// leaves the uplink to the others. Headers below the stream cost nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/sim/event_queue.h"
#include "node/wire/bt/messages.h"

namespace freshet::sim::swarm {

using PeerIndex = std::uint32_t;
using PipeIndex = std::uint32_t;

/// What happens in a swarm, for sim::EventQueue.
struct Event {
  enum class Kind : std::uint32_t {
    sent,      ///< a: the peer whose uplink is free
    landed,    ///< a: the pipe, whose first travelling item is there
    received,  ///< a: the peer whose downlink is free
    acked,     ///< a: the pipe, b: bytes of its window
    paced,     ///< a: the pipe that may send its next block
    timer,     ///< a: the peer
    arrive,    ///< a: the peer
    depart,    ///< a: the peer
    dialled,   ///< a: number of the dial
    down,      ///< a: the pipe whose receiver learns that it is over
  };
  std::uint32_t offset = 0;  ///< the queue's own
  Kind kind = Kind::timer;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};
using Queue = EventQueue<Event>;

/// One part of a stream.
struct Item {
  Bytes control;
  std::optional<wire::bt::BlockRange> block;
  bool is_end = false;  ///< nothing follows

  [[nodiscard]] std::uint32_t size() const {
    if (block) return static_cast<std::uint32_t>(wire::bt::kPieceHeaderBytes) + block->length;
    return static_cast<std::uint32_t>(control.size());
  }
};

/// Rates in bytes a second; 0: without limit.
struct Rates {
  std::uint64_t up = 0;
  std::uint64_t down = 0;
};

class Pipes {
 public:
  /// What the owner does with what happens.
  struct Handler {
    std::function<void(PipeIndex, Item&)> receive;  ///< an item is there
    std::function<void(PipeIndex)> drain;           ///< its sender may hear of more room
  };
  /// `buffer_bytes`: what a host takes for one link before its core must wait.
  Pipes(Queue& queue, Duration latency, std::uint32_t buffer_bytes, Handler handler)
      : queue_(queue),
        latency_(latency),
        buffer_(buffer_bytes),
        handler_(std::move(handler)) {}

  void add_peer(const Rates& rates) { peers_.emplace_back().rates = rates; }
  PipeIndex open(PeerIndex from, PeerIndex to);
  /// What was not received by then never is.
  void cut(PipeIndex pipe);
  void push(PipeIndex pipe, Item item, TimePoint now);
  /// Its sender puts blocks into it no faster than this from now on: bytes a second, 0: without
  /// limit.
  void pace(PipeIndex pipe, std::uint64_t rate) { pipes_[pipe].pace = rate; }
  /// Of the kinds sent, landed, received, acked and paced.
  void on_event(const Event& event, TimePoint now);

  /// What the sender's core may send from now on: it is told so.
  std::uint32_t grant_room(PipeIndex pipe);

  [[nodiscard]] PeerIndex sender(PipeIndex pipe) const { return pipes_[pipe].from; }
  [[nodiscard]] PeerIndex receiver(PipeIndex pipe) const { return pipes_[pipe].to; }
  [[nodiscard]] bool is_cut(PipeIndex pipe) const { return pipes_[pipe].is_cut; }
  [[nodiscard]] Duration latency() const { return latency_; }
  [[nodiscard]] std::uint32_t buffer_bytes() const { return buffer_; }
  /// How long the peer's uplink was busy until now.
  [[nodiscard]] Duration busy_up(PeerIndex peer) const { return peers_[peer].busy; }

 private:
  struct Pipe {
    PeerIndex from = 0;
    PeerIndex to = 0;
    std::uint32_t window = 0;
    std::uint32_t unacked = 0;
    std::uint32_t waiting_bytes = 0;
    std::uint32_t known_free = 0;  ///< what the sender's core thinks that it may send
    std::uint64_t pace = 0;
    TimePoint next_block{};  ///< with a pace
    bool is_queued = false;  ///< has its turn at the uplink
    bool is_cut = false;
    std::deque<Item> waiting;
    std::deque<Item> travelling;
    std::deque<Item> landed;  ///< waits for the downlink
  };
  struct Peer {
    Rates rates;
    bool is_sending = false;
    bool is_receiving = false;
    Duration busy{};
    std::deque<PipeIndex> sparse;   ///< with control bytes at their head
    std::deque<PipeIndex> bulk;     ///< with a block
    std::deque<PipeIndex> arrived;  ///< a pipe for each landed item
  };

  void take_turn(PipeIndex index, TimePoint now);
  void send_next(PeerIndex peer, TimePoint now);
  void receive_next(PeerIndex peer, TimePoint now);
  [[nodiscard]] std::uint32_t free_room(const Pipe& pipe) const;
  void tell_room(PipeIndex index);
  [[nodiscard]] std::uint32_t window_between(const Rates& from, const Rates& to) const;

  Queue& queue_;
  Duration latency_;
  std::uint32_t buffer_;
  Handler handler_;
  std::vector<Peer> peers_;
  std::deque<Pipe> pipes_;
};

}  // namespace freshet::sim::swarm
