// The inside of a swarm: its peers, and what each node's effects come to. swarm.cpp is time and
// storage, swarm_links.cpp connections.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "node/core/deliver.h"
#include "node/sim/swarm/sham_content.h"
#include "node/sim/swarm/swarm.h"
#include "node/wire/bt/piece_set.h"
#include "node/wire/bt/stream_splitter.h"

namespace freshet::sim::swarm {

class Swarm::Impl {
 public:
  explicit Impl(const SwarmConfig& config);
  SwarmResult run(const std::function<bool()>& go_on);

 private:
  /// One end of a connection.
  struct LinkEnd {
    PipeIndex out = 0;
    PipeIndex in = 0;
    bool is_open = false;
  };
  struct Peer {
    const PeerPlan* plan = nullptr;
    NodeKey key;
    std::unique_ptr<core::Node> node;
    TimePoint armed_at = TimePoint::max();
    wire::bt::PieceSet have;
    std::vector<LinkEnd> links;  ///< by LinkId - 1
    bool is_there = false;
    TimePoint came{};
    PeerResult result;
  };
  struct Dial {
    PeerIndex from = 0;
    DialId id;
    PeerIndex to = 0;
  };
  /// Of a pipe, beside what the network knows.
  struct Flow {
    LinkId to_link;  ///< at the receiver
    LinkId from_link;
    wire::bt::StreamSplitter splitter;
  };
  /// An answer: it follows when deliver() returns.
  struct Soon {
    PeerIndex peer = 0;
    core::transfer::Input input;
  };
  class World;
  struct Performer;

  void on_event(const Event& event);
  void deliver_to(PeerIndex peer, const core::Input& input);
  void say(PeerIndex peer, core::transfer::Input input) {
    soon_.push_back({.peer = peer, .input = std::move(input)});
  }
  void give_all();

  void arrive(PeerIndex peer);
  void depart(PeerIndex peer);
  void on_done(PeerIndex peer);
  void adopt_pacing(const Peer& peer);
  [[nodiscard]] core::transfer::Source source_of(PeerIndex peer) const;
  std::vector<core::transfer::Source> some_sources(PeerIndex of);
  void on_opening(PeerIndex peer, const core::transfer::Open& open);

  // ---- swarm_links.cpp
  void dial(PeerIndex from, const core::transfer::Dial& dial);
  void connect(const Dial& dial);
  LinkEnd* find(PeerIndex peer, LinkId link);
  void send(PeerIndex peer, LinkId link, Item item);
  void close(PeerIndex peer, LinkId link);
  void receive(PipeIndex pipe, Item& item);
  void receive_control(PipeIndex pipe, const Bytes& bytes);
  void end_link(PeerIndex peer, LinkId link);

  SwarmConfig config_;
  Queue queue_;
  ShamContent content_;
  Pipes pipes_;
  Rng rng_;
  core::Counters counters_;
  core::EffectBuffer scratch_;
  std::vector<Peer> peers_;
  std::vector<Dial> dials_;
  std::deque<Flow> flows_;  ///< by PipeIndex
  std::deque<Soon> soon_;
  TimePoint now_{};
  std::size_t unfinished_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace freshet::sim::swarm
