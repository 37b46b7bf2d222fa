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
};

/// Nobody holds anything.
class NoContent final : public Content {
 public:
  [[nodiscard]] std::vector<wire::HitFile> find(NodeIndex /*node*/,
                                                const wire::Query& /*query*/,
                                                std::uint32_t /*limit*/) const override {
    return {};
  }
};

/// Files by node; a file matches when each of the query's terms is a part of its name.
class FileTable final : public Content {
 public:
  void add(NodeIndex node, wire::HitFile file);
  [[nodiscard]] std::vector<wire::HitFile> find(NodeIndex node,
                                                const wire::Query& query,
                                                std::uint32_t limit) const override;

 private:
  struct Held {
    NodeIndex node = kNoNode;
    wire::HitFile file;
  };
  std::vector<Held> held_;  ///< in order of node
};

}  // namespace freshet::sim
