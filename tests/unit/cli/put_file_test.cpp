#include "node/cli/put_file.h"

#include <iterator>

#include <doctest/doctest.h>

#include "tests/unit/cli/temp_folder.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

struct Fixture {
  TempFolder folder;
  std::string have = folder / "had/a.bin";
  std::string to = folder / "to";
  Fixture() {
    fs::create_directories(folder / "had");
    fs::create_directories(to);
    write_text(have, "bytes");
  }
  [[nodiscard]] auto files_in_to() const {
    return std::distance(fs::directory_iterator(to), fs::directory_iterator());
  }
};

}  // namespace

TEST_CASE(
    "a file that is elsewhere is copied under its own name or a new one, and nothing else is "
    "left") {
  const Fixture f;
  CHECK(put_file(f.have, f.to, "").value() == f.to + "/a.bin");
  CHECK(put_file(f.have, f.to, "b").value() == f.to + "/b");
  CHECK(read_text(f.to + "/a.bin") == "bytes");
  CHECK(read_text(f.to + "/b") == "bytes");
  CHECK(f.files_in_to() == 2);
  CHECK(fs::exists(f.have));
}

TEST_CASE("a file that is in the folder already is left alone, whatever its name") {
  const Fixture f;
  CHECK(put_file(f.have, f.folder / "had/", "other").value() == f.have);
  CHECK_FALSE(fs::exists(f.folder / "had/other"));
}

TEST_CASE("the same bytes there are enough, other bytes are not overwritten") {
  const Fixture f;
  write_text(f.to + "/same", "bytes");
  write_text(f.to + "/other", "b");
  CHECK(put_file(f.have, f.to, "same").value() == f.to + "/same");
  const auto refused = put_file(f.have, f.to, "other");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == ErrorCode::io);
  CHECK(read_text(f.to + "/other") == "b");
}

TEST_CASE("a file that is gone, or a folder that is, is an error and leaves nothing") {
  const Fixture f;
  CHECK_FALSE(put_file(f.folder / "had/gone", f.to, "").ok());
  CHECK_FALSE(put_file(f.have, f.folder / "nowhere", "").ok());
  CHECK(f.files_in_to() == 0);
}

}  // namespace freshet::cli
