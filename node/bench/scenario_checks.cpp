#include "node/bench/scenario_checks.h"

#include <filesystem>
#include <string>

#include "node/bench/values.h"

namespace freshet::bench {
namespace {

// Links that one machine can hold.
constexpr std::uint64_t kMaxLinks = 100'000'000;

std::uint64_t links_of(const TopologySpec& topology) {
  const std::uint64_t nodes = topology.nodes;
  switch (topology.kind) {
    case TopologyKind::complete:
      return nodes * (nodes - 1) / 2;
    case TopologyKind::random_regular:
    case TopologyKind::erdos_renyi:
    case TopologyKind::barabasi_albert:
    case TopologyKind::watts_strogatz:
      return nodes * topology.degree / 2;
    default:
      return 2 * nodes;
  }
}

void check_file(const TopologySpec& topology, Section& section) {
  if (topology.kind != TopologyKind::file) {
    if (!topology.file.empty())
      section.complain_about("file", "is read only where kind = \"file\"");
    return;
  }
  std::error_code failed;
  if (topology.file.empty()) {
    section.complain_about("file", "is missing: kind = \"file\" reads an edge list from it");
  } else if (!std::filesystem::is_regular_file(topology.file, failed)) {
    section.complain_about("file", "does not exist: " + topology.file);
  }
}

void check_random_regular(const TopologySpec& topology, Section& section) {
  const std::string nodes = std::to_string(topology.nodes);
  const std::string degree = std::to_string(topology.degree);
  if (topology.degree < 2) {
    section.complain_about("degree", "= 1: random-regular is connected and needs 2 or more");
  } else if (std::uint64_t{topology.nodes} * topology.degree % 2 != 0) {
    section.complain_about("degree",
                           "= " + degree + ": with " + nodes
                               + " nodes half a link would be left over; make one of them even");
  }
}

void check_degree(const TopologySpec& topology, Section& section) {
  if (topology.degree >= topology.nodes) {
    section.complain_about("degree",
                           "= " + std::to_string(topology.degree) + ": must be less than nodes ("
                               + std::to_string(topology.nodes) + ")");
    return;
  }
  if (topology.kind == TopologyKind::random_regular) check_random_regular(topology, section);
  const bool needs_two = topology.kind == TopologyKind::barabasi_albert
                         || topology.kind == TopologyKind::watts_strogatz;
  if (needs_two && topology.degree < 2) {
    section.complain_about("degree",
                           "= 1: " + std::string(to_string(topology.kind)) + " needs 2 or more");
  }
}

}  // namespace

void check_topology(const TopologySpec& topology, Section& section) {
  check_file(topology, section);
  if (topology.kind == TopologyKind::file) return;
  if (topology.kind == TopologyKind::ring && topology.nodes < 3)
    section.complain_about("nodes", "must be at least 3 for a ring");
  switch (topology.kind) {
    case TopologyKind::random_regular:
    case TopologyKind::erdos_renyi:
    case TopologyKind::barabasi_albert:
    case TopologyKind::watts_strogatz:
      check_degree(topology, section);
      break;
    default:
      break;
  }
  if (links_of(topology) > kMaxLinks) {
    section.complain_about("nodes",
                           "= " + std::to_string(topology.nodes) + ": that would be "
                               + std::to_string(links_of(topology)) + " links; at most "
                               + std::to_string(kMaxLinks) + " are simulated");
  }
}

void check_links(const LinksSpec& links, Section& section) {
  if (links.weak <= 0) {
    if (section.has("weak_bandwidth"))
      section.complain_about("weak_bandwidth", "is read only where weak is above 0");
    return;
  }
  const std::uint64_t usual = links.bandwidth_bytes_per_s;
  const std::uint64_t weak = links.weak_bandwidth_bytes_per_s;
  if (weak == 0 || (usual != 0 && weak >= usual))
    section.complain_about("weak", "needs a weak_bandwidth that is less than bandwidth");
}

void check_content(const ContentSpec& content, const TopologySpec& topology, Section& section) {
  const double nodes = topology.kind == TopologyKind::file ? 1 : topology.nodes;
  if (content.replication * content.objects * nodes <= kMaxCopies) return;
  section.complain_about("replication",
                         "times objects times nodes is more than 200 million copies; lower one");
}

void check_churn(const Scenario& scenario, Section& section) {
  bool crashes = false;
  for (const double share : scenario.churn.crash) crashes = crashes || share > 0;
  if (!crashes || scenario.churn.at < scenario.duration()) return;
  section.complain_about("at",
                         "= " + to_string(scenario.churn.at)
                             + ": the crash would be after the workload, which lasts "
                             + to_string(scenario.duration()));
}

void check_partition(const Scenario& scenario, Section& section) {
  const PartitionSpec& partition = scenario.partition;
  if (partition.share == 0) {
    if (section.has("at") || section.has("heal"))
      section.complain_about("share", "is missing: nothing is cut off without it");
    return;
  }
  if (partition.share > 0.5) section.complain_about("share", "is of the smaller side: at most 0.5");
  if (partition.at >= scenario.duration()) {
    section.complain_about("at",
                           "= " + to_string(partition.at)
                               + ": that is after the workload, which lasts "
                               + to_string(scenario.duration()));
  }
  if (partition.heal > Duration{} && partition.heal <= partition.at)
    section.complain_about("heal", "must be later than at (" + to_string(partition.at) + ")");
}

}  // namespace freshet::bench
