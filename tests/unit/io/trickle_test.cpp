// The beacon's rhythm, in virtual time.
#include "node/io/net/trickle.h"

#include <algorithm>
#include <vector>

#include <doctest/doctest.h>

namespace freshet::io::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Trickle::Config kConfig{};
constexpr TimePoint kStart{seconds(1000)};

/// Nodes on one network, all of which hear what one of them says.
class Network {
 public:
  void add(TimePoint now) { nodes_.emplace_back(kConfig, now, rng_); }
  Trickle& node(std::size_t index) { return nodes_.at(index); }
  Rng& rng() { return rng_; }

  /// Runs until `end`; returns how many beacons were said.
  std::size_t run_until(TimePoint end) {
    std::size_t said = 0;
    while (true) {
      const auto next = std::min_element(
          nodes_.begin(), nodes_.end(), [](auto& a, auto& b) { return a.due() < b.due(); });
      if (next == nodes_.end() || next->due() > end) return said;
      if (next->advance(next->due(), rng_) != Trickle::Turn::speak) continue;
      ++said;
      for (Trickle& other : nodes_) {
        if (&other != &*next) other.heard();
      }
    }
  }

 private:
  Rng rng_ = Rng::from_seed(7);
  std::vector<Trickle> nodes_;
};

TEST_CASE("a node alone speaks within 100 ms, often at first, and then about once in 51 s") {
  Network network;
  network.add(kStart);
  CHECK(network.run_until(kStart + milliseconds(100)) == 1);
  CHECK(network.run_until(kStart + seconds(1)) >= 2);
  network.run_until(kStart + seconds(200));
  const std::size_t later = network.run_until(kStart + seconds(200 + 512));
  CHECK(later >= 9);
  CHECK(later <= 11);
}

TEST_CASE("200 nodes that are there say no more than a few do") {
  const auto said_by = [](int nodes) {
    Network network;
    for (int i = 0; i < nodes; ++i) network.add(kStart + seconds(i));
    network.run_until(kStart + seconds(600));
    return network.run_until(kStart + seconds(600 + 512));
  };
  const std::size_t few = said_by(4);
  const std::size_t many = said_by(200);
  MESSAGE("in 512 s: 4 nodes say " << few << ", 200 say " << many);
  CHECK(few > 0);
  // Without suppression it would be 2,000. Intervals that do not begin together cost a factor (RFC
  // 6206, 4.2, mends it by speaking in the second half alone).
  CHECK(many <= 3 * few);
}

TEST_CASE("200 nodes that start together each say once that they are there") {
  Network network;
  for (int i = 0; i < 200; ++i) network.add(kStart);
  CHECK(network.run_until(kStart + milliseconds(100)) == 200);
  // Of the next five intervals of each, few are used.
  CHECK(network.run_until(kStart + seconds(5)) <= 100);
}

TEST_CASE("a reset makes a node speak at once, whatever it heard") {
  Network network;
  for (int i = 0; i < 10; ++i) network.add(kStart);
  network.run_until(kStart + seconds(300));
  network.node(0).reset(kStart + seconds(300), network.rng());
  for (int i = 0; i < 5; ++i) network.node(0).heard();
  const TimePoint due = network.node(0).due();
  CHECK(due <= kStart + seconds(300) + milliseconds(100));
  CHECK(network.node(0).advance(due, network.rng()) == Trickle::Turn::speak);
}

TEST_CASE("a node that slept past several intervals speaks once") {
  Rng rng = Rng::from_seed(1);
  Trickle rhythm(kConfig, kStart, rng);
  const TimePoint late = kStart + std::chrono::hours(1);
  CHECK(rhythm.advance(late, rng) == Trickle::Turn::speak);
  CHECK(rhythm.due() > late);
  CHECK(rhythm.advance(late, rng) == Trickle::Turn::none);
}

}  // namespace
}  // namespace freshet::io::test
