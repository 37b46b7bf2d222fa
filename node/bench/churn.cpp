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

/// The crash of a share of nodes; by node, whether it is among them.
std::vector<bool> add_crash(std::vector<ChurnEvent>& events,
                            const ChurnPlan& plan,
                            const Rng& rng) {
  std::vector<bool> crashed(plan.nodes);
  const auto wanted = static_cast<sim::NodeIndex>(std::llround(plan.crash * plan.nodes));
  auto left = std::min(wanted, plan.nodes - 1);
  for (const sim::NodeIndex node : shuffled(plan.nodes, rng)) {
    if (left == 0) break;
    if (node == plan.spared) continue;
    crashed[node] = true;
    events.push_back({.at = plan.spec.at, .node = node, .kind = ChurnEvent::Kind::crash});
    --left;
  }
  return crashed;
}

}  // namespace

std::vector<ChurnEvent> churn_events(const ChurnPlan& plan, const Rng& rng) {
  std::vector<ChurnEvent> events;
  const auto crashed = add_crash(events, plan, rng.fork("crash"));
  const Rng sessions = rng.fork("sessions");
  const bool has_sessions = plan.spec.session > Duration{};
  for (sim::NodeIndex node = 0; has_sessions && node < plan.nodes; ++node) {
    if (node == plan.spared) continue;
    const Duration until = crashed[node] ? plan.spec.at : plan.duration;
    add_sessions(events, node, plan.spec, until, sessions.fork(node));
  }
  std::sort(events.begin(), events.end(), [](const ChurnEvent& a, const ChurnEvent& b) {
    return std::tie(a.at, a.node) < std::tie(b.at, b.node);
  });
  return events;
}

}  // namespace freshet::bench
