// Several daemons in a static topology on loopback.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/daemon.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {

/// Undirected; the second dials the first, so the first is the lower number.
using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

[[nodiscard]] Edges line(std::size_t nodes);
[[nodiscard]] Edges ring(std::size_t nodes);  ///< REQUIRES: 3 nodes or more
[[nodiscard]] Edges complete(std::size_t nodes);
[[nodiscard]] Edges star(std::size_t nodes);  ///< node 0 in the middle

class Mesh {
 public:
  /// Starts `nodes` daemons; node i shares share(i), which the test may have filled before through
  /// the `fill` function. Returns when every edge is a link; throws when that does not come.
  template <typename Fill>
  Mesh(std::size_t nodes, Edges edges, Fill fill) : edges_(std::move(edges)) {
    for (std::size_t i = 0; i < nodes; ++i) fill(i, share(i));
    start(nodes);
  }

  [[nodiscard]] Daemon& operator[](std::size_t node) { return *daemons_.at(node); }
  [[nodiscard]] std::size_t size() const { return daemons_.size(); }
  [[nodiscard]] std::size_t edge_count() const { return edges_.size(); }
  [[nodiscard]] std::filesystem::path share(std::size_t node) const;
  /// The folder in which everything lies.
  [[nodiscard]] const TempDir& dir() const { return dir_; }

  /// The sum of a counter over all nodes.
  [[nodiscard]] std::uint64_t sum(const std::string& counter) const;
  /// The counter at each node.
  [[nodiscard]] std::vector<std::uint64_t> each(const std::string& counter) const;

  ~Mesh();
  Mesh(const Mesh&) = delete;
  Mesh& operator=(const Mesh&) = delete;
  Mesh(Mesh&&) = delete;
  Mesh& operator=(Mesh&&) = delete;

 private:
  void start(std::size_t nodes);

  TempDir dir_;
  Edges edges_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
};

}  // namespace freshet::testing
