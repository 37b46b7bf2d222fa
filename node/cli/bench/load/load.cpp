#include "node/cli/bench/load/load.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <stdexcept>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

namespace freshet::bench {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kProbeEvery{20};
constexpr int kProbes = 500;
constexpr milliseconds kStill{300};
constexpr milliseconds kStuck{10000};

}  // namespace

struct Load::Peer {
  std::unique_ptr<Format> format;
  std::unique_ptr<Connection> connection;
  Bytes cut;  // a message of which a part has come
  Bytes answer;
  std::uint64_t received = 0;
  bool is_stalled = false;
};

Load::Load(asio::io_context& io,
           Connector& source,
           Connector& sink,
           const MakeFormat& make_format,
           std::size_t sinks)
    : io_(io) {
  for (std::size_t i = 0; i < sinks; ++i) sinks_.push_back(connect(sink, make_format, Role::sink));
  source_ = connect(source, make_format, Role::source);
  prime();
}

Load::~Load() = default;

std::unique_ptr<Load::Peer> Load::connect(Connector& connector,
                                          const MakeFormat& make_format,
                                          Role role) {
  auto peer = std::make_unique<Peer>();
  peer->format = make_format();
  peer->connection = connector.connect();
  peer->connection->on_heard([this, raw = peer.get()](ByteView bytes) { hear(*raw, bytes); });
  Bytes opening;
  peer->format->open(role, opening);
  peer->connection->send(opening);
  return peer;
}

void Load::hear(Peer& peer, ByteView bytes) {
  ByteView rest = bytes;
  if (!peer.cut.empty()) {
    peer.cut.insert(peer.cut.end(), bytes.begin(), bytes.end());
    rest = peer.cut;
  }
  peer.received += peer.format->take(rest, peer.answer);
  peer.cut = Bytes(rest.begin(), rest.end());
  if (!peer.answer.empty()) {
    peer.connection->send(peer.answer);
    peer.answer.clear();
  }
  if (window_ == 0 || refill_posted_) return;
  refill_posted_ = true;
  asio::post(io_, [this] {
    refill_posted_ = false;
    refill();
  });
}

// A subscription takes a while to be known where the source is: what comes before is lost.
void Load::prime() {
  io_.run_for(kStill);  // both sides have said what they say first
  const auto reached = [](const auto& sink) {
    return sink->received > 0;
  };
  for (int i = 0; !std::all_of(sinks_.begin(), sinks_.end(), reached); ++i) {
    if (i == kProbes) throw std::runtime_error("what the source sends does not reach every sink");
    batch_.clear();
    source_->format->put(batch_);
    source_->connection->send(batch_);
    io_.run_for(kProbeEvery);
  }
  io_.run_for(kStill);
  for (const auto& sink : sinks_) sink->received = 0;
}

std::uint64_t Load::slowest() const {
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& sink : sinks_) {
    if (!sink->is_stalled) least = std::min(least, sink->received);
  }
  return least;
}

void Load::refill() {
  const std::uint64_t until = std::min(slowest() + window_, goal_);
  if (sent_ >= until) return;
  batch_.clear();
  for (; sent_ < until; ++sent_) source_->format->put(batch_);
  source_->connection->send(batch_);
}

void Load::pass(std::uint64_t messages, std::uint64_t window) {
  goal_ += messages;
  window_ = window;
  refill();
  while (slowest() < goal_) {
    if (io_.run_one_for(kStuck) == 0)
      throw std::runtime_error("the relay does not pass messages on any more");
  }
  window_ = 0;
}

void Load::stall(std::size_t sink) {
  sinks_.at(sink)->is_stalled = true;
  sinks_.at(sink)->connection->set_reading(false);
}

void Load::resume(std::size_t sink) {
  sinks_.at(sink)->connection->set_reading(true);
}

void Load::run_for(milliseconds time) {
  io_.run_for(time);
}

std::uint64_t Load::received(std::size_t sink) const {
  return sinks_.at(sink)->received;
}

}  // namespace freshet::bench
