#include "node/wire/bt/merkle.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/wire/bt/sha256.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

Bytes bytes_of_size(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<Byte>(i * 2654435761U >> 13U);
  return bytes;
}

// The definition, written out: every leaf, every layer.
std::vector<std::vector<Sha256>> whole_tree(const Bytes& data) {
  std::vector<Sha256> leaves = leaves_of(data);
  std::size_t width = 1;
  while (width < leaves.size()) width *= 2;
  leaves.resize(width);
  std::vector<std::vector<Sha256>> layers{leaves};
  while (layers.back().size() > 1) {
    std::vector<Sha256> above;
    for (std::size_t i = 0; i < layers.back().size(); i += 2) {
      above.push_back(sha256_pair(layers.back()[i], layers.back()[i + 1]));
    }
    layers.push_back(above);
  }
  return layers;
}

TreeBuilder::Tree build(const Bytes& data, std::size_t chunk) {
  TreeBuilder builder(data.size());
  for (std::size_t at = 0; at < data.size(); at += chunk) {
    builder.feed(ByteView(data).subspan(at, std::min(chunk, data.size() - at)));
  }
  auto tree = builder.finish();
  REQUIRE(tree);
  return *tree;
}

HashRequest request_of(const Sha256& root, std::array<std::uint32_t, 4> numbers) {
  return {.root = root,
          .base_layer = numbers[0],
          .index = numbers[1],
          .length = numbers[2],
          .proof_layers = numbers[3]};
}

}  // namespace

TEST_CASE("SHA-256 gives the digests of FIPS 180-4") {
  CHECK(sha256({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256(bytes_of("abc")).hex()
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("the piece length is the smallest power of two that gives at most 4,096 pieces") {
  CHECK(piece_length_for(0) == 16384);
  CHECK(piece_length_for(1) == 16384);
  CHECK(piece_length_for(std::uint64_t{64} << 20U) == 16384);
  CHECK(piece_length_for((std::uint64_t{64} << 20U) + 1) == 32768);
  CHECK(piece_length_for(std::uint64_t{1} << 30U) == 262144);
  CHECK(Shape::of(kMaxContentBytes).piece_count == kMaxPieces);
}

TEST_CASE("the root of an empty content is SHA-256 of nothing, of one block SHA-256 of the block") {
  CHECK(build({}, 1).root.hex() == sha256({}).hex());
  const Bytes one = bytes_of_size(16384);
  CHECK(build(one, 16384).root.hex() == sha256(one).hex());
  const Bytes small = bytes_of_size(5);
  CHECK(build(small, 2).root.hex() == sha256(small).hex());
}

TEST_CASE("the builder gives the same root and piece layer whatever the chunks") {
  for (const std::size_t size : {16385U, 32768U, 49152U, 50000U, 1048576U, 1048577U}) {
    const Bytes data = bytes_of_size(size);
    const auto layers = whole_tree(data);
    for (const std::size_t chunk :
         {std::size_t{1000}, std::size_t{16384}, std::size_t{70001}, size}) {
      const auto tree = build(data, chunk);
      CHECK(tree.root.hex() == layers.back()[0].hex());
      CHECK(tree.piece_layer.size() == Shape::of(size).piece_count);
    }
  }
}

TEST_CASE("the builder refuses a file that is longer or shorter than announced") {
  const Bytes data = bytes_of_size(40000);
  TreeBuilder more(39999);
  more.feed(data);
  CHECK_FALSE(more.finish());
  TreeBuilder fewer(40001);
  fewer.feed(data);
  CHECK_FALSE(fewer.finish());
}

TEST_CASE("the piece layer of a content beyond 64 MiB holds the roots of its pieces") {
  const Bytes data = bytes_of_size((std::size_t{64} << 20U) + 40000);
  const Shape shape = Shape::of(data.size());
  REQUIRE(shape.blocks_per_piece() == 2);
  const auto layers = whole_tree(data);
  const auto tree = build(data, 1 << 20);
  CHECK(tree.root.hex() == layers.back()[0].hex());
  REQUIRE(tree.piece_layer.size() == 2050);
  CHECK(std::equal(tree.piece_layer.begin(), tree.piece_layer.end(), layers[1].begin()));
  const auto last = ByteView(data).subspan(std::size_t{2049} * 32768);
  CHECK(merkle_root(last, shape.blocks_per_piece()) == tree.piece_layer.back());

  SUBCASE("hash requests of every layer are answered with what the whole tree holds") {
    const Sha256 root = layers.back()[0];
    const auto leaves = leaves_of(data);
    for (std::uint32_t base = 0; base < shape.height(); ++base) {
      for (const std::uint32_t length : {2U, 8U, 512U}) {
        if (length > std::uint32_t{1} << (shape.height() - base)) continue;
        const std::uint32_t nodes = ((shape.block_count - 1) >> base) + 1;
        const std::uint32_t index = (nodes - 1) / length * length;
        const auto request = request_of(root, {base, index, length, shape.height() - base - 1});
        if (!is_answerable(request, shape)) {
          CHECK(base < shape.piece_layer());
          continue;
        }
        const PieceRange needed = pieces_needed(request, shape);
        const std::size_t first = std::size_t{needed.first} * shape.blocks_per_piece();
        const std::size_t count = std::min<std::size_t>(
            std::size_t{needed.count} * shape.blocks_per_piece(), leaves.size() - first);
        auto answer =
            hashes_for(request, shape, tree.piece_layer, std::span(leaves).subspan(first, count));
        CHECK(answer.size() == length + uncle_count(request));
        CHECK(proves(request, answer, shape));
        CHECK(std::equal(answer.begin(), answer.begin() + length, layers[base].begin() + index));
        answer.back().bytes[0] ^= 1;
        CHECK_FALSE(proves(request, answer, shape));
      }
    }
  }
}

TEST_CASE("the requests for the piece layer bring it whole, each with a proof") {
  const Bytes data = bytes_of_size(std::size_t{600} * 16384 + 1);
  const Shape shape = Shape::of(data.size());
  const auto tree = build(data, 1 << 20);
  const auto requests = piece_layer_requests(tree.root, shape);
  REQUIRE(requests.size() == 2);
  std::vector<Sha256> all;
  for (const HashRequest& request : requests) {
    const auto answer = hashes_for(request, shape, tree.piece_layer, tree.piece_layer);
    CHECK(proves(request, answer, shape));
    all.insert(all.end(), answer.begin(), answer.begin() + request.length);
  }
  all.resize(shape.piece_count);
  CHECK(all == tree.piece_layer);
}

TEST_CASE("the size proof holds for the true number of blocks and for no other") {
  for (std::uint32_t blocks = 2; blocks <= 40; ++blocks) {
    const Bytes data = bytes_of_size(std::size_t{blocks} * 16384 - 7);
    const auto tree = build(data, 16384);
    const Shape truth = Shape::of(data.size());
    const auto leaves = leaves_of(data);
    for (std::uint32_t claim = 2; claim <= 64; ++claim) {
      const Shape claimed = Shape::of(std::uint64_t{claim} * 16384 - 7);
      const HashRequest request = size_proof_request(tree.root, claimed);
      // A liar cuts or pads the leaves to what it claims; an honest source answers from the true
      // tree.
      std::vector<Sha256> made_up = leaves;
      made_up.resize(claim);
      CHECK(proves_size(request, hashes_for(request, claimed, made_up, made_up), claimed)
            == (claim == blocks));
      if (!is_answerable(request, truth) || claimed.height() != truth.height()) continue;
      CHECK(proves_size(request, hashes_for(request, truth, leaves, leaves), claimed)
            == (claim == blocks));
    }
    const HashRequest request = size_proof_request(tree.root, truth);
    const auto answer = hashes_for(request, truth, tree.piece_layer, leaves);
    CHECK(last_leaf(answer, truth) == leaves.back());
  }
}

TEST_CASE("senseless hash requests are not answerable") {
  const Shape shape = Shape::of(std::uint64_t{1} << 30U);  // height 16, piece layer 4
  const Sha256 root;
  CHECK(is_answerable(request_of(root, {4, 0, 512, 11}), shape));
  CHECK(is_answerable(request_of(root, {0, 65534, 2, 15}), shape));
  CHECK_FALSE(is_answerable(request_of(root, {0, 65536, 2, 15}), shape));  // beyond the end
  CHECK_FALSE(is_answerable(request_of(root, {0, 65535, 2, 15}), shape));  // not aligned
  CHECK_FALSE(is_answerable(request_of(root, {0, 0, 1, 15}), shape));
  CHECK_FALSE(is_answerable(request_of(root, {0, 0, 3, 15}), shape));
  CHECK_FALSE(is_answerable(request_of(root, {0, 0, 1024, 15}), shape));
  CHECK_FALSE(is_answerable(request_of(root, {0, 0, 2, 16}), shape));    // proof beyond the root
  CHECK_FALSE(is_answerable(request_of(root, {16, 0, 2, 0}), shape));    // the root's own layer
  CHECK_FALSE(is_answerable(request_of(root, {3, 0, 512, 12}), shape));  // 64 MiB to read
  CHECK_FALSE(is_answerable(request_of(root, {0xFFFFFFFF, 0, 2, 0}), shape));
  CHECK_FALSE(is_answerable(request_of(root, {0, 0, 2, 0xFFFFFFFF}), shape));
  CHECK_FALSE(is_answerable(request_of(root, {0, 0, 2, 0}), Shape::of(16384)));
}
