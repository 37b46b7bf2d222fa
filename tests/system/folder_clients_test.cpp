// Debian's BitTorrent clients fetch a folder of many files that a node shares, by a torrent file
// and by a magnet link, from the node alone; of each version of BitTorrent that they speak.
// Machines are network namespaces. Without the clients, or the right to make namespaces, the test
// says so.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/bt_clients.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr int kFiles = 200;

/// Machine 1 has the node, which shares the folder; machine 2 the client.
class Stage {
 public:
  Stage() : wire_("wire") {
    for (int i = 1; i <= 2; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      machines_.back()->plug(wire_, "lan0", {"10.80.0." + std::to_string(i) + "/24"});
    }
    for (int i = 0; i < kFiles; ++i) {
      // One empty, some across several pieces.
      const auto size = static_cast<std::uint64_t>(i % 20 == 0 ? i * 10000 : i * 97);
      write_random_file(album() / ("part " + std::to_string(i % 7)) / (std::to_string(i) + ".txt"),
                        size,
                        static_cast<std::uint64_t>(i));
    }
    node_ = std::make_unique<Daemon>(dir_.path() / "state",
                                     DaemonOptions{.paths = {dir_.folder("share").string()},
                                                   .listen = "0.0.0.0:7346",
                                                   .flags = {"--no-discovery", "--bittorrent"},
                                                   .wrapper = machines_.front()->wrapper()});
    REQUIRE(node_->has_hashed(kFiles));
  }

  [[nodiscard]] fs::path album() const { return dir_.folder("share") / "blue album"; }
  [[nodiscard]] const Daemon& node() const { return *node_; }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] const Machine& client() const { return *machines_.at(1); }
  [[nodiscard]] Words on_client(const Words& program) const { return inside(client(), program); }

  [[nodiscard]] std::string torrent(const Words& kind = {}) const {
    const auto file = (dir_.path() / "album.torrent").string();
    Words words = {"torrent", album().string(), "-o", file};
    words.insert(words.end(), kind.begin(), kind.end());
    CliResult made;
    // As soon as it is an item.
    REQUIRE_MESSAGE(eventually([&] {
                      made = node_->cli(words);
                      return made.exit_code == 0;
                    }),
                    made.err);
    return file;
  }
  [[nodiscard]] std::string magnet(const Words& kind = {}) const {
    static_cast<void>(torrent(kind));
    Words words = {"magnet", album().string()};
    words.insert(words.end(), kind.begin(), kind.end());
    const auto made = node_->cli(words);
    REQUIRE(made.exit_code == 0);
    return made.out.substr(0, made.out.find('\n'));
  }
  /// What a client put into `folder` is the album, soon. transmission makes no empty files.
  void check_arrives(const fs::path& folder, bool with_empty = true) const {
    auto files = regular_files(album());
    REQUIRE(files.size() == kFiles);
    if (!with_empty) std::erase_if(files, [](const fs::path& file) { return fs::is_empty(file); });
    const auto is_same = [&](const fs::path& file) {
      const auto copy = folder / "blue album" / fs::relative(file, album());
      return fs::exists(copy) && read_file(copy) == read_file(file);
    };
    CHECK(eventually([&] { return std::all_of(files.begin(), files.end(), is_same); },
                     std::chrono::seconds(90)));
    CHECK(regular_files(folder / "blue album").size() == files.size());
    CHECK(node_->counter("bt_links_broken") == 0);
  }
  void fetch_with(Words (*program)(const fs::path&, const std::string&),
                  const Words& kind = {}) const {
    for (const bool by_magnet : {false, true}) {
      INFO(by_magnet);
      const auto folder = dir_.folder((by_magnet ? "by-magnet" : "by-torrent")
                                      + (kind.empty() ? std::string() : kind.front()));
      const auto what = by_magnet ? magnet(kind) : torrent(kind);
      CliResult done;
      for (int i = 0; i < 5; ++i) {
        done = run_program(on_client(program(folder, what)));
        if (done.exit_code != kGaveUpHybrid) break;
        fs::remove_all(folder / "blue album");
      }
      INFO(done.out);
      INFO(done.err);
      CHECK(done.exit_code == 0);
      check_arrives(folder);
    }
  }

 private:
  TempDir dir_;
  Switch wire_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::unique_ptr<Daemon> node_;
};

}  // namespace

TEST_CASE("aria2 fetches a shared folder by torrent and by magnet") {
  if (!enter_lan() || !is_installed({"aria2c", "--version"})) return;
  Stage().fetch_with(aria2);
}

TEST_CASE("libtorrent fetches a shared folder by torrent and by magnet, of each version") {
  if (!enter_lan() || !is_installed({kPython, "-c", "import libtorrent"})) return;
  const Stage stage;
  for (const Words& kind : {Words{}, Words{"--hybrid"}, Words{"--v2"}}) {
    INFO((kind.empty() ? "--v1" : kind.front()));
    stage.fetch_with(libtorrent, kind);
  }
  CHECK(stage.node().counter("bt_hashes_sent") > 0);
}

TEST_CASE("transmission fetches a shared folder by torrent and by magnet") {
  if (!enter_lan() || !is_installed({"transmission-daemon", "--version"})) return;
  const Stage stage;
  for (const bool by_magnet : {false, true}) {
    INFO(by_magnet);
    const std::string name = by_magnet ? "by-magnet" : "by-torrent";
    const auto folder = stage.dir().folder(name);
    const Process client(
        stage.on_client(transmission_daemon(stage.dir().folder(name + "-conf"), folder)),
        stage.dir().path() / (name + "-out"));
    REQUIRE(transmission_takes(stage.client(), by_magnet ? stage.magnet() : stage.torrent()));
    stage.check_arrives(folder, false);
  }
}

TEST_CASE("a folder that changes is another one, with another torrent") {
  if (!enter_lan()) return;
  const Stage stage;
  static_cast<void>(stage.torrent());
  CHECK(stage.node().counter("torrents_published") == 1);
  const auto before =
      stage.node().cli({"magnet", stage.album().string(), "--json"}).json().at("id");
  write_file(stage.album() / "more.txt", "one more");
  REQUIRE(stage.node().has_hashed(kFiles + 1));
  // Another folder, by another id.
  const auto is_another = [&] {
    const auto made = stage.node().cli({"magnet", stage.album().string(), "--json"});
    return made.exit_code == 0 && made.json().at("id") != before;
  };
  CHECK(eventually(is_another, std::chrono::minutes(3)));
  CHECK(stage.node().cli({"torrent", "/nowhere/at/all"}).exit_code != 0);
}

}  // namespace freshet::testing
