// Answers for torrents with smaller pieces than the node's tree has: put together from what the
// node can read, and proved as the client proves them.
#include "node/core/bittorrent/hash_answer.h"

#include <algorithm>
#include <span>

#include <doctest/doctest.h>

#include "node/wire/bt/sha256.h"

namespace freshet::core::bittorrent {
namespace {

using namespace wire::bt;  // NOLINT(google-build-using-namespace): a test

/// A tree over leaves of no bytes, as the node keeps it.
struct Tree {
  explicit Tree(std::uint32_t blocks)
      : size_bytes(std::uint64_t{blocks} * kBlockBytes - 5),
        shape(Shape::of(size_bytes)) {
    for (std::uint32_t i = 0; i < blocks; ++i) {
      Bytes number(4);
      for (std::uint32_t byte = 0; byte < 4; ++byte)
        number[byte] = static_cast<Byte>(i >> (8 * byte));
      leaves.push_back(sha256(number));
    }
    layer = layer_above(leaves, 0, shape.piece_layer());
    root = fold(layer, shape.piece_layer(), shape.height() - shape.piece_layer());
  }
  [[nodiscard]] ContentId id() const { return ContentId::from(root.view()); }
  /// As the node's disk side answers a part. REQUIRES: is_answerable().
  [[nodiscard]] std::vector<Sha256> read(const HashRequest& part) const {
    const PieceRange needed = pieces_needed(part, shape);
    const std::size_t first = std::size_t{needed.first} * shape.blocks_per_piece();
    const std::size_t count = std::size_t{needed.count} * shape.blocks_per_piece();
    const auto own = count == 0
                         ? std::span<const Sha256>()
                         : std::span(leaves).subspan(first, std::min(count, leaves.size() - first));
    return hashes_for(part, shape, layer, own);
  }

  std::uint64_t size_bytes;
  Shape shape;
  std::vector<Sha256> leaves;
  std::vector<Sha256> layer;
  Sha256 root;
};

// Above 128 MiB the node's pieces are of 64 KiB; the last request ends in padding.
constexpr std::uint32_t kBlocks = 10'001;
constexpr std::uint32_t kSmallPiece = 32768;

}  // namespace

TEST_CASE("the piece layer of a torrent with smaller pieces is answered, and proved") {
  const Tree tree(kBlocks);
  REQUIRE(tree.shape.piece_length > kSmallPiece);
  const Shape theirs = Shape::of(tree.size_bytes, kSmallPiece);
  const auto wanted = layer_above(tree.leaves, 0, theirs.piece_layer());
  std::uint64_t read = 0;
  for (const HashRequest& request : piece_layer_requests(tree.id(), theirs)) {
    CHECK_FALSE(is_answerable(request, tree.shape));
    auto answer = HashAnswer::to(request, tree.size_bytes, kSmallPiece);
    REQUIRE(answer);
    read += answer->read_bytes();
    while (!answer->is_whole()) {
      REQUIRE(is_answerable(answer->next(), tree.shape));
      CHECK(std::uint64_t{pieces_needed(answer->next(), tree.shape).count} * tree.shape.piece_length
            <= std::uint64_t{kMaxHashesPerRequest} * kBlockBytes);
      answer->take(tree.read(answer->next()));
    }
    CHECK(answer->request() == request);
    CHECK(proves(request, answer->hashes(), theirs));
    CHECK(answer->hashes().front() == wanted[request.index]);
  }
  CHECK(read == std::uint64_t{tree.shape.piece_count} * tree.shape.piece_length);  // each byte once
}

TEST_CASE("fewer uncles, or none, come with as many hashes") {
  const Tree tree(kBlocks);
  const Shape theirs = Shape::of(tree.size_bytes, kSmallPiece);
  HashRequest request = piece_layer_requests(tree.id(), theirs)[1];
  const auto whole = [&] {
    auto answer = HashAnswer::to(request, tree.size_bytes, kSmallPiece);
    REQUIRE(answer);
    while (!answer->is_whole()) answer->take(tree.read(answer->next()));
    return answer->hashes();
  };
  const auto all = whole();
  for (std::uint32_t layers = 0; layers < request.proof_layers; ++layers) {
    HashRequest less = request;
    less.proof_layers = layers;
    std::swap(request, less);
    const auto some = whole();
    CHECK(some.size() == request.length + uncle_count(request));
    CHECK(std::equal(some.begin(), some.end(), all.begin()));
    std::swap(request, less);
  }
}

TEST_CASE("what the node's own tree answers is one part, and what no tree has is none") {
  const Tree tree(kBlocks);
  HashRequest request = piece_layer_requests(tree.id(), tree.shape).front();
  auto answer = HashAnswer::to(request, tree.size_bytes, kSmallPiece);
  REQUIRE(answer);
  CHECK(answer->next() == request);
  CHECK(answer->read_bytes() == 0);
  answer->take(tree.read(request));
  CHECK(answer->is_whole());
  CHECK(answer->hashes() == tree.read(request));
  request.index = 1;  // no multiple of its length
  CHECK_FALSE(HashAnswer::to(request, tree.size_bytes, kSmallPiece));
  // Below the torrent's piece layer a client needs no more leaves than 512, or one piece's.
  request = {.root = tree.root, .base_layer = 1, .index = 0, .length = 512, .proof_layers = 0};
  CHECK(HashAnswer::to(request, tree.size_bytes, kSmallPiece));
  CHECK_FALSE(HashAnswer::to(request, tree.size_bytes, 4 * kSmallPiece));
}

}  // namespace freshet::core::bittorrent
