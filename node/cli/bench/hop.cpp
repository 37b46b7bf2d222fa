// What a hop costs an idle mesh: a line of 4 daemons, from asking at one end to the first hit from
// the other, less what asking for an own file takes. Six links are travelled, three out and three
// back.
#include <chrono>
#include <fstream>

#include "node/api/control_client.h"
#include "node/cli/bench/figure.h"
#include "node/cli/local_mesh.h"
#include "node/cli/results_out.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kMeshNodes = 4;
constexpr double kLinksTravelled = 2 * (kMeshNodes - 1);
constexpr std::size_t kSearches = 1001;
constexpr std::size_t kFewSearches = 11;
constexpr api::Millis kHopPatience{5000};

Status put_file(const fs::path& share, const std::string& name) {
  std::error_code failed;
  fs::create_directories(share, failed);
  std::ofstream file(share / name);
  file << name;
  if (!file.flush()) return Error{ErrorCode::io, "cannot write " + (share / name).string()};
  return kOk;
}

Result<LocalMesh> line(const BenchPlan& plan) {
  LocalMesh mesh(plan.program, plan.folder / "hop");
  Edges edges;
  for (std::size_t node = 0; node < kMeshNodes; ++node) {
    if (interrupted()) return interruption();
    const std::string name = node == 0 ? "nearby.bin" : "faraway.bin";
    if (node == 0 || node + 1 == kMeshNodes) {
      if (Status put = put_file(mesh.share_of(node), name); !put) return put.error();
    }
    std::vector<std::size_t> peers;
    if (node > 0) peers.push_back(node - 1);
    if (Status started = mesh.start_node(peers); !started) return started.error();
    if (node > 0) edges.emplace_back(node - 1, node);
  }
  if (Status settled = mesh.settle(edges); !settled) return settled.error();
  return mesh;
}

// Milliseconds until the first hit.
Result<double> first_hit(const LocalMesh& mesh, const std::string& word, std::uint32_t ttl) {
  auto client = api::ControlClient::connect(mesh.state_of(0).string());
  if (!client) return client.error();
  api::SearchRequest request;
  request.words = {word};
  request.ttl = ttl;
  request.limit = 1;
  request.timeout = kHopPatience;
  const auto began = Steady::now();
  if (Status sent = client->send(request); !sent) return sent.error();
  const auto heard = client->next<api::SearchRequest>(kHopPatience);
  const std::chrono::duration<double, std::milli> took = Steady::now() - began;
  if (!heard) return heard.error();
  if (!std::holds_alternative<api::Hit>(*heard))
    return Error{ErrorCode::io, "a search for '" + word + "' found nothing"};
  return took.count();
}

}  // namespace

Result<Figures> measure_hop(const BenchPlan& plan) {
  const auto mesh = line(plan);
  if (!mesh) return mesh.error();
  std::vector<double> near;
  std::vector<double> far;
  for (std::size_t i = 0; i < plan.size(kSearches, kFewSearches); ++i) {
    if (interrupted()) return interruption();
    const auto own = first_hit(*mesh, "nearby", 0);
    const auto other = first_hit(*mesh, "faraway", kMeshNodes - 1);
    if (!own || !other) return own ? other.error() : own.error();
    near.push_back(*own);
    far.push_back(*other);
  }
  const double base = quantile(near, 0.5);
  const auto a_hop = [&](double p) {
    return std::max(0.0, (quantile(far, p) - base) / kLinksTravelled);
  };
  return Figures{{.key = "p50_ms",
                  .what = "a hop, idle line of 4 daemons: median",
                  .value = a_hop(0.5),
                  .digits = 3,
                  .unit = "ms"},
                 {.key = "p99_ms",
                  .what = "a hop, idle line of 4 daemons: 99th percentile",
                  .value = a_hop(0.99),
                  .digits = 3,
                  .unit = "ms"}};
}

}  // namespace freshet::cli
