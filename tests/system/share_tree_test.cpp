// A real tree of thousands of files, shared by three nodes and searched from a fourth.
#include <map>
#include <regex>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEnoughFiles = 3000;
constexpr std::size_t kNamesToTry = 5;

/// The machine's own documentation, or, where that was left out, a made-up tree as large.
fs::path tree(const TempDir& dir) {
  fs::path real = "/usr/share/doc";
  if (fs::exists(real) && regular_files(real).size() >= kEnoughFiles) return real;
  MESSAGE("/usr/share/doc has too few files here; a tree is made up");
  fs::path made = dir.folder("tree");
  for (std::size_t i = 0; i < kEnoughFiles; ++i) {
    const auto number = std::to_string(i);
    write_file(made / ("package" + std::to_string(i / 10)) / ("manual" + number + ".txt"),
               "page " + number);
  }
  return made;
}

/// Names that occur once in the tree, and that are one plain word with an ending or two.
std::vector<fs::path> unmistakable(const std::vector<fs::path>& files) {
  std::map<std::string, int> stems;
  const auto stem = [](const fs::path& path) {
    const auto name = path.filename().string();
    return name.substr(0, name.find('.'));
  };
  for (const auto& file : files) ++stems[stem(file)];
  const std::regex plain("[a-z]{7,20}[0-9]*(\\.[a-z]{1,5}){1,2}");
  std::vector<fs::path> chosen;
  for (const auto& file : files) {
    if (chosen.size() == kNamesToTry) break;
    if (stems[stem(file)] != 1 || fs::file_size(file) == 0) continue;
    if (std::regex_match(file.filename().string(), plain)) chosen.push_back(file);
  }
  return chosen;
}

std::uint64_t shared_files(const Daemon& daemon) {
  return daemon.status().at("shared_files").get<std::uint64_t>();
}

}  // namespace

TEST_CASE("a tree of thousands of files, shared by three nodes, is searched from a fourth") {
  const TempDir dir;
  const fs::path root = tree(dir);
  const auto files = regular_files(root);
  REQUIRE(files.size() >= kEnoughFiles);

  Daemon middle(dir.path() / "n0", {});
  std::vector<std::unique_ptr<Daemon>> sharing;
  for (int i = 1; i <= 3; ++i) {
    sharing.push_back(std::make_unique<Daemon>(
        dir.path() / ("n" + std::to_string(i)),
        DaemonOptions{.paths = {root.string()}, .peers = {middle.address()}}));
  }
  REQUIRE(middle.has_peers(3));
  for (const auto& daemon : sharing) {
    // Searchable by name at once; a symlink within the tree may count or not.
    CHECK(
        eventually([&] { return shared_files(*daemon) >= files.size(); }, std::chrono::minutes(3)));
    CHECK(eventually(
        [&] {
          const auto now = daemon->status();
          return now.at("hashed_files") == now.at("shared_files");
        },
        std::chrono::minutes(kSanitized ? 12 : 4)));
  }

  const auto wanted = unmistakable(files);
  REQUIRE(!wanted.empty());
  for (const auto& file : wanted) {
    CAPTURE(file);
    const auto name = file.filename().string();
    const auto word = name.substr(0, name.find('.'));
    const auto found = middle.cli({"search", word, "--timeout", kSanitized ? "10" : "3", "--json"});
    CHECK(found.exit_code == 0);
    const auto hits = found.events("hit");
    const auto hit = std::find_if(
        hits.rbegin(), hits.rend(), [&](const Json& h) { return h.at("name") == name; });
    REQUIRE(hit != hits.rend());
    CHECK(hit->at("size") == fs::file_size(file));
    CHECK(hit->at("sources") == 3);
    CHECK(hit->at("hops") == 1);
  }
}

TEST_CASE("a share is not left through a symlink, and dotfiles stay private") {
  const TempDir dir;
  const auto share = dir.folder("share");
  write_file(dir.folder("outside") / "passwords lagoon.txt", "secret");
  write_file(share / "lagoon.txt", "public");
  write_file(share / ".lagoon.txt", "hidden");
  write_file(share / ".git" / "lagoon.txt", "hidden too");
  fs::create_symlink(dir.path() / "outside", share / "link lagoon");
  fs::create_symlink(dir.path() / "outside" / "passwords lagoon.txt", share / "lagoon link.txt");
  Daemon daemon(dir.path() / "n", {.paths = {share.string()}});
  REQUIRE(daemon.has_hashed(1));
  const auto found = daemon.cli({"search", "lagoon", "--ttl", "0", "--timeout", "1", "--json"});
  REQUIRE(found.events("hit").size() == 1);
  CHECK(found.events("hit").front().at("name") == "lagoon.txt");
}

TEST_CASE("an unchanged tree is not hashed again after a restart") {
  const TempDir dir;
  const auto share = dir.folder("share");
  for (int i = 0; i < 50; ++i)
    write_file(share / ("delta" + std::to_string(i) + ".txt"), std::to_string(i));
  Daemon daemon(dir.path() / "n", {.paths = {share.string()}});
  REQUIRE(daemon.has_hashed(50));
  REQUIRE(daemon.cli({"down"}).exit_code == 0);
  REQUIRE(daemon.process().wait(std::chrono::seconds(30)) == 0);
  daemon.start_again();
  CHECK(daemon.has_hashed(50));
  write_file(share / "delta50.txt", "new");
  CHECK(daemon.cli({"share", "rescan"}).exit_code == 0);
  CHECK(daemon.has_hashed(51));
}

}  // namespace freshet::testing
