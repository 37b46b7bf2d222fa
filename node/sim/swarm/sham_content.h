// A content without bytes: a length, and a Merkle tree over leaves that are drawn instead of
// hashed. Everything above the leaves is real, so a node proves size and piece hashes to the root
// as it does in the daemon.
#pragma once

#include <cstdint>
#include <vector>

#include "node/base/ids.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/messages.h"

namespace freshet::sim::swarm {

class ShamContent {
 public:
  /// REQUIRES: size > 0, and a shape of it.
  ShamContent(const wire::bt::Shape& shape, std::uint64_t seed);

  [[nodiscard]] const ContentId& id() const { return id_; }
  [[nodiscard]] const wire::bt::Shape& shape() const { return shape_; }
  /// What the bytes of a block would hash to.
  [[nodiscard]] const Sha256& leaf(const wire::bt::BlockRange& block) const;
  [[nodiscard]] const Sha256& piece_hash(std::uint32_t piece) const { return layer_[piece]; }
  /// The answer to a hash request. REQUIRES: wire::bt::is_answerable().
  [[nodiscard]] std::vector<Sha256> answer(const wire::bt::HashRequest& request) const;

 private:
  wire::bt::Shape shape_;
  std::vector<Sha256> leaves_;
  std::vector<Sha256> layer_;  ///< of pieces
  ContentId id_;
};

}  // namespace freshet::sim::swarm
