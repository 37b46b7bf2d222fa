// A folder that a node shares is found as one item, and fetched as one: the tree is kept, what is
// there is not fetched again, and a killed fetch goes on.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kSmall = 120;

/// Small files, empty ones, and two large ones with the same bytes.
void fill(const fs::path& album) {
  for (int i = 0; i < kSmall; ++i) {
    write_random_file(album / ("part " + std::to_string(i % 7)) / (std::to_string(i) + ".txt"),
                      static_cast<std::uint64_t>(i) * 97,
                      static_cast<std::uint64_t>(i));
  }
  write_random_file(album / "large.bin", 3'000'000, 1001);
  write_random_file(album / "twin" / "same.bin", 3'000'000, 1001);
  write_random_file(album / "other.bin", 700'000, 1002);
}
constexpr std::uint64_t kAll = kSmall + 3;

Mesh two_nodes() {
  return {2, line(2), [](std::size_t node, const fs::path& share) {
            if (node == 0) fill(share / "blue album");
          }};
}

/// Its number in the fetching node's last search, as soon as it is one item.
std::string find(const Daemon& node) {
  std::string number;
  const auto is_found = [&] {
    for (const Json& hit :
         node.cli({"search", "blue", "album", "--json", "--timeout", "1"}).events("hit")) {
      if (!hit.at("folder").get<bool>() || hit.at("name") != "blue album") continue;
      CHECK(hit.at("files") == kAll);
      number = std::to_string(hit.at("n").get<int>());
    }
    return !number.empty();
  };
  CHECK(eventually(is_found, std::chrono::seconds(40)));
  return number;
}

void check_same(const fs::path& original, const fs::path& copy) {
  const auto files = regular_files(original);
  REQUIRE(files.size() == kAll);
  CHECK(regular_files(copy).size() == kAll);
  for (const fs::path& file : files) {
    const auto other = copy / fs::relative(file, original);
    INFO(other);
    REQUIRE(fs::exists(other));
    CHECK(read_file(file) == read_file(other));
  }
}

}  // namespace

TEST_CASE("get of a folder keeps its tree, and fetches again only what is missing") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  const auto out = mesh.dir().folder("out");
  const auto original = mesh.share(0) / "blue album";
  const auto got = mesh[1].cli({"get", find(mesh[1]), "-o", out.string(), "--json"});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  CHECK(got.events("done").back().at("path") == (out / "blue album").string());
  check_same(original, out / "blue album");

  // A large one and a small one are gone.
  fs::remove(out / "blue album" / "large.bin");
  fs::remove(out / "blue album" / "part 3" / "3.txt");
  const auto again = mesh[1].cli({"get", find(mesh[1]), "-o", out.string(), "--json"});
  INFO(again.err);
  REQUIRE(again.exit_code == 0);
  check_same(original, out / "blue album");
}

TEST_CASE("a folder that is fetched is shared, as the same item") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  const auto out = mesh.dir().folder("out");
  REQUIRE(mesh[1].cli({"get", find(mesh[1]), "-o", out.string()}).exit_code == 0);
  CHECK(mesh[1].has_hashed(kAll));
  const auto has_both = [&] {
    const auto hits =
        mesh[1].cli({"search", "blue", "album", "--json", "--timeout", "1"}).events("hit");
    return std::any_of(hits.begin(), hits.end(), [](const Json& hit) {
      return hit.at("folder").get<bool>() && hit.at("sources") == 2;
    });
  };
  CHECK(eventually(has_both, std::chrono::seconds(40)));
}

TEST_CASE("a file that fails does not keep others from coming, and is named") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  const auto number = find(mesh[1]);
  corrupt_in_place(mesh.share(0) / "blue album" / "other.bin");
  const auto out = mesh.dir().folder("out");
  const auto got = mesh[1].cli({"get", number, "-o", out.string(), "--timeout", "3"});
  CHECK(got.exit_code != 0);
  CHECK(got.err.find("1 of 123 files") != std::string::npos);
  CHECK(got.err.find("other.bin") != std::string::npos);
  CHECK(regular_files(out / "blue album").size() == kAll - 1);
}

TEST_CASE("a folder whose fetching daemon is killed is whole after the same get again") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  const auto out = mesh.dir().folder("out");
  const auto number = find(mesh[1]);
  const auto running =
      mesh[1].start_cli({"get", number, "-o", out.string(), "--rate", "400K"}, "killed");
  CHECK(eventually([&] { return fs::exists(out / "blue album"); }, std::chrono::seconds(40)));
  mesh[1].kill();
  mesh[1].start_again();
  REQUIRE(mesh[1].has_peers(1));
  const auto got = mesh[1].cli({"get", find(mesh[1]), "-o", out.string()});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  check_same(mesh.share(0) / "blue album", out / "blue album");
}

}  // namespace freshet::testing
