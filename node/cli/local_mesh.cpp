#include "node/cli/local_mesh.h"

#include <algorithm>
#include <set>
#include <thread>

#include "node/cli/results_out.h"

namespace freshet::cli {
namespace {

constexpr std::chrono::milliseconds kMeshStartLimit{10000};
constexpr std::chrono::milliseconds kMeshAnswerLimit{10000};
constexpr std::chrono::seconds kSettleLimit{60};
constexpr std::chrono::milliseconds kMeshPollStep{50};
constexpr std::string_view kReady = "ready: listening on ";

Error daemon_error(std::size_t node, const std::string& what) {
  return {.code = ErrorCode::io, .message = "node " + std::to_string(node) + ": " + what};
}

}  // namespace

Edges random_graph(std::size_t nodes, std::size_t extra, Rng rng) {
  std::set<std::pair<std::size_t, std::size_t>> edges;
  for (std::size_t node = 1; node < nodes; ++node) edges.emplace(rng.below(node), node);
  const std::size_t all_pairs = nodes * (nodes - 1) / 2;
  const std::size_t wanted = std::min(all_pairs, nodes - 1 + extra);
  while (edges.size() < wanted) {
    const std::size_t a = rng.below(nodes);
    const std::size_t b = rng.below(nodes);
    if (a != b) edges.emplace(std::min(a, b), std::max(a, b));
  }
  return {edges.begin(), edges.end()};
}

std::filesystem::path LocalMesh::share_of(std::size_t node) const {
  return folder_ / ("node" + std::to_string(node)) / "share";
}

std::filesystem::path LocalMesh::state_of(std::size_t node) const {
  return folder_ / ("node" + std::to_string(node)) / "state";
}

Status LocalMesh::start_node(const std::vector<std::size_t>& peers) {
  const std::size_t number = nodes_.size();
  std::error_code failed;
  std::filesystem::create_directories(share_of(number), failed);
  if (failed) return daemon_error(number, "cannot create " + share_of(number).string());
  std::vector<std::string> args = {program_,
                                   "--state",
                                   state_of(number).string(),
                                   "up",
                                   share_of(number).string(),
                                   "--listen",
                                   "127.0.0.1:0",
                                   "--name",
                                   "local-" + std::to_string(number),
                                   "--no-discovery"};
  for (const std::size_t peer : peers) {
    args.emplace_back("--peer");
    args.push_back(nodes_.at(peer).address);
  }
  auto daemon = ChildProcess::start(args, Stream::err);
  if (!daemon) return daemon.error();
  std::string last_line = "it said nothing";
  while (auto line = daemon->read_line(kMeshStartLimit)) {
    if (line->starts_with(kReady)) {
      nodes_.push_back({.address = line->substr(kReady.size()), .daemon = std::move(*daemon)});
      return kOk;
    }
    last_line = *line;
  }
  return daemon_error(number, "did not start: " + last_line);
}

std::vector<std::string> LocalMesh::command(std::size_t node,
                                            const std::vector<std::string>& words) const {
  std::vector<std::string> args = {program_, "--state", state_of(node).string()};
  args.insert(args.end(), words.begin(), words.end());
  return args;
}

Result<nlohmann::json> LocalMesh::ask(std::size_t node,
                                      const std::vector<std::string>& words) const {
  auto child = ChildProcess::start(command(node, words), Stream::out);
  if (!child) return child.error();
  const auto line = child->read_line(kMeshAnswerLimit);
  const int code = child->wait();
  auto answer = nlohmann::json::parse(line.value_or(""), nullptr, false);
  if (code != 0 || answer.is_discarded()) {
    return daemon_error(node, "'" + words.front() + "' ended with " + std::to_string(code));
  }
  return answer;
}

Result<std::vector<nlohmann::json>> LocalMesh::status_of_all() const {
  std::vector<nlohmann::json> all;
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    auto status = ask(node, {"status", "--json"});
    if (!status) return status.error();
    all.push_back(std::move(*status));
  }
  return all;
}

Status LocalMesh::settle(const Edges& edges) const {
  const auto deadline = std::chrono::steady_clock::now() + kSettleLimit;
  while (std::chrono::steady_clock::now() < deadline) {
    if (interrupted()) return interruption();
    const auto all = status_of_all();
    if (!all) return all.error();
    std::size_t ends = 0;
    bool hashed = true;
    for (const auto& status : *all) {
      ends += status.value("peers", std::size_t{0});
      hashed = hashed && status.value("hashed_files", 0) == status.value("shared_files", -1);
    }
    if (ends == 2 * edges.size() && hashed) return kOk;
    std::this_thread::sleep_for(kMeshPollStep);
  }
  return Error{.code = ErrorCode::timed_out, .message = "the mesh did not settle within a minute"};
}

}  // namespace freshet::cli
