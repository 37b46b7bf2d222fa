// Where pieces are assembled: what it takes of memory, and when.
#include "node/io/host/piece_store.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>

#include "node/wire/bt/sha256.h"
#include "tests/unit/io/loop.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::io {

namespace {

namespace ct = core::transfer;

constexpr std::size_t kMiB = std::size_t{1} << 20U;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

struct Disk {
  store::TempFolder temp;
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> work = asio::make_work_guard(io);
  Library library{
      io, *store::Catalogue::open(temp / "catalogue.sqlite", 1'700'000'000), temp.path(), 7};
  std::vector<ct::Input> told;
  PieceStore pieces{io,
                    library,
                    temp.path(),
                    [this](ct::Input input) { told.push_back(std::move(input)); },
                    [this](const ContentId& /*content*/) -> PieceStore::Target {
                      return {.name = "whole.bin", .folder = temp.path()};
                    }};
  ~Disk() { pieces.stop(); }

  template <typename Input>
  Input next() {
    REQUIRE(test::run_until(io, [&] { return !told.empty(); }));
    const Input input = std::get<Input>(told.front());
    told.erase(told.begin());
    return input;
  }
};

}  // namespace

TEST_CASE("a large buffer is not kept for small pieces") {
  PieceBuffers buffers;
  auto large = buffers.take(32 * kMiB);
  buffers.give_back(std::move(large));
  const auto small = buffers.take(16384);
  CHECK(small->capacity() == 16384);
  CHECK(small->view().size() == 16384);
}

TEST_CASE("a buffer is used again for pieces of its size, and for somewhat smaller ones") {
  PieceBuffers buffers;
  auto first = buffers.take(kMiB);
  const PieceBuffer* const used = first.get();
  buffers.give_back(std::move(first));
  auto again = buffers.take(kMiB);
  CHECK(again.get() == used);
  buffers.give_back(std::move(again));
  const auto last = buffers.take(kMiB * 3 / 4);
  CHECK(last.get() == used);
  CHECK(last->view().size() == kMiB * 3 / 4);
}

TEST_CASE("a claim of an enormous size takes no more memory than the blocks that came") {
  Disk disk;
  const ContentId content = ContentId::from(Bytes(ContentId::kSize, 9));
  const Bytes payload(16384, 1);
  const std::size_t before = resident_bytes();
  for (std::uint32_t i = 0; i < 128; ++i) {
    disk.pieces.keep({.link = LinkId{1},
                      .content = content,
                      .block = {.piece = i % 2, .begin = i * 8 * 65536, .length = 16384},
                      .piece_bytes = std::uint32_t{1} << 30U},
                     payload);
  }
  CHECK(resident_bytes() - before < 16 * kMiB);
  disk.pieces.drop({.content = content, .piece = 0});
  disk.pieces.drop({.content = content, .piece = 1});
}

TEST_CASE("blocks that came before the size was proven are in their pieces afterwards") {
  Disk disk;
  const Bytes first(16384, 1);
  const Bytes last(100, 2);
  const auto root = wire::bt::sha256([&] {
    Bytes both;
    for (const auto& leaf : {wire::bt::sha256(first), wire::bt::sha256(last)})
      both.insert(both.end(), leaf.bytes.begin(), leaf.bytes.end());
    return both;
  }());
  const ContentId content = ContentId::from(root.view());
  const ct::BlockRange of_first{.piece = 0, .begin = 0, .length = 16384};
  const ct::BlockRange of_last{.piece = 1, .begin = 0, .length = 100};
  disk.pieces.keep({.link = LinkId{1}, .content = content, .block = of_last, .piece_bytes = 100},
                   last);
  disk.pieces.keep({.link = LinkId{1}, .content = content, .block = of_first, .piece_bytes = 16384},
                   first);
  disk.pieces.check({.content = content, .block = of_last, .expected = wire::bt::sha256(last)});
  CHECK(disk.next<ct::BlockChecked>().ok);
  disk.pieces.prepare({.content = content, .size = 16484, .piece_length = 16384});
  disk.next<ct::StorageReady>();
  for (const auto& [piece, bytes] : {std::pair{0U, &first}, std::pair{1U, &last}}) {
    disk.pieces.verify({.content = content,
                        .piece = piece,
                        .expected = wire::bt::sha256(*bytes),
                        .leaf_count = 1});
    CHECK(disk.next<ct::Verified>().verdict == ct::Verdict::ok);
  }
  std::optional<Status> moved;
  const auto is_told = [&](const Status& status) {
    moved = status;
  };
  disk.pieces.retarget(
      content, {.name = "no.bin", .folder = disk.temp.write("file", "") + "/in"}, is_told);
  REQUIRE(test::run_until(disk.io, [&] { return moved.has_value(); }));
  CHECK_FALSE(moved->ok());
  moved.reset();
  disk.pieces.retarget(content, {.name = "other.bin", .folder = disk.temp / "there"}, is_told);
  REQUIRE(test::run_until(disk.io, [&] { return moved.has_value(); }));
  CHECK(moved->ok());
  std::optional<std::string> path;
  disk.pieces.finish(content,
                     {.name = "unused.bin", .folder = disk.temp / "unused"},
                     false,
                     [&](Result<std::string> done) { path = *done; });
  REQUIRE(test::run_until(disk.io, [&] { return path.has_value(); }));
  CHECK(*path == disk.temp / "there/other.bin");
  CHECK(std::filesystem::file_size(*path) == 16484);
}

}  // namespace freshet::io
