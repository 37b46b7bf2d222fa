// The simulator's budgets, measured on a random regular graph of degree 8: bytes a node while idle
// and after queries flooded, deliveries a CPU-second, and the largest memory that the process had.
// Prints, judges nothing. With "reference", in the same run, the event queue alone with a GUID
// table a node and no core.
//
// Usage: sim_budget [nodes [queries [ttl [LATENCY [reference]]]]]
//   LATENCY in milliseconds: "50", or a range "10..100"; default 10..100
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <malloc.h>
#include <sys/resource.h>
#include <tsl/robin_map.h>
#include <unistd.h>

#include "node/sim/event_queue.h"
#include "node/sim/simulation.h"

namespace {

using namespace freshet;       // NOLINT(google-build-using-namespace): a program of one file
using namespace freshet::sim;  // NOLINT(google-build-using-namespace): a program of one file

constexpr NodeIndex kDegree = 8;

struct Options {
  NodeIndex nodes = 100'000;
  std::uint64_t queries = 20;
  std::uint8_t ttl = 7;
  LatencyConfig latency;
  bool reference = false;
};

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

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

wire::Query typical_query() {
  wire::Query query;
  query.terms = {"holiday", "photographs", "summer", "2024"};
  return query;
}

// ---- the reference: what a flood costs without the protocol

struct PlainEvent {
  std::uint32_t offset = 0;
  std::uint32_t node = 0;
  std::uint64_t guid = 0;
  std::uint32_t from = 0;
  std::uint8_t ttl = 0;
};

class PlainFlood {
 public:
  PlainFlood(const Topology& topology, const LatencyConfig& latency)
      : neighbours_(topology.nodes),
        seen_(topology.nodes),
        latency_(latency, Rng::from_seed(1)) {
    for (const auto& [a, b] : topology.edges) {
      neighbours_[a].push_back(b);
      neighbours_[b].push_back(a);
    }
  }

  std::uint64_t run(NodeIndex origin, std::uint64_t guid, std::uint8_t ttl) {
    std::uint64_t deliveries = 0;
    seen_[origin].try_emplace(guid, kNoNode);
    send(origin, kNoNode, guid, ttl);
    while (queue_.is_due(TimePoint::max())) {
      const auto [at, event] = queue_.pop();
      now_ = at;
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
      queue_.push(
          now_ + latency_.next(),
          {.node = next, .guid = guid, .from = node, .ttl = static_cast<std::uint8_t>(ttl)});
    }
  }

  std::vector<std::vector<NodeIndex>> neighbours_;
  std::vector<tsl::robin_map<std::uint64_t, std::uint32_t>> seen_;
  LatencySampler latency_;
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

void measure_reference(const Topology& topology, const Options& options) {
  PlainFlood flood(topology, options.latency);
  Rng rng = Rng::from_seed(7);
  flood.run(0, 1, options.ttl);  // tables come into being
  const double begin = cpu_seconds();
  std::uint64_t deliveries = 0;
  for (std::uint64_t i = 0; i < options.queries; ++i) {
    deliveries +=
        flood.run(static_cast<NodeIndex>(rng.below(topology.nodes)), rng.next_u64(), options.ttl);
  }
  print_rate("plain queue, no core", deliveries, cpu_seconds() - begin);
}

// ---- the simulator

class Measurement {
 public:
  Measurement(const Topology& topology, const Options& options)
      : options_(options),
        resident_before_(resident_bytes()),
        allocated_before_(allocated_bytes()),
        begun_(cpu_seconds()),
        simulation_(topology,
                    {.network = {.latency = options.latency}, .reproduce = "sim_budget"},
                    nothing_) {}

  Status run() {
    if (const Status settled = simulation_.settle(); !settled) return settled;
    simulation_.host().run_until(simulation_.host().now() + std::chrono::seconds(10));
    print_memory("idle (target 1228)");
    std::printf("set up in %.1f CPU-s\n", cpu_seconds() - begun_);
    // The first one, in which engines come into being, is not timed.
    if (const Status status = flood(); !status) return status;
    const double begin = cpu_seconds();
    const std::uint64_t before = simulation_.host().counters().deliveries;
    for (std::uint64_t i = 0; i < options_.queries; ++i) {
      if (const Status status = flood(); !status) return status;
    }
    print_rate("freshet's core, flooding",
               simulation_.host().counters().deliveries - before,
               cpu_seconds() - begin);
    std::printf("reached %.4f of the nodes; digest %016llx\n",
                static_cast<double>(reached_) / static_cast<double>(options_.queries + 1)
                    / (options_.nodes - 1),
                // NOLINTNEXTLINE(google-runtime-int): printf
                static_cast<unsigned long long>(simulation_.digest()));
    print_memory("after floods");
    return kOk;
  }

 private:
  Status flood() {
    const auto result =
        simulation_.query({.origin = static_cast<NodeIndex>(rng_.below(options_.nodes)),
                           .query = typical_query(),
                           .ttl = options_.ttl});
    if (!result) return result.error();
    reached_ += result->reached;
    return kOk;
  }
  void print_memory(const char* when) const {
    const auto per_node = [&](std::size_t now, std::size_t before) {
      return static_cast<double>(now - before) / options_.nodes;
    };
    std::printf("%s: %.0f bytes a node resident, %.0f allocated\n",
                when,
                per_node(resident_bytes(), resident_before_),
                per_node(allocated_bytes(), allocated_before_));
  }

  const Options& options_;
  std::size_t resident_before_;
  std::size_t allocated_before_;
  double begun_;
  NoContent nothing_;
  Simulation simulation_;
  Rng rng_ = Rng::from_seed(7);
  std::uint64_t reached_ = 0;
};

std::optional<LatencyConfig> latency_from(const std::string& text) {
  const auto milliseconds = [](const std::string& number) {
    return std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::milli>(std::strtod(number.c_str(), nullptr)));
  };
  const auto dots = text.find("..");
  LatencyConfig latency{.low = milliseconds(text)};
  if (dots == std::string::npos) return latency;
  latency.kind = LatencyConfig::Kind::uniform;
  latency.high = milliseconds(text.substr(dots + 2));
  if (latency.high < latency.low) return std::nullopt;
  return latency;
}

std::optional<Options> options_from(const std::vector<std::string>& words) {
  const auto word = [&](std::size_t i, const char* otherwise) {
    return i < words.size() ? words[i] : std::string(otherwise);
  };
  const auto latency = latency_from(word(3, "10..100"));
  if (!latency) return std::nullopt;
  Options options;
  options.nodes = static_cast<NodeIndex>(std::strtoul(word(0, "100000").c_str(), nullptr, 10));
  options.queries = std::strtoull(word(1, "20").c_str(), nullptr, 10);
  options.ttl = static_cast<std::uint8_t>(std::strtoul(word(2, "7").c_str(), nullptr, 10));
  options.latency = *latency;
  options.reference = word(4, "") == "reference";
  if (options.nodes <= kDegree || options.queries == 0) return std::nullopt;
  return options;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): out of memory ends a benchmark
int main(int argc, char** argv) {
  const auto options = options_from(std::vector<std::string>(argv + 1, argv + argc));
  if (!options) {
    std::fprintf(stderr, "usage: sim_budget [nodes [queries [ttl [MS|MS..MS [reference]]]]]\n");
    return 2;
  }
  const Topology topology = random_regular(options->nodes, kDegree, Rng::from_seed(1));
  std::printf("%u nodes, %zu links, TTL %u\n", topology.nodes, topology.edges.size(), options->ttl);
  {
    Measurement measurement(topology, *options);
    if (const Status status = measurement.run(); !status) {
      std::fprintf(stderr, "%s\n", status.error().message.c_str());
      return EXIT_FAILURE;
    }
  }
  std::printf("peak %.0f MiB\n", peak_mib());
  if (options->reference) measure_reference(topology, *options);
  return EXIT_SUCCESS;
}
