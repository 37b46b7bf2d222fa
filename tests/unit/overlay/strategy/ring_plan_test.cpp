// The arithmetic of expanding rings: how far a search reaches, where it begins and how it widens.
#include "node/core/overlay/strategy/ring_plan.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include <doctest/doctest.h>

namespace freshet::core::overlay {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

MeshView mesh(double degree, double branching) {
  MeshView mesh;
  mesh.degree = degree;
  mesh.branching = branching;
  mesh.round_trip = 100ms;
  return mesh;
}

constexpr std::array<double, 6> kDegrees = {1, 2, 3, 5, 8, 40};
constexpr std::array<double, 6> kBranchings = {0, 0.5, 1, 2, 4, 9};

TEST_CASE("the reach of a TTL is all nodes of a mesh that never closes") {
  CHECK(reach(mesh(4, 3), 0) == doctest::Approx(0));
  CHECK(reach(mesh(4, 3), 1) == doctest::Approx(4));
  CHECK(reach(mesh(4, 3), 2) == doctest::Approx(4 + 12));
  CHECK(reach(mesh(4, 3), 3) == doctest::Approx(4 + 12 + 36));
  CHECK(reach(mesh(2, 1), 7) == doctest::Approx(14));  // a line
  CHECK(reach(mesh(5, 0), 7) == doctest::Approx(5));   // a star
}

TEST_CASE("a node without links reckons with one") {
  CHECK(reach(mesh(0, 0), 3) == doctest::Approx(1));
}

TEST_CASE("a ring begins where its reach is nearest to the first reach, by ratio") {
  for (const double degree : kDegrees) {
    for (const double branching : kBranchings) {
      const MeshView view = mesh(degree, branching);
      const auto ratio = [&](std::uint8_t ttl) {
        return std::abs(std::log(reach(view, ttl) / kFirstRingReach));
      };
      const std::uint8_t first = first_ring(view, 20);
      for (std::uint8_t ttl = 1; ttl <= 20; ++ttl) CHECK(ratio(first) <= ratio(ttl) + 1e-9);
    }
  }
}

TEST_CASE("a ring begins within its limit, and with at least TTL 1") {
  CHECK(first_ring(mesh(2, 1), 3) == 3);
  CHECK(first_ring(mesh(100, 99), 7) == 1);
  CHECK(first_ring(mesh(4, 3), 1) == 1);
}

TEST_CASE("a ring that found nothing goes one further, up to its limit") {
  CHECK(next_ring(mesh(4, 3), 2, 0, 10, 7) == 3);
  CHECK(next_ring(mesh(4, 3), 6, 0, 10, 7) == 7);
  CHECK(next_ring(mesh(4, 3), 7, 0, 10, 7) == 7);
}

TEST_CASE("a ring that found something widens to the first that should find enough") {
  for (const double degree : kDegrees) {
    for (const double branching : kBranchings) {
      const MeshView view = mesh(degree, branching);
      for (const std::uint32_t found : {1U, 3U, 9U}) {
        constexpr std::uint32_t kWanted = 10;
        const std::uint8_t next = next_ring(view, 2, found, kWanted, 12);
        const double needed = reach(view, 2) * kWanted / found;
        REQUIRE(next > 2);
        REQUIRE(next <= 12);
        CHECK((next == 12 || reach(view, next) >= needed));
        CHECK((next == 3 || reach(view, static_cast<std::uint8_t>(next - 1)) < needed));
      }
    }
  }
}

TEST_CASE("a ring that need not find any more still goes one further") {
  CHECK(next_ring(mesh(4, 3), 2, 50, 10, 7) == 3);
  CHECK(next_ring(mesh(4, 3), 2, 50, 0, 7) == 3);
}

TEST_CASE("a ring is given the time of its way out and back, and a little more") {
  CHECK(ring_time(mesh(4, 3), 3, 1) > 300ms);
  CHECK(ring_time(mesh(4, 3), 3, 1) < 350ms);
  CHECK(ring_time(mesh(4, 3), 4, 1) > ring_time(mesh(4, 3), 3, 1));
}

TEST_CASE("a ring is given more time where round trips differ, by as much as there is patience") {
  MeshView uneven = mesh(4, 3);
  uneven.deviation = 50ms;
  const auto more = [&](std::uint8_t ttl, double patience) {
    return ring_time(uneven, ttl, patience) - ring_time(mesh(4, 3), ttl, patience);
  };
  CHECK(more(4, 0) == 0ms);
  CHECK(more(4, 1) == 100ms);  // deviations of links add up as squares
  CHECK(more(4, 2) == 200ms);
}

TEST_CASE("to be sure of a ring takes the longer the fewer round trips are known") {
  const auto sure = [](std::uint32_t measured, Duration deviation) {
    MeshView view = mesh(4, 3);
    view.deviation = deviation;
    view.measured = measured;
    return sure_ring_time(view, 3);
  };
  CHECK(sure(1000, 30ms) > ring_time(mesh(4, 3), 3, 0) + 3 * 30ms);
  CHECK(sure(1000, 30ms) < ring_time(mesh(4, 3), 3, 0) + 6 * 30ms);
  CHECK(sure(20, 30ms) > sure(1000, 30ms));
  CHECK(sure(4, 30ms) > sure(20, 30ms));
  CHECK(sure(0, 30ms) < 3s);  // what was never measured is no reason to wait for ever
  CHECK(sure(4, 0ms) == ring_time(mesh(4, 3), 3, 0));  // where all are alike, it is as they are
}

}  // namespace
}  // namespace freshet::core::overlay
