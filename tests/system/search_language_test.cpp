// The query language across a mesh: what is typed at one node narrows what another one answers.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

constexpr std::uint64_t kKi = 1024;
constexpr int kNoResults = 1;
constexpr int kUsage = 2;

// One node asks; the other one, "Ada's Laptop", has the files.
struct Pair {
  Pair() {
    const auto share = dir.folder("share");
    write_random_file(share / "Films" / "Moon Rise.mkv", 300 * kKi, 1);
    write_random_file(share / "Films" / "moonlight.MP4", 20 * kKi, 2);
    write_random_file(share / "Music" / "moon song.flac", 40 * kKi, 3);
    write_random_file(share / "moon.txt", 100, 4);
    write_random_file(share / "sun.txt", 100, 5);
    fs::last_write_time(share / "sun.txt",
                        fs::file_time_type::clock::now() - std::chrono::hours(24 * 30));
    asking = std::make_unique<Daemon>(dir.path() / "a", DaemonOptions{});
    having = std::make_unique<Daemon>(
        dir.path() / "b",
        DaemonOptions{.paths = {share.string()},
                      .peers = {asking->address()},
                      .flags = {"--no-discovery", "--name", "Ada's Laptop"}});
    REQUIRE(asking->has_peers(1));
    REQUIRE(having->has_hashed(5));
  }
  [[nodiscard]] Names find(std::vector<std::string> words) const {
    words.insert(words.begin(), "search");
    words.insert(words.end(), {"--timeout", "1", "--json"});
    const auto found = asking->cli(words);
    Names names;
    for (const auto& hit : found.events("hit")) names.insert(hit.at("name").get<std::string>());
    CHECK(found.exit_code == (names.empty() ? kNoResults : 0));
    return names;
  }
  /// As soon as the other node has time to answer within a second.
  [[nodiscard]] bool finds(const std::vector<std::string>& words, const Names& names) const {
    return eventually([&] { return find(words) == names; });
  }

  TempDir dir;
  std::unique_ptr<Daemon> asking;
  std::unique_ptr<Daemon> having;
};

}  // namespace

TEST_CASE("alternatives, beginnings and filters are answered by the node that has the files") {
  const Pair pair;
  CHECK(pair.finds({"song", "OR", "sun"}, {"moon song.flac", "sun.txt"}));
  CHECK(pair.finds({"moonl*"}, {"moonlight.MP4"}));
  CHECK(pair.finds({"moon*", "type:video"}, {"Moon Rise.mkv", "moonlight.MP4"}));
  CHECK(pair.finds({"moon*", "-rise", "ext:mkv,flac"}, {"moon song.flac"}));
  CHECK(pair.finds({"size:30K..50K"}, {"moon song.flac"}));
  CHECK(pair.finds({"path:films", "size:>100K"}, {"Moon Rise.mkv"}));
  CHECK(pair.finds({"ext:txt", "newer:7d"}, {"moon.txt"}));
  CHECK(pair.finds({"peer:ada", "sun"}, {"sun.txt"}));
  CHECK(pair.find({"peer:bob", "sun"}).empty());
}

TEST_CASE("an id's front finds the file whatever its name") {
  const Pair pair;
  const auto found =
      pair.asking->cli({"search", "rise", "--timeout", "30", "--limit", "1", "--json"});
  REQUIRE(found.events("hit").size() == 1);
  const auto id = found.events("hit").front().at("id").get<std::string>();
  CHECK(pair.finds({"id:" + id.substr(0, 12)}, {"Moon Rise.mkv"}));
}

TEST_CASE("a mistake in a query ends with 2 and points at its column") {
  const Pair pair;
  const auto wrong = pair.asking->cli({"search", "moon", "size:10Q"});
  CHECK(wrong.exit_code == kUsage);
  CHECK(wrong.out.empty());
  CHECK(wrong.err.find("column 6: '10Q'") != std::string::npos);
  CHECK(std::count(wrong.err.begin(), wrong.err.end(), '\n') == 1);
}

}  // namespace freshet::testing
