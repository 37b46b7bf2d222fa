#include "node/bench/scenario.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <string>

#include "node/bench/scenario_checks.h"
#include "node/bench/section.h"
#include "node/bench/swarm/section.h"
#include "node/bench/sweep.h"
#include "node/bench/values.h"

namespace freshet::bench {
namespace {

namespace fs = std::filesystem;
namespace overlay = core::overlay;

constexpr std::uint64_t kMaxSeed = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kMaxNodes = (std::uint64_t{1} << 24U) - 2;  // the simulator's addresses
constexpr std::uint64_t kMaxObjects = 10'000'000;
constexpr std::uint64_t kMaxQueries = 10'000'000;
constexpr std::uint64_t kMaxTtl = 255;  // a byte of the header
constexpr std::uint64_t kMaxCacheBytes = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMaxResults = 1'000'000;
constexpr Duration kMaxTime = std::chrono::hours(365 * 24);
constexpr std::size_t kMaxSeeds = 10'000;
constexpr std::size_t kMaxCrashes = 100;

constexpr std::string_view kTimeForms = "it is a time such as \"250ms\", \"30s\" or \"5m\"";
constexpr std::string_view kRateForms =
    "it is \"none\", or a rate such as \"1MB/s\", \"512KiB/s\" or \"10Mbit/s\"";
constexpr std::string_view kSkewForms =
    "it is \"uniform\" or \"zipf:S\" with S from 0 to 10, such as \"zipf:1.0\"";

std::optional<Duration> parse_positive_duration(std::string_view text) {
  const auto time = parse_duration(text);
  return time && *time > Duration{} ? time : std::nullopt;
}

/// Reads the sections of one file.
class Reader {
 public:
  Reader(const TomlTable& root, std::string folder)
      : root_("", root, 1, problems_),
        folder_(std::move(folder)) {}

  Result<Scenario> read(const std::string& file) {
    read_head();
    if (root_.has("swarm")) {
      read_swarm_section();
    } else {
      read_overlay();
    }
    root_.finish();
    if (const Status status = problems_.status(file); !status) return status.error();
    return std::move(scenario_);
  }

 private:
  void read_overlay() {
    read_topology();
    read_links();
    read_content();
    read_workload();
    read_churn();
    read_partition();
    read_cache();
  }
  void read_head();
  void read_topology();
  void read_links();
  void read_content();
  void read_workload();
  void read_origin(Section& section);
  void read_churn();
  void read_partition();
  void read_cache();
  void read_swarm_section();

  /// The section of that name; an empty one when it is not there.
  Section open(std::string_view name) {
    const TomlValue* value = root_.take(name);
    if (value == nullptr) return {name, nothing_, 1, problems_};
    const auto* table = std::get_if<TomlTable>(&value->data);
    if (table != nullptr) return {name, *table, value->line, problems_};
    root_.complain(name, *value, "it is a section: [" + std::string(name) + "]");
    return {name, nothing_, value->line, problems_};
  }

  Problems problems_;
  TomlTable nothing_;
  Section root_;
  std::string folder_;
  Scenario scenario_;
  bool discover_is_given_ = false;
};

void Reader::read_head() {
  root_.read_text("name", scenario_.name);
  std::uint64_t seed = scenario_.seeds.front();
  root_.read_whole("seed", seed, 0, kMaxSeed);
  scenario_.seeds = {seed};
  root_.read_list("seeds", scenario_.seeds, kMaxSeeds, [&](const TomlValue& value) {
    return root_.whole("seeds", value, 0, kMaxSeed);
  });
  if (root_.has("seed") && root_.has("seeds"))
    root_.complain_about("seeds", "and seed are both there; one of them is enough");
}

void Reader::read_topology() {
  Section section = open("topology");
  TopologySpec& topology = scenario_.topology;
  section.read_as("kind", topology.kind, parse_topology_kind, "it is one of " + topology_kinds());
  section.read_whole("nodes", topology.nodes, 1, kMaxNodes);
  section.read_whole("degree", topology.degree, 1, kMaxNodes);
  section.read_share("rewire", topology.rewire, true);
  section.read_text("file", topology.file);
  section.read_flag("discover", topology.discover);
  discover_is_given_ = section.has("discover");
  section.finish();
  if (!topology.file.empty()) topology.file = (fs::path(folder_) / topology.file).string();
  check_topology(topology, section);
}

void Reader::read_links() {
  Section section = open("links");
  LinksSpec& links = scenario_.links;
  section.read_as("latency",
                  links.latency,
                  parse_latency,
                  "it is a constant (\"50ms\"), a range (\"10ms..100ms\"), or "
                  "\"lognormal:MEDIAN:SIGMA\" (\"lognormal:50ms:0.5\")");
  section.read_share("loss", links.loss, true);
  section.read_as("bandwidth", links.bandwidth_bytes_per_s, parse_bandwidth, kRateForms);
  section.read_share("weak", links.weak, true);
  section.read_as("weak_bandwidth", links.weak_bandwidth_bytes_per_s, parse_bandwidth, kRateForms);
  section.read_share("clogged", links.clogged, true);
  section.finish();
  check_links(links, section);
}

void Reader::read_content() {
  Section section = open("content");
  ContentSpec& content = scenario_.content;
  section.read_whole("objects", content.objects, 1, kMaxObjects);
  section.read_share("replication", content.replication, true);
  section.read_as("placement",
                  content.placement,
                  parse_placement,
                  "it is one of uniform, proportional, square-root");
  section.read_as("popularity", content.popularity_zipf, parse_skew, kSkewForms);
  section.read_as("holders", content.holders_zipf, parse_skew, kSkewForms);
  section.read_share("free_riders", content.free_riders, false);
  section.finish();
  check_content(content, scenario_.topology, section);
}

void Reader::read_workload() {
  Section section = open("workload");
  WorkloadSpec& workload = scenario_.workload;
  section.read_whole("queries", workload.queries, 1, kMaxQueries);
  section.read_whole("ttl", workload.ttl, 1, kMaxTtl);
  section.read_list(
      "strategy", workload.strategies, overlay::kStrategyNames.size(), [&](const TomlValue& value) {
        return section.as("strategy",
                          value,
                          overlay::strategy_named,
                          "it is one of flood, ring, walk, tree, routed, auto, or a list of them");
      });
  read_origin(section);
  section.read_whole("results", workload.results, 0, kMaxResults);
  Duration interval{};
  section.read_as("interval", interval, parse_positive_duration, kTimeForms);
  if (interval > kMaxTime / workload.queries) {
    section.complain_about("interval", "times queries is more than a year");
  } else if (interval > Duration{}) {
    workload.interval = interval;
  }
  section.finish();
}

void Reader::read_origin(Section& section) {
  const TomlValue* value = section.take("origin");
  if (value == nullptr) return;
  const auto* word = std::get_if<std::string>(&value->data);
  if (word != nullptr && *word == "random") return;
  const auto* number = std::get_if<std::int64_t>(&value->data);
  const TopologySpec& topology = scenario_.topology;
  if (number == nullptr || *number < 0) {
    section.complain("origin", *value, "it is \"random\" or a node's number");
  } else if (topology.kind != TopologyKind::file && *number >= std::int64_t{topology.nodes}) {
    section.complain(
        "origin", *value, "nodes have the numbers 0 to " + std::to_string(topology.nodes - 1));
  } else {
    scenario_.workload.origin = static_cast<std::uint64_t>(*number);
  }
}

void Reader::read_churn() {
  Section section = open("churn");
  ChurnSpec& churn = scenario_.churn;
  section.read_list("crash", churn.crash, kMaxCrashes, [&](const TomlValue& value) {
    return section.share("crash", value, false);
  });
  section.read_as("at", churn.at, parse_duration, kTimeForms);
  section.read_as("session", churn.session, parse_duration, kTimeForms);
  section.read_as("absence", churn.absence, parse_duration, kTimeForms);
  section.read_as("duration", churn.duration, parse_positive_duration, kTimeForms);
  section.read_flag("graceful", churn.graceful);
  section.finish();
  const bool is_self = scenario_.topology.kind == TopologyKind::self;
  if (!discover_is_given_ || is_self)
    scenario_.topology.discover = is_self || scenario_.has_churn();
  check_churn(scenario_, section);
}

void Reader::read_partition() {
  Section section = open("partition");
  PartitionSpec& partition = scenario_.partition;
  section.read_share("share", partition.share, false);
  section.read_as("at", partition.at, parse_duration, kTimeForms);
  section.read_as("heal", partition.heal, parse_positive_duration, kTimeForms);
  section.finish();
  check_partition(scenario_, section);
}

void Reader::read_cache() {
  Section section = open("cache");
  section.read_as("age", scenario_.cache.age, parse_duration, kTimeForms);
  section.read_whole("bytes", scenario_.cache.bytes, 0, kMaxCacheBytes);
  section.finish();
}

void Reader::read_swarm_section() {
  Section section = open("swarm");
  read_swarm(section, scenario_.swarm.emplace());
  for (const char* other :
       {"topology", "links", "content", "workload", "churn", "partition", "cache"}) {
    if (root_.take(other) != nullptr)
      root_.complain_about(other, "has no part in a scenario with [swarm]; leave it out");
  }
}

}  // namespace

bool Scenario::has_churn() const {
  const bool crashes =
      std::any_of(churn.crash.begin(), churn.crash.end(), [](double share) { return share > 0; });
  return crashes || churn.session > Duration{};
}

bool Scenario::is_timed() const {
  return has_churn() || partition.share > 0 || workload.interval.has_value();
}

Duration Scenario::interval() const {
  if (workload.interval) return *workload.interval;
  return is_timed() ? churn.duration / workload.queries : Duration{};
}

Duration Scenario::duration() const {
  return workload.interval ? *workload.interval * workload.queries
                           : (is_timed() ? churn.duration : Duration{});
}

Result<Scenario> parse_scenario(std::string_view text, const std::string& file) {
  const auto root = read_toml(text, file);
  if (!root) return root.error();
  const fs::path path(file);
  const auto sweep = split_sweep(*root, file);
  if (!sweep) return sweep.error();
  const std::string folder = path.parent_path().string();
  auto scenario = Reader(sweep->base, folder).read(file);
  if (!scenario) return scenario;
  for (const SweptTable& each : sweep->points) {
    auto point = Reader(each.table, folder).read(file);
    if (!point) return point;
    scenario->sweep.push_back(
        {.name = each.name, .scenario = std::make_shared<const Scenario>(std::move(*point))});
  }
  if (!scenario->swarm && !scenario->sweep.empty())
    scenario->swarm = scenario->sweep.front().scenario->swarm;
  if (scenario->name.empty()) scenario->name = path.stem().string();
  scenario->text = text;
  return scenario;
}

Result<Scenario> load_scenario(const std::string& file) {
  std::error_code failed;
  if (!fs::exists(file, failed)) return Error{ErrorCode::invalid, file + ": there is no such file"};
  if (fs::is_directory(file, failed))
    return Error{ErrorCode::invalid, file + ": is a folder, not a scenario"};
  std::ifstream stream(file, std::ios::binary);
  std::string text;
  text.resize(kMaxTomlBytes + 1);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (stream.fail() && !stream.eof()))
    return Error{ErrorCode::invalid, file + ": cannot be read"};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_scenario(text, file);
}

}  // namespace freshet::bench
