// The simulator's two budgets, measured on 100,000 nodes of a random regular graph of degree 8:
// bytes a node while idle, and deliveries a CPU-second while queries flood. Prints, judges nothing.
// In the same run, as the reference: the event queue alone with a GUID table a node, no core.
//
// Usage: sim_budget [nodes] [queries]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include <malloc.h>
#include <tsl/robin_map.h>
#include <unistd.h>

#include "node/sim/event_queue.h"
#include "node/sim/simulation.h"

namespace {

using namespace freshet;       // NOLINT(google-build-using-namespace): a program of one file
using namespace freshet::sim;  // NOLINT(google-build-using-namespace): a program of one file

constexpr NodeIndex kDegree = 8;
constexpr std::uint8_t kTtl = 7;
constexpr Duration kLatency = std::chrono::milliseconds(50);

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t allocated_bytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

wire::Query typical_query() {
  wire::Query query;
  query.terms = {"holiday", "photographs", "summer", "2024"};
  return query;
}

// ---- the reference: what a flood costs without the protocol

struct PlainEvent {
  TimePoint at;
  std::uint64_t guid = 0;
  std::uint32_t node = 0;
  std::uint32_t from = 0;
  std::uint32_t seq = 0;
  std::uint8_t ttl = 0;
};

class PlainFlood {
 public:
  explicit PlainFlood(const Topology& topology)
      : neighbours_(topology.nodes),
        seen_(topology.nodes) {
    for (const auto& [a, b] : topology.edges) {
      neighbours_[a].push_back(b);
      neighbours_[b].push_back(a);
    }
  }

  std::uint64_t run(NodeIndex origin, std::uint64_t guid) {
    std::uint64_t deliveries = 0;
    seen_[origin].try_emplace(guid, kNoNode);
    send(origin, kNoNode, guid, kTtl);
    while (queue_.is_due(TimePoint::max())) {
      const PlainEvent event = queue_.pop();
      now_ = event.at;
      ++deliveries;
      if (!seen_[event.node].try_emplace(event.guid, event.from).second) continue;
      if (event.ttl > 1) send(event.node, event.from, event.guid, event.ttl - 1U);
    }
    return deliveries;
  }

 private:
  void send(NodeIndex node, NodeIndex except, std::uint64_t guid, std::uint32_t ttl) {
    for (const NodeIndex next : neighbours_[node]) {
      if (next == except) continue;
      queue_.push({.at = now_ + kLatency,
                   .guid = guid,
                   .node = next,
                   .from = node,
                   .ttl = static_cast<std::uint8_t>(ttl)});
    }
  }

  std::vector<std::vector<NodeIndex>> neighbours_;
  std::vector<tsl::robin_map<std::uint64_t, std::uint32_t>> seen_;
  EventQueue<PlainEvent> queue_;
  TimePoint now_{};
};

void print_rate(const char* what, std::uint64_t deliveries, double seconds) {
  std::printf("%-28s %12llu deliveries %8.2f CPU-s %8.2f M/s\n",
              what,
              static_cast<unsigned long long>(deliveries),  // NOLINT(google-runtime-int): printf
              seconds,
              static_cast<double>(deliveries) / seconds / 1e6);
}

void measure_reference(const Topology& topology, std::uint64_t queries) {
  PlainFlood flood(topology);
  Rng rng = Rng::from_seed(7);
  flood.run(0, 1);  // tables come into being
  const double begin = cpu_seconds();
  std::uint64_t deliveries = 0;
  for (std::uint64_t i = 0; i < queries; ++i)
    deliveries += flood.run(static_cast<NodeIndex>(rng.below(topology.nodes)), rng.next_u64());
  print_rate("plain queue, no core", deliveries, cpu_seconds() - begin);
}

int measure(const Topology& topology, std::uint64_t queries) {
  const std::size_t resident_before = resident_bytes();
  const std::size_t allocated_before = allocated_bytes();
  const NoContent nothing;
  const double set_up = cpu_seconds();
  Simulation simulation(topology, {.latency = kLatency, .reproduce = "sim_budget"}, nothing);
  const Status settled = simulation.settle();
  if (!settled) {
    std::fprintf(stderr, "%s\n", settled.error().message.c_str());
    return EXIT_FAILURE;
  }
  simulation.host().run_until(simulation.host().now() + std::chrono::seconds(10));
  const auto per_node = [&](std::size_t now, std::size_t before) {
    return static_cast<double>(now - before) / topology.nodes;
  };
  std::printf(
      "idle: %.0f bytes a node resident, %.0f allocated (target 1228); "
      "links up %llu, set up in %.1f CPU-s\n",
      per_node(resident_bytes(), resident_before),
      per_node(allocated_bytes(), allocated_before),
      // NOLINTNEXTLINE(google-runtime-int): printf
      static_cast<unsigned long long>(simulation.host().counters().established),
      cpu_seconds() - set_up);

  Rng rng = Rng::from_seed(7);
  double begin = 0;
  std::uint64_t before = 0;
  for (std::uint64_t i = 0; i <= queries; ++i) {
    const auto result =
        simulation.query(static_cast<NodeIndex>(rng.below(topology.nodes)), typical_query(), kTtl);
    if (!result) {
      std::fprintf(stderr, "%s\n", result.error().message.c_str());
      return EXIT_FAILURE;
    }
    if (i > 0) continue;  // the first one, in which engines come into being, is not timed
    begin = cpu_seconds();
    before = simulation.host().counters().deliveries;
  }
  print_rate("freshet's core, flooding",
             simulation.host().counters().deliveries - before,
             cpu_seconds() - begin);
  std::printf("after floods: %.0f bytes a node resident, %.0f allocated\n",
              per_node(resident_bytes(), resident_before),
              per_node(allocated_bytes(), allocated_before));
  return EXIT_SUCCESS;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): out of memory ends a benchmark
int main(int argc, char** argv) {
  const auto nodes =
      static_cast<NodeIndex>(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 100'000);
  const std::uint64_t queries = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 8;
  const Topology topology = random_regular(nodes, kDegree, Rng::from_seed(1));
  std::printf("%u nodes, %zu links, TTL %u\n", topology.nodes, topology.edges.size(), kTtl);
  const int status = measure(topology, queries);
  measure_reference(topology, queries);
  return status;
}
