// Who holds what, in a simulation: stands in for every node's file index.
#pragma once

#include <cstdint>
#include <vector>

#include "node/sim/network.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::sim {

class Content {
 public:
  Content() = default;
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  virtual ~Content() = default;

  /// At most `limit` files of `node` that match `query`. The same question has the same answer.
  [[nodiscard]] virtual std::vector<wire::HitFile> find(NodeIndex node,
                                                        const wire::Query& query,
                                                        std::uint32_t limit) const = 0;
  /// core::hash_word() of every word by which a file of `node` can be found; none left out, in any
  /// order.
  [[nodiscard]] virtual std::vector<std::uint32_t> word_hashes(NodeIndex node) const = 0;
};

/// Nobody holds anything.
class NoContent final : public Content {
 public:
  [[nodiscard]] std::vector<wire::HitFile> find(NodeIndex /*node*/,
                                                const wire::Query& /*query*/,
                                                std::uint32_t /*limit*/) const override {
    return {};
  }
  [[nodiscard]] std::vector<std::uint32_t> word_hashes(NodeIndex /*node*/) const override {
    return {};
  }
};

/// Files by node; a file matches when each of the query's terms is a word of its name. Words are
/// separated by anything that is neither ASCII letter nor digit.
class FileTable final : public Content {
 public:
  void add(NodeIndex node, wire::HitFile file);
  [[nodiscard]] std::vector<wire::HitFile> find(NodeIndex node,
                                                const wire::Query& query,
                                                std::uint32_t limit) const override;
  [[nodiscard]] std::vector<std::uint32_t> word_hashes(NodeIndex node) const override;

 private:
  struct Held {
    NodeIndex node = kNoNode;
    wire::HitFile file;
  };
  std::vector<Held> held_;  ///< in order of node
};

}  // namespace freshet::sim
