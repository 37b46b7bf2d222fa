#include "node/sim/checkers.h"

#include <algorithm>

namespace freshet::sim {
namespace {

// What strategies tell a neighbour says how far the query is that it speaks of; nobody passes it
// on as it is.
bool is_ruled(wire::FrameType type) {
  switch (type) {
    case wire::FrameType::query:
    case wire::FrameType::query_hit:
    case wire::FrameType::hello:
    case wire::FrameType::ping:
    case wire::FrameType::pong:
    case wire::FrameType::bye:
      return true;
    default:
      return false;
  }
}

}  // namespace

void Checkers::check_sent(const Outgoing& sent, const Incoming& incoming) {
  if (sent.is_onward) {
    const bool goes_back = std::any_of(
        sent.links.begin(), sent.links.end(), [&](LinkId link) { return link == incoming.link; });
    if (goes_back) fail(sent.node, sent.at, "sends a frame back to where it came from");
    if (sent.header.ttl + 1 != incoming.ttl || sent.header.hops != incoming.hops + 1)
      fail(sent.node, sent.at, "does not take one of the TTL and add one to the hops");
  } else if (!sent.may_be_old && !sent.is_kept && is_ruled(sent.header.type)
             && sent.header.hops != 0) {
    fail(sent.node, sent.at, "sends a frame of its own that claims to have travelled");
  }
}

void Checkers::check_hit(const Outgoing& sent, std::optional<LinkId> route) {
  if (!route || sent.links.size() != 1 || sent.links.front() != *route)
    fail(sent.node, sent.at, "sends a hit elsewhere than where its query came from");
}

void Checkers::check_table(NodeIndex node,
                           TimePoint at,
                           std::size_t remembered,
                           std::size_t limit) {
  if (remembered > limit) fail(node, at, "remembers more GUIDs than it may");
}

void Checkers::fail(NodeIndex node, TimePoint at, std::string_view what) {
  if (failure_) return;
  failure_ = "node " + std::to_string(node) + " " + std::string(what) + " at "
             + std::to_string(at.time_since_epoch().count()) + " ns; seed " + std::to_string(seed_)
             + "; to see it again: " + reproduce_;
}

}  // namespace freshet::sim
