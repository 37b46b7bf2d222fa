// A mesh of real daemons on loopback, for as long as a command runs: child processes of this
// program, started one after another, linked as the command says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "node/base/result.h"
#include "node/base/rng.h"
#include "node/cli/child_process.h"

namespace freshet::cli {

/// Undirected, each pair once, the lower number first.
using Edges = std::vector<std::pair<std::size_t, std::size_t>>;

/// Connected, simple, with `nodes` - 1 + `extra` edges (fewer when there are no more pairs).
Edges random_graph(std::size_t nodes, std::size_t extra, Rng rng);

class LocalMesh {
 public:
  /// `program` is the freshet binary; every node's state and shares are below `folder`.
  LocalMesh(std::string program, std::filesystem::path folder)
      : program_(std::move(program)),
        folder_(std::move(folder)) {}

  [[nodiscard]] std::filesystem::path share_of(std::size_t node) const;
  /// Starts node number size(), sharing share_of() of it, linked to the given earlier nodes.
  Status start_node(const std::vector<std::size_t>& peers);
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  /// The command line that runs `command` against a node.
  [[nodiscard]] std::vector<std::string> command(std::size_t node,
                                                 const std::vector<std::string>& words) const;
  [[nodiscard]] std::filesystem::path state_of(std::size_t node) const;
  [[nodiscard]] pid_t pid_of(std::size_t node) const { return nodes_.at(node).daemon.pid(); }
  /// "ADDR:PORT", where it listens.
  [[nodiscard]] const std::string& address_of(std::size_t node) const {
    return nodes_.at(node).address;
  }
  /// Runs a command with --json that prints one object.
  [[nodiscard]] Result<nlohmann::json> ask(std::size_t node,
                                           const std::vector<std::string>& words) const;
  /// Waits until every edge is a link and every shared file is hashed.
  Status settle(const Edges& edges) const;
  [[nodiscard]] Result<std::vector<nlohmann::json>> status_of_all() const;

 private:
  struct Node {
    std::string address;
    ChildProcess daemon;
  };

  std::string program_;
  std::filesystem::path folder_;
  std::vector<Node> nodes_;
};

}  // namespace freshet::cli
