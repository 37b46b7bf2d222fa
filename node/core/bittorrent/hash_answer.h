// The answer to a client's hash request (BEP 52), from the tree that this node keeps of a file.
// Where the client's torrent has smaller pieces than that tree, it takes the leaves of many pieces:
// then it is put together from parts, each of which the node answers by itself and with little
// work, so that others' reads come in between. Sans-IO.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/wire/bt/merkle.h"
#include "node/wire/bt/messages.h"

namespace freshet::core::bittorrent {

class HashAnswer {
 public:
  /// About a file of that size, of a torrent with such pieces; both in bytes. nullopt: no tree of
  /// the file has such hashes (wire::bt::is_answerable()). The root is not looked at.
  static std::optional<HashAnswer> to(const wire::bt::HashRequest& request,
                                      std::uint64_t size_bytes,
                                      std::uint32_t piece_length);

  [[nodiscard]] const wire::bt::HashRequest& request() const { return request_; }
  /// How much of the file is read and hashed for all of it.
  [[nodiscard]] std::uint64_t read_bytes() const;
  /// The part that is to be read now: wire::bt::is_answerable() with the node's own pieces.
  /// REQUIRES: !is_whole().
  [[nodiscard]] const wire::bt::HashRequest& next() const { return parts_.at(taken_); }
  /// The answer to next().
  void take(const std::vector<Sha256>& hashes);
  [[nodiscard]] bool is_whole() const { return taken_ == parts_.size(); }
  /// REQUIRES: is_whole().
  [[nodiscard]] const std::vector<Sha256>& hashes() const { return hashes_; }

 private:
  HashAnswer(const wire::bt::HashRequest& request, const wire::bt::Shape& shape)
      : request_(request),
        shape_(shape) {}
  void split();

  wire::bt::HashRequest request_;
  wire::bt::Shape shape_;                     ///< with the node's own pieces
  std::vector<wire::bt::HashRequest> parts_;  ///< hashes from the left to the right, then uncles
  std::size_t hash_parts_ = 0;                ///< of them, those of the hashes
  std::size_t taken_ = 0;
  std::vector<Sha256> hashes_;
};

}  // namespace freshet::core::bittorrent
