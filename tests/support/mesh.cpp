#include "tests/support/mesh.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "tests/support/files.h"

namespace freshet::testing {

Edges line(std::size_t nodes) {
  Edges edges;
  for (std::size_t i = 1; i < nodes; ++i) edges.emplace_back(i - 1, i);
  return edges;
}

Edges ring(std::size_t nodes) {
  Edges edges = line(nodes);
  edges.emplace_back(0, nodes - 1);
  return edges;
}

Edges complete(std::size_t nodes) {
  Edges edges;
  for (std::size_t b = 1; b < nodes; ++b) {
    for (std::size_t a = 0; a < b; ++a) edges.emplace_back(a, b);
  }
  return edges;
}

Edges star(std::size_t nodes) {
  Edges edges;
  for (std::size_t i = 1; i < nodes; ++i) edges.emplace_back(0, i);
  return edges;
}

std::filesystem::path Mesh::share(std::size_t node) const {
  return dir_.folder("share" + std::to_string(node));
}

void Mesh::start(std::size_t nodes) {
  for (std::size_t i = 0; i < nodes; ++i) {
    DaemonOptions options;
    options.paths = {share(i).string()};
    for (const auto& [first, second] : edges_) {
      if (second == i) options.peers.push_back(daemons_.at(first)->address());
    }
    options.flags.insert(options.flags.end(), {"--name", "node" + std::to_string(i)});
    daemons_.push_back(
        std::make_unique<Daemon>(dir_.path() / ("n" + std::to_string(i)), std::move(options)));
  }
  for (std::size_t i = 0; i < nodes; ++i) {
    const auto degree = std::count_if(edges_.begin(), edges_.end(), [&](const auto& edge) {
      return edge.first == i || edge.second == i;
    });
    if (!daemons_.at(i)->has_peers(static_cast<std::size_t>(degree))) {
      throw std::runtime_error("node " + std::to_string(i) + " did not get its links");
    }
    if (!daemons_.at(i)->has_hashed(regular_files(share(i)).size())) {
      throw std::runtime_error("node " + std::to_string(i) + " did not hash its files");
    }
  }
}

Mesh::~Mesh() {
  for (auto& daemon : daemons_) daemon->ask_to_end();  // all at once; each is then waited for
}

std::vector<std::uint64_t> Mesh::each(const std::string& counter) const {
  std::vector<std::uint64_t> values;
  values.reserve(daemons_.size());
  for (const auto& daemon : daemons_) values.push_back(daemon->counter(counter));
  return values;
}

std::uint64_t Mesh::sum(const std::string& counter) const {
  const auto values = each(counter);
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

}  // namespace freshet::testing
