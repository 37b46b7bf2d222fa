// A folder that a node shares is found as one item, and fetched as one: the tree is kept, what is
// there is not fetched again, and a killed fetch goes on.
#include <algorithm>
#include <memory>
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

constexpr std::uint64_t kBytes = 4096;
/// Files of so many bytes alone.
Mesh small_files(int count) {
  return {2, line(2), [count](std::size_t node, const fs::path& share) {
            for (int i = 0; node == 0 && i < count; ++i) {
              write_random_file(share / "green album" / std::to_string(i % 20) / std::to_string(i),
                                kBytes,
                                static_cast<std::uint64_t>(i));
            }
          }};
}

/// Its number in the fetching node's last search, as soon as it is one item of so many files: while
/// a share is being hashed the item of those that are may come before.
std::string find(const Daemon& node,
                 const std::string& name = "blue album",
                 std::uint64_t files = kAll) {
  std::string number;
  const auto is_found = [&] {
    for (const Json& hit : node.cli({"search", name, "--json", "--timeout", "1"}).events("hit")) {
      if (!hit.at("folder").get<bool>() || hit.at("name") != name) continue;
      if (hit.at("files") != files) continue;
      number = std::to_string(hit.at("n").get<int>());
    }
    return !number.empty();
  };
  CHECK(eventually(is_found, std::chrono::minutes(2)));
  return number;
}

void check_same(const fs::path& original, const fs::path& copy, std::uint64_t count = kAll) {
  const auto files = regular_files(original);
  REQUIRE(files.size() == count);
  CHECK(regular_files(copy).size() == count);
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

TEST_CASE("a folder is fetched by its id alone, by a node that never searched for it") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  REQUIRE_FALSE(find(mesh[0]).empty());
  std::string folder;
  for (const Json& hit :
       mesh[0].cli({"search", "blue", "album", "--json", "--timeout", "1"}).events("hit")) {
    if (hit.at("folder").get<bool>() && hit.at("name") == "blue album")
      folder = hit.at("id").get<std::string>();
  }
  REQUIRE_FALSE(folder.empty());
  const auto out = mesh.dir().folder("out");
  const auto got = mesh[1].cli({"get", folder, "-o", out.string()});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  check_same(mesh.share(0) / "blue album", out / "blue album");
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
  CHECK(eventually(has_both, std::chrono::minutes(2)));
}

TEST_CASE(
    "a folder is served when what was kept of it was removed, and when its files were touched") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  const auto original = mesh.share(0) / "blue album";
  const std::string first = find(mesh[1]);
  for (const fs::path& kept : regular_files(mesh[0].state() / "folders")) fs::remove(kept);
  const auto out = mesh.dir().folder("out");
  const auto got = mesh[1].cli({"get", first, "-o", out.string(), "--timeout", "60", "--json"});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  check_same(original, out / "blue album");

  // The same bytes, but no file is what it was when the bundle was last read.
  for (const fs::path& file : regular_files(original))
    fs::last_write_time(file, fs::last_write_time(file) + std::chrono::hours(1));
  const auto other = mesh.dir().folder("other");
  CHECK(eventually(
      [&] {
        const auto again =
            mesh[1].cli({"get", find(mesh[1]), "-o", other.string(), "--timeout", "60"});
        return again.exit_code == 0;
      },
      std::chrono::minutes(3)));
  check_same(original, other / "blue album");
}

TEST_CASE("a file that fails does not keep others from coming, and is named") {
  Mesh mesh = two_nodes();
  REQUIRE(mesh[0].has_hashed(kAll));
  const auto number = find(mesh[1]);
  corrupt_in_place(mesh.share(0) / "blue album" / "other.bin");
  const auto out = mesh.dir().folder("out");
  const auto got = mesh[1].cli({"get", number, "-o", out.string(), "--timeout", "15"});
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

TEST_CASE("several gets of one folder at a time all end well") {
  constexpr int kFiles = 1000;
  Mesh mesh = small_files(kFiles);
  REQUIRE(mesh[0].has_hashed(kFiles));
  const auto number = find(mesh[1], "green album", kFiles);
  std::vector<std::unique_ptr<Process>> running;
  const std::vector<std::string> outs = {"one", "two", "two", "three"};
  for (std::size_t i = 0; i < outs.size(); ++i) {
    const auto out = mesh.dir().folder(outs[i]);
    running.push_back(mesh[1].start_cli({"get", number, "-o", out.string(), "--rate", "4M"},
                                        "get-" + std::to_string(i)));
  }
  for (const auto& get : running) {
    const auto code = get->wait(std::chrono::seconds(60));
    INFO(get->err());
    CHECK(code == 0);
  }
  for (const std::string& out : outs)
    check_same(mesh.share(0) / "green album", mesh.dir().folder(out) / "green album", kFiles);
}

TEST_CASE("a killed daemon's folder of 2,000 files goes on with what was verified") {
  constexpr int kFiles = 2000;
  Mesh mesh = small_files(kFiles);
  REQUIRE(mesh[0].has_hashed(kFiles));
  const auto out = mesh.dir().folder("out");
  const auto running = mesh[1].start_cli(
      {"get", find(mesh[1], "green album", kFiles), "-o", out.string(), "--rate", "400K"},
      "killed");
  // Of what came, all but the pieces on their way is verified.
  constexpr std::uint64_t kEnough = kFiles * kBytes / 2;
  REQUIRE(eventually([&] { return mesh[1].counter("transfer_bytes_in") > kEnough; },
                     std::chrono::seconds(60)));
  mesh[1].kill();
  CHECK_FALSE(fs::exists(out / "green album"));  // nothing half has a name
  const std::uint64_t sent = mesh[0].counter("transfer_bytes_out");
  CHECK(sent < kFiles * kBytes);
  mesh[1].start_again();
  REQUIRE(mesh[1].has_peers(1));
  const auto got = mesh[1].cli({"get", find(mesh[1], "green album", kFiles), "-o", out.string()});
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  // The list once more, and half of the bundle at most.
  const std::uint64_t again = mesh[1].counter("transfer_bytes_in");
  INFO(again, " bytes came after ", sent);
  CHECK(again < kFiles * kBytes * 6 / 10);
  check_same(mesh.share(0) / "green album", out / "green album", kFiles);
}

}  // namespace freshet::testing
