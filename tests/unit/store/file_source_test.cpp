#include "node/store/file_source.h"

#include <doctest/doctest.h>

#include "node/store/hasher.h"
#include "node/wire/bt/merkle.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

using wire::bt::HashRequest;
using wire::bt::Shape;

namespace {
constexpr std::size_t kBlock = wire::bt::kBlockBytes;
}  // namespace

TEST_CASE("a file's content id does not depend on how it is read") {
  const TempFolder temp;
  for (const std::size_t size : {std::size_t{0},
                                 std::size_t{1},
                                 std::size_t{16384},
                                 std::size_t{16385},
                                 std::size_t{3'000'001}}) {
    const std::string text = noise(size, size);
    temp.write("f", text);
    const auto content = hash_file(ref_to(temp, "f"));
    REQUIRE(content.ok());
    wire::bt::TreeBuilder builder(size);
    builder.feed(bytes_of(text));
    const auto tree = builder.finish();
    CHECK(content->id == tree->root);
    CHECK(content->piece_layer == tree->piece_layer);
    CHECK(content->size_bytes == size);
  }
}

TEST_CASE("a file that is not what was scanned is not hashed") {
  const TempFolder temp;
  const std::string path = temp.write("f", "before");
  const FileRef before = ref_to(temp, "f");
  touch_later(path);
  const auto touched = hash_file(before);
  REQUIRE_FALSE(touched.ok());
  CHECK(touched.error().message.find("changed") != std::string::npos);
  std::filesystem::remove(path);
  CHECK(hash_file(before).error().code == ErrorCode::not_found);
}

TEST_CASE("hashing stops when asked to") {
  const TempFolder temp;
  temp.write("f", "text");
  std::stop_source source;
  source.request_stop();
  CHECK(hash_file(ref_to(temp, "f"), source.get_token()).error().code == ErrorCode::canceled);
}

TEST_CASE("a symlink that took the place of a file or a folder is not followed") {
  const TempFolder outside;
  outside.write("x", "secret");
  const TempFolder temp;
  temp.write("d/x", "public");
  const FileRef file{temp.path(), "d/x", stamp_at(outside / "x")};
  std::filesystem::remove(temp / "d/x");
  std::filesystem::create_symlink(outside / "x", temp / "d/x");
  FileSource source;
  Bytes out(6);
  CHECK_FALSE(source.read(file, 0, out).ok());
  CHECK_FALSE(hash_file(file).ok());
  std::filesystem::remove_all(temp / "d");
  std::filesystem::create_symlink(outside.path(), temp / "d");
  CHECK_FALSE(source.read(file, 0, out).ok());
  CHECK_FALSE(source.read({temp.path() + "/d", "../x", file.stamp}, 0, out).ok());
}

TEST_CASE("ranges are read, and nothing beyond the end") {
  const TempFolder temp;
  temp.write("f", "0123456789");
  const FileRef file = ref_to(temp, "f");
  FileSource source;
  Bytes out(4);
  REQUIRE(source.read(file, 6, out).ok());
  CHECK(text_of(out) == "6789");
  CHECK(source.read(file, 7, out).error().code == ErrorCode::invalid);
  CHECK(source.read(file, ~std::uint64_t{0}, out).error().code == ErrorCode::invalid);
}

TEST_CASE(
    "an open file that changes is noticed at the next read, one replaced under its name is found "
    "again") {
  const TempFolder temp;
  const std::string path = temp.write("f", "0123456789");
  const FileRef before = ref_to(temp, "f");
  FileSource source;
  Bytes out(10);
  REQUIRE(source.read(before, 0, out).ok());
  touch_later(path);
  const auto changed = source.read(before, 0, out);
  REQUIRE_FALSE(changed.ok());
  CHECK(changed.error().message.find("changed") != std::string::npos);
  temp.write("new", "abcdefghij");
  std::filesystem::rename(temp / "new", path);
  REQUIRE(source.read(ref_to(temp, "f"), 0, out).ok());
  CHECK(text_of(out) == "abcdefghij");
}

TEST_CASE("no more files stay open than allowed, the latest used ones") {
  const TempFolder temp;
  FileSource source(3);
  Bytes out(1);
  for (int i = 0; i < 10; ++i) {
    const std::string name = "f" + std::to_string(i);
    temp.write(name, "x");
    REQUIRE(source.read(ref_to(temp, name), 0, out).ok());
    REQUIRE(source.open_files() <= 3);
  }
  source.forget(ref_to(temp, "f9"));
  CHECK(source.open_files() == 2);
}

TEST_CASE("hashes of every layer prove themselves to the root") {
  const TempFolder temp;
  // 300 blocks, the last one short; and enough for pieces of two blocks.
  for (const std::size_t size :
       {std::size_t{299 * 16384 + 77}, std::size_t{64 * 1024 * 1024 + 5}}) {
    CAPTURE(size);
    temp.write("f", std::string());
    std::filesystem::resize_file(temp / "f", size);
    {
      std::fstream file(temp / "f", std::ios::in | std::ios::out | std::ios::binary);
      for (std::size_t at = 0; at < size; at += 16384)
        file.seekp(static_cast<std::streamoff>(at)) << at;
    }
    const FileRef file = ref_to(temp, "f");
    const auto content = hash_file(file);
    REQUIRE(content.ok());
    const Shape shape = Shape::of(size);
    FileSource source;
    for (std::uint32_t layer = 0; layer < shape.height(); ++layer) {
      CAPTURE(layer);
      for (const std::uint32_t index : {0U, ((shape.block_count - 1) >> layer) & ~1U}) {
        HashRequest request;
        request.root = Sha256::from(content->id.view());
        request.base_layer = layer;
        request.index = index;
        request.length = 2;
        request.proof_layers = shape.height() - layer - 1;
        const auto hashes = source.hashes(file, *content, request);
        REQUIRE(hashes.ok());
        CHECK(wire::bt::proves(request, *hashes, shape));
      }
    }
    for (const HashRequest& request : wire::bt::piece_layer_requests(content->id, shape)) {
      const auto hashes = source.hashes(file, *content, request);
      REQUIRE(hashes.ok());
      CHECK(wire::bt::proves(request, *hashes, shape));
    }
    const HashRequest last = wire::bt::size_proof_request(content->id, shape);
    const auto hashes = source.hashes(file, *content, last);
    REQUIRE(hashes.ok());
    CHECK(wire::bt::proves_size(last, *hashes, shape));
  }
}

TEST_CASE(
    "a hash request beyond the content is refused, and leaves of a corrupted file are not served") {
  const TempFolder temp;
  const std::string path = temp.write("f", noise(1, 5 * kBlock));
  const FileRef before = ref_to(temp, "f");
  const auto content = hash_file(before);
  REQUIRE(content.ok());
  FileSource source;
  HashRequest request =
      wire::bt::size_proof_request(content->id, Shape::of(before.stamp.size_bytes));
  request.index = 1U << 20U;
  CHECK(source.hashes(before, *content, request).error().code == ErrorCode::invalid);
  temp.write("other", noise(2, 5 * kBlock));
  request.index = 0;
  const FileRef other = ref_to(temp, "other");
  ContentInfo long_pieces = *content;
  // Pieces are single blocks here, so the piece layer answers alone; its length must fit.
  long_pieces.piece_layer.pop_back();
  CHECK(source.hashes(other, long_pieces, request).error().code == ErrorCode::invalid);
}

TEST_CASE("leaves below the piece layer are refused when the disk no longer has the piece") {
  const TempFolder temp;
  constexpr std::size_t size = 4097 * kBlock;  // pieces of two blocks
  temp.write("f", "");
  std::filesystem::resize_file(temp / "f", size);
  const auto content = hash_file(ref_to(temp, "f"));
  REQUIRE(content.ok());
  { std::fstream(temp / "f", std::ios::in | std::ios::out | std::ios::binary) << "bad"; }
  HashRequest request;
  request.length = 2;
  FileSource source;
  CHECK(source.hashes(ref_to(temp, "f"), *content, request).error().code
        == ErrorCode::verification);
  request.index = 2;
  CHECK(source.hashes(ref_to(temp, "f"), *content, request).ok());
}

}  // namespace freshet::store
