// Who dies, leaves and returns when.
#include "node/bench/churn.h"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

namespace freshet::bench {
namespace {

using std::chrono::seconds;
using Kind = ChurnEvent::Kind;

const Rng kChurnRng = Rng::from_seed(41);

std::vector<ChurnEvent> events_of(const ChurnSpec& spec,
                                  double crash,
                                  sim::NodeIndex nodes,
                                  std::optional<sim::NodeIndex> spared,
                                  Duration duration) {
  return churn_events(
      {.spec = spec, .crash = crash, .nodes = nodes, .spared = spared, .duration = duration},
      kChurnRng);
}

std::set<sim::NodeIndex> crashed(const std::vector<ChurnEvent>& events) {
  std::set<sim::NodeIndex> nodes;
  for (const ChurnEvent& event : events) {
    if (event.kind == Kind::crash) nodes.insert(event.node);
  }
  return nodes;
}

}  // namespace

TEST_CASE("a share of nodes crashes at once, more of the same with a larger share") {
  const ChurnSpec churn;
  const auto some = events_of(churn, 0.1, 1000, std::nullopt, seconds(60));
  CHECK(some.size() == 100);
  CHECK(std::all_of(some.begin(), some.end(), [](const ChurnEvent& event) {
    return event.at == seconds(30) && event.kind == Kind::crash;
  }));
  const auto few_nodes = crashed(some);
  const auto more_nodes = crashed(events_of(churn, 0.5, 1000, std::nullopt, seconds(60)));
  CHECK(few_nodes.size() == 100);
  CHECK(more_nodes.size() == 500);
  CHECK(std::includes(more_nodes.begin(), more_nodes.end(), few_nodes.begin(), few_nodes.end()));
}

TEST_CASE("one node is spared when it asks everything, and one is always left") {
  const ChurnSpec churn;
  CHECK(crashed(events_of(churn, 0.99, 4, 2, seconds(60))) == std::set<sim::NodeIndex>{0, 1, 3});
  CHECK(crashed(events_of(churn, 0.99, 4, std::nullopt, seconds(60))).size() == 3);
}

TEST_CASE("sessions and absences alternate, and last as long as asked on average") {
  ChurnSpec churn;
  churn.session = seconds(100);
  churn.absence = seconds(50);
  const auto events = events_of(churn, 0, 500, 7, seconds(3000));
  CHECK(std::is_sorted(
      events.begin(), events.end(), [](const auto& a, const auto& b) { return a.at < b.at; }));
  std::vector<Duration> since(500);
  std::vector<bool> is_away(500);
  Duration online{};
  Duration offline{};
  std::int64_t leaves = 0;
  std::int64_t returns = 0;
  for (const ChurnEvent& event : events) {
    REQUIRE(event.node != 7);
    REQUIRE(event.at < seconds(3000));
    REQUIRE((event.kind == Kind::back) == is_away[event.node]);
    (is_away[event.node] ? offline : online) += event.at - since[event.node];
    ++(is_away[event.node] ? returns : leaves);
    is_away[event.node] = !is_away[event.node];
    since[event.node] = event.at;
  }
  CHECK(std::chrono::duration<double>(online / leaves).count()
        == doctest::Approx(100).epsilon(0.06));
  CHECK(std::chrono::duration<double>(offline / returns).count()
        == doctest::Approx(50).epsilon(0.06));
}

TEST_CASE("who crashed does not come back") {
  ChurnSpec churn;
  churn.session = seconds(10);
  const auto events = events_of(churn, 0.5, 100, std::nullopt, seconds(120));
  std::set<sim::NodeIndex> gone;
  for (const ChurnEvent& event : events) {
    CHECK(!gone.contains(event.node));
    if (event.kind == Kind::crash) gone.insert(event.node);
  }
  CHECK(gone.size() == 50);
}

TEST_CASE("the same seed has the same churn") {
  ChurnSpec churn;
  churn.session = seconds(20);
  const auto draw = [&](std::uint64_t seed) {
    return churn_events({.spec = churn, .crash = 0.2, .nodes = 50, .duration = seconds(60)},
                        Rng::from_seed(seed));
  };
  CHECK(draw(1) == draw(1));
  CHECK(draw(1) != draw(2));
}

}  // namespace freshet::bench
