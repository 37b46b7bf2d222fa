// A scenario: topology, links, content, workload and churn of a benchmark, for the simulator and
// for real daemons alike. Read from TOML; every key has a default, an unknown key or a bad value is
// an error that names file, line and key. The keys are listed in README.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/bench/swarm/spec.h"
#include "node/core/overlay/strategy_id.h"

namespace freshet::bench {

enum class TopologyKind : std::uint8_t {
  line,
  ring,
  grid,
  complete,
  star,
  random_regular,
  erdos_renyi,
  barabasi_albert,
  watts_strogatz,
  file,
  self,  ///< the nodes make their overlay: each begins with the address of one that was there
         ///< before
};

struct TopologySpec {
  TopologyKind kind = TopologyKind::random_regular;
  std::uint32_t nodes = 256;
  std::uint32_t degree = 5;
  double rewire = 0.1;  ///< Watts-Strogatz: share of links that are rewired
  std::string file;     ///< absolute, or relative to the working directory, once parsed
  /// Nodes mend their overlay as daemons do: they learn, remember and dial addresses. Otherwise
  /// links are those of the topology. Default: true when nodes crash or come and go.
  bool discover = false;
};

/// How long a frame travels.
struct LatencySpec {
  enum class Kind : std::uint8_t { constant, uniform, lognormal };
  Kind kind = Kind::uniform;
  Duration low = std::chrono::milliseconds(10);    ///< constant: the latency; lognormal: the median
  Duration high = std::chrono::milliseconds(100);  ///< uniform only
  double sigma = 0;                                ///< lognormal only
};

struct LinksSpec {
  LatencySpec latency;
  double loss = 0;                               ///< share of frames that vanish
  std::uint64_t bandwidth_bytes_per_s = 0;       ///< of each node, out; 0: no limit
  double weak = 0;                               ///< share of nodes with less: with weak_bandwidth
  std::uint64_t weak_bandwidth_bytes_per_s = 0;  ///< of each of those, out
  double clogged = 0;  ///< share of links that take nothing more from the beginning of the workload
};

enum class Placement : std::uint8_t { uniform, proportional, square_root };

struct ContentSpec {
  std::uint32_t objects = 1000;
  double replication = 0.01;  ///< mean share of nodes that hold an object; at least one holder each
  Placement placement = Placement::uniform;
  double popularity_zipf = 1.0;  ///< exponent; 0: uniform
  double holders_zipf = 0;       ///< skews which nodes hold things; 0: uniform
  double free_riders = 0;        ///< share of nodes that hold nothing
};

/// Copies of objects that one machine can hold.
inline constexpr double kMaxCopies = 200e6;

struct WorkloadSpec {
  std::uint32_t queries = 100;
  std::uint8_t ttl = 7;
  std::vector<core::overlay::StrategyId> strategies = {core::overlay::StrategyId::flood};
  std::optional<std::uint64_t> origin;  ///< a node's label; nullopt: random
  /// A search is satisfied by so many files: ring, walk and auto stop there; 0: they never do.
  std::uint32_t results = 1;
  /// Time between queries; nullopt: each begins when the one before is over. With churn the default
  /// spreads them evenly over `duration`.
  std::optional<Duration> interval;
};

/// At `at` the nodes are cut into two sides that hear nothing of each other until `heal`.
struct PartitionSpec {
  double share = 0;  ///< of nodes on the smaller side; 0: none
  Duration at{};
  Duration heal{};  ///< 0: never
};

struct ChurnSpec {
  std::vector<double> crash = {0.0};  ///< share of nodes that die at once; several: a sweep
  Duration at = std::chrono::seconds(30);
  Duration session{};  ///< mean length of a session (exponential); 0: nodes stay
  Duration absence{};  ///< mean time until a node that left is back; 0: same as session
  Duration duration = std::chrono::seconds(120);  ///< of the workload when there is churn
  bool graceful = false;  ///< nodes that leave say Bye (sessions only; a crash is silent)
};

/// Every node remembers hits that come by, and answers from them (core/search/hit_cache.h).
struct CacheSpec {
  Duration age{};  ///< 0: none does
  std::uint64_t bytes = std::uint64_t{1} << 20U;
};

struct Scenario;
/// One combination of what [sweep] varies, as a scenario of its own.
struct SweepPoint {
  std::string name;  ///< "nodes 64, ttl 4"
  std::shared_ptr<const Scenario> scenario;
};

struct Scenario {
  std::string name;  ///< default: the file's name without its ending
  std::vector<std::uint64_t> seeds = {1};
  TopologySpec topology;
  LinksSpec links;
  ContentSpec content;
  WorkloadSpec workload;
  ChurnSpec churn;
  PartitionSpec partition;
  CacheSpec cache;
  std::optional<SwarmSpec> swarm;  ///< a swarm, and no overlay: nothing else of it counts then
  std::vector<SweepPoint> sweep;   ///< empty: there is none; the scenario itself is not run then
  std::string text;                ///< the file as read

  /// Nodes crash, or come and go.
  [[nodiscard]] bool has_churn() const;
  /// Queries are asked by the clock, not one when the one before is over.
  [[nodiscard]] bool is_timed() const;
  /// Between queries, and from the first to the end of the workload; 0 unless it is timed.
  [[nodiscard]] Duration interval() const;
  [[nodiscard]] Duration duration() const;
};

/// `file`: for messages, and the folder that relative paths are against.
Result<Scenario> parse_scenario(std::string_view text, const std::string& file);
/// Reads and parses. Fails with ErrorCode::invalid, which the command line maps to exit code 2.
Result<Scenario> load_scenario(const std::string& file);

}  // namespace freshet::bench
