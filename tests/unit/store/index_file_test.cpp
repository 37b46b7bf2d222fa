#include "node/store/index_file.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

constexpr std::int64_t kSerial = 77;

std::vector<IndexedFile> some_files() {
  return {{.id = FileId{1}},
          {.id = FileId{2}, .texts = 0x80FF'0001},
          {.id = FileId{200}},
          {.id = FileId{1'000'000'000'000}, .texts = 1}};
}

void write(const std::string& path) {
  REQUIRE(IndexFile::write(path, kSerial, some_files(), [](const IndexFile::Sink& sink) {
    sink(bytes_of("the first piece, "));
    sink(bytes_of("and the last"));
  }));
  REQUIRE(IndexFile::put_in_place(path));
}

}  // namespace

TEST_CASE("an index file gives back what was written") {
  const TempFolder temp;
  const std::string path = temp / "index";
  CHECK(IndexFile::open(path, kSerial).error().code == ErrorCode::not_found);
  write(path);
  const auto file = IndexFile::open(path, kSerial);
  REQUIRE(file.ok());
  CHECK(text_of(file->image()) == "the first piece, and the last");
  CHECK(file->files() == some_files());
  CHECK_FALSE(std::filesystem::exists(path + ".new"));
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::others_read)
        == std::filesystem::perms::none);
}

TEST_CASE("an index file of another serial, or with any bit changed or byte missing, is none") {
  const TempFolder temp;
  const std::string path = temp / "index";
  write(path);
  CHECK(IndexFile::open(path, kSerial + 1).error().code == ErrorCode::invalid);
  const auto size = std::filesystem::file_size(path);
  for (std::uintmax_t at = 0; at < size; ++at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    const auto place = static_cast<std::streamoff>(at);
    const int before = file.seekg(place).get();
    file.seekp(place).put(static_cast<char>(before ^ 1));
    file.flush();
    CHECK_FALSE(IndexFile::open(path, kSerial).ok());
    file.seekp(place).put(static_cast<char>(before));
  }
  REQUIRE(IndexFile::open(path, kSerial).ok());
  for (std::uintmax_t cut = size; cut-- > 0;) {
    std::filesystem::resize_file(path, cut);
    CHECK_FALSE(IndexFile::open(path, kSerial).ok());
  }
}

TEST_CASE("an index file that cannot be written says so, and leaves the last one") {
  const TempFolder temp;
  const std::string path = temp / "index";
  write(path);
  std::filesystem::create_directory(path + ".new");
  CHECK(IndexFile::write(path, 1, {}, [](const IndexFile::Sink&) {}).error().code == ErrorCode::io);
  CHECK(IndexFile::open(path, kSerial).ok());
}

}  // namespace freshet::store
