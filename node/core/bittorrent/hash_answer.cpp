#include "node/core/bittorrent/hash_answer.h"

#include <algorithm>
#include <bit>

#include "node/base/check.h"

namespace freshet::core::bittorrent {

using namespace wire::bt;  // NOLINT(google-build-using-namespace): its own vocabulary

std::optional<HashAnswer> HashAnswer::to(const HashRequest& request,
                                         std::uint64_t size_bytes,
                                         std::uint32_t piece_length) {
  HashAnswer answer(request, Shape::of(size_bytes));
  if (is_answerable(request, answer.shape_)) {
    answer.parts_.push_back(request);
    return answer;
  }
  if (!is_answerable(request, Shape::of(size_bytes, piece_length))) return std::nullopt;
  answer.split();
  return answer;
}

// It is within the tree, but takes more leaves than the node hashes at a time: its subtree is
// larger than one of the node's pieces. So the uncles are all above the node's piece layer.
void HashAnswer::split() {
  const std::uint32_t leaves = std::max(kMaxHashesPerRequest, shape_.blocks_per_piece());
  const std::uint32_t length = leaves >> request_.base_layer;
  FRESHET_CHECK(length >= 2 && length < request_.length);
  for (std::uint32_t done = 0; done < request_.length; done += length) {
    const std::uint32_t index = request_.index + done;
    if (std::uint64_t{index} << request_.base_layer >= shape_.block_count) break;  // padding
    parts_.push_back({.root = request_.root,
                      .base_layer = request_.base_layer,
                      .index = index,
                      .length = length,
                      .proof_layers = 0});
  }
  hash_parts_ = parts_.size();
  if (uncle_count(request_) == 0) return;
  // The two halves of the subtree, and their way up.
  const auto levels = static_cast<std::uint32_t>(std::bit_width(request_.length)) - 1;
  parts_.push_back({.root = request_.root,
                    .base_layer = request_.base_layer + levels - 1,
                    .index = request_.index / request_.length * 2,
                    .length = 2,
                    .proof_layers = uncle_count(request_)});
}

std::uint64_t HashAnswer::read_bytes() const {
  std::uint64_t bytes = 0;
  for (const HashRequest& part : parts_)
    bytes += std::uint64_t{pieces_needed(part, shape_).count} * shape_.piece_length;
  return bytes;
}

void HashAnswer::take(const std::vector<Sha256>& hashes) {
  const HashRequest& part = next();
  FRESHET_CHECK(hashes.size() == part.length + uncle_count(part));
  const bool is_uncles = hash_parts_ > 0 && taken_ == hash_parts_;
  const auto begin = hashes.begin() + (is_uncles ? part.length : 0);
  hashes_.insert(hashes_.end(), begin, hashes.end());
  ++taken_;
  if (taken_ == hash_parts_) hashes_.resize(request_.length, pad_hash(request_.base_layer));
}

}  // namespace freshet::core::bittorrent
