#include "node/bench/churn.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include "node/bench/draw.h"

namespace freshet::bench {
namespace {

std::vector<sim::NodeIndex> shuffled(sim::NodeIndex nodes, Rng rng) {
  std::vector<sim::NodeIndex> order(nodes);
  std::iota(order.begin(), order.end(), sim::NodeIndex{0});
  for (std::size_t i = nodes; i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

/// A node's sessions and absences until it crashes or the workload is over.
void add_sessions(std::vector<ChurnEvent>& events,
                  sim::NodeIndex node,
                  const ChurnSpec& churn,
                  Duration until,
                  Rng rng) {
  const Duration absence = churn.absence > Duration{} ? churn.absence : churn.session;
  Duration at{};
  while (true) {
    // What is left of a session that began before is as long as a new one: it has no memory.
    at += draw_exponential(rng, churn.session);
    if (at >= until) return;
    events.push_back({.at = at, .node = node, .kind = ChurnEvent::Kind::leave});
    at += draw_exponential(rng, absence);
    if (at >= until) return;
    events.push_back({.at = at, .node = node, .kind = ChurnEvent::Kind::back});
  }
}

/// The crash of a share of nodes; true in `crashed` for each of them.
void add_crash(std::vector<ChurnEvent>& events,
               std::vector<bool>& crashed,
               double share,
               const ChurnSpec& churn,
               std::optional<sim::NodeIndex> spared,
               Rng rng) {
  const auto nodes = static_cast<sim::NodeIndex>(crashed.size());
  // One node at least lives to ask.
  auto left = std::min(static_cast<sim::NodeIndex>(std::llround(share * nodes)), nodes - 1);
  for (const sim::NodeIndex node : shuffled(nodes, rng)) {
    if (left == 0) return;
    if (node == spared) continue;
    crashed[node] = true;
    events.push_back({.at = churn.at, .node = node, .kind = ChurnEvent::Kind::crash});
    --left;
  }
}

}  // namespace

std::vector<ChurnEvent> churn_events(const ChurnSpec& churn,
                                     double crash,
                                     sim::NodeIndex nodes,
                                     std::optional<sim::NodeIndex> spared,
                                     Duration duration,
                                     const Rng& rng) {
  std::vector<ChurnEvent> events;
  std::vector<bool> crashed(nodes);
  add_crash(events, crashed, crash, churn, spared, rng.fork("crash"));
  const Rng sessions = rng.fork("sessions");
  for (sim::NodeIndex node = 0; churn.session > Duration{} && node < nodes; ++node) {
    if (node == spared) continue;
    add_sessions(events, node, churn, crashed[node] ? churn.at : duration, sessions.fork(node));
  }
  std::sort(events.begin(), events.end(), [](const ChurnEvent& a, const ChurnEvent& b) {
    return std::tie(a.at, a.node) < std::tie(b.at, b.node);
  });
  return events;
}

}  // namespace freshet::bench
