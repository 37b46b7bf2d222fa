// What files say of themselves: read by a process of its own, found from another node, and files
// and signals that break that process.
#include <csignal>
#include <fstream>
#include <functional>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/media.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

// The process that reads metadata for this daemon; 0: there is none now.
pid_t worker_of(Daemon& daemon) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string number = entry.path().filename().string();
    if (number.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string pid;
    std::string name;
    std::string state;
    pid_t parent = 0;
    stat >> pid >> name >> state >> parent;
    if (parent == daemon.process().pid() && name == "(exe)") return std::stoi(number);
  }
  return 0;
}

/// Files are looked into at the lowest priority.
constexpr std::chrono::minutes kSettled{3};

struct Pair {
  explicit Pair(const std::function<void(const fs::path&)>& fill,
                const std::vector<std::string>& flags = {}) {
    fill(share);
    DaemonOptions options{.paths = {share.string()}, .peers = {asking.address()}};
    options.flags.insert(options.flags.end(), flags.begin(), flags.end());
    sharing = std::make_unique<Daemon>(dir.path() / "sharing", options);
    REQUIRE(asking.has_peers(1));
  }
  // Everything was hashed, and looked into where that makes sense.
  [[nodiscard]] bool settled(std::uint64_t files) const {
    return sharing->has_hashed(files)
           && eventually([&] { return sharing->counter("metadata_files_waiting") == 0; }, kSettled);
  }
  [[nodiscard]] Names find(std::vector<std::string> words) const {
    words.insert(words.begin(), "search");
    words.insert(words.end(), {"--json", "--timeout", "2"});
    Names names;
    for (const Json& hit : asking.cli(words).events("hit"))
      names.insert(hit.at("name").get<std::string>());
    return names;
  }
  [[nodiscard]] bool finds(const std::vector<std::string>& words, const Names& names) const {
    return eventually([&] { return find(words) == names; }, kSettled);
  }

  TempDir dir;
  fs::path share = dir.folder("share");
  Daemon asking{dir.path() / "asking", {}};
  std::unique_ptr<Daemon> sharing;
};

void fill_with_media(const fs::path& share) {
  write_file(share / "01.mp3",
             mp3_bytes({.artist = "Björk", .title = "Jóga", .album = "Homogenic"}));
  write_file(share / "02.flac",
             flac_bytes({.artist = "Daft Punk", .title = "Voyager", .album = "Discovery"}));
  write_file(share / "view.png", png_bytes(640, 480));
  write_file(share / "paper.pdf", pdf_bytes("On Floods", "Ada Lindqvist"));
  write_file(share / "bjork.txt", "no sound");
}

}  // namespace

TEST_CASE("another node's files are found by what they say of themselves") {
  const Pair pair(fill_with_media);
  REQUIRE(pair.settled(5));
  CHECK(pair.sharing->counter("metadata_files_read") == 4);
  CHECK(pair.sharing->counter("metadata_contents") == 4);
  CHECK(pair.finds({"artist:bjork"}, {"01.mp3"}));
  CHECK(pair.finds({"bjork"}, {"01.mp3", "bjork.txt"}));
  CHECK(pair.finds({"joga", "01"}, {"01.mp3"}));
  CHECK(pair.finds({"title:voyager", "artist:punk"}, {"02.flac"}));
  CHECK(pair.finds({"album:homogenic", "type:audio"}, {"01.mp3"}));
  CHECK(pair.finds({"title:floods"}, {"paper.pdf"}));
  CHECK(pair.find({"title:bjork"}).empty());
}

TEST_CASE("a hit shows what its file says of itself, as a line and as JSON") {
  const Pair pair(fill_with_media);
  REQUIRE(pair.settled(5));
  REQUIRE(pair.finds({"artist:bjork"}, {"01.mp3"}));
  const auto first_of = [&](const std::string& word, const std::vector<std::string>& flags) {
    std::vector<std::string> words = {"search", word, "--limit", "1", "--timeout", "30"};
    words.insert(words.end(), flags.begin(), flags.end());
    return pair.asking.cli(words);
  };
  const auto hits = first_of("artist:bjork", {"--json"}).events("hit");
  REQUIRE_FALSE(hits.empty());
  CHECK(hits.back().at("artist") == "Björk");
  CHECK(hits.back().at("title") == "Jóga");
  CHECK(hits.back().at("album") == "Homogenic");
  CHECK(hits.back().at("duration_ms").get<int>() > 900);
  CHECK_FALSE(hits.back().contains("width"));
  const auto line = first_of("view", {});
  CHECK(line.out.find("view.png  (640x480)") != std::string::npos);
  const auto song = first_of("voyager", {});
  CHECK(song.out.find("02.flac  (Daft Punk, Voyager, Discovery, 0:10)") != std::string::npos);
}

TEST_CASE("what was read is not read again, and follows a file that is renamed or changed") {
  Pair pair(fill_with_media);
  REQUIRE(pair.settled(5));
  pair.sharing->process().send(SIGTERM);
  REQUIRE(pair.sharing->process().wait(kLongEnough));
  fs::rename(pair.share / "01.mp3", pair.share / "song.mp3");
  write_file(pair.share / "02.flac",
             flac_bytes({.artist = "Daft Punk", .title = "Aerodynamic", .album = "Discovery"}));
  pair.sharing->start_again();
  REQUIRE(pair.settled(5));
  CHECK(pair.sharing->counter("metadata_files_read") == 1);
  REQUIRE(pair.asking.has_peers(1));
  CHECK(pair.finds({"artist:bjork"}, {"song.mp3"}));
  CHECK(pair.finds({"title:aerodynamic"}, {"02.flac"}));
  CHECK(pair.find({"title:voyager"}).empty());
}

TEST_CASE("a node that is told so looks into no file") {
  Pair pair(fill_with_media, {"--no-metadata"});
  REQUIRE(pair.settled(5));
  CHECK(pair.finds({"01"}, {"01.mp3"}));
  CHECK(pair.find({"artist:bjork"}).empty());
  CHECK(pair.sharing->counter("metadata_workers_started") == 0);
}

TEST_CASE("files that were made to break a reader break nothing") {
  const Pair pair([](const fs::path& share) {
    fill_with_media(share);
    const std::string song = mp3_bytes({.artist = "Cut", .title = "Short"});
    const std::string document = pdf_bytes("Half", "Nobody");
    write_file(share / "cut.mp3", song.substr(0, 30));
    write_file(share / "cut.pdf", document.substr(0, document.size() / 2));
    write_file(share / "cut.png", png_bytes(1, 1).substr(0, 18));
    // A tag of 256 MiB, comments of 4 GiB, a picture of four thousand million dots each way.
    write_file(share / "huge.mp3",
               std::string("ID3\x04\0\0\x7F\x7F\x7F\x7F", 10) + song.substr(10));
    std::string flac = flac_bytes({.artist = "x", .title = "y", .album = "z"});
    flac.replace(flac.size() - 30, 4, "\xFF\xFF\xFF\xFF");
    write_file(share / "huge.flac", flac);
    write_file(share / "huge.png", png_bytes(0xFFFFFFFF, 0xFFFFFFFF));
    int seed = 0;
    for (const char* front :
         {"ID3\x04", "fLaC", "OggS", "RIFF", "%PDF-1.7\n", "\x1A\x45\xDF\xA3"}) {
      const std::string name = "noise" + std::to_string(seed) + ".mkv";
      write_random_file(share / name, 200'000, static_cast<std::uint64_t>(++seed));
      std::fstream(share / name, std::ios::in | std::ios::out) << front;
    }
  });
  REQUIRE(pair.settled(17));
  CHECK(pair.sharing->counter("metadata_files_read")
            + pair.sharing->counter("metadata_files_failed")
        == 16);
  CHECK(pair.finds({"artist:bjork"}, {"01.mp3"}));
  CHECK(pair.finds({"cut", "pdf"}, {"cut.pdf"}));
}

TEST_CASE("a reader that stops or dies while it waits is replaced, and no file is blamed for it") {
  Pair pair(fill_with_media);
  REQUIRE(pair.settled(5));
  Daemon& daemon = *pair.sharing;
  // It stays for some seconds after the last file; a new one starts it again.
  pid_t worker = 0;
  int salt = 0;
  const auto wake = [&] {
    const std::string name = "wake" + std::to_string(++salt) + ".mp3";
    const auto read = daemon.counter("metadata_files_read");
    write_file(pair.share / name, mp3_bytes({.artist = "Wake"}, name));
    REQUIRE(eventually([&] { return daemon.counter("metadata_files_read") > read; }, kSettled));
    worker = worker_of(daemon);
    REQUIRE(worker != 0);
  };
  wake();
  REQUIRE(kill(worker, SIGKILL) == 0);
  write_file(pair.share / "dead.mp3", mp3_bytes({.artist = "Lost"}));
  CHECK(pair.finds({"artist:lost"}, {"dead.mp3"}));
  wake();
  REQUIRE(kill(worker, SIGSTOP) == 0);
  write_file(pair.share / "hung.mp3", mp3_bytes({.artist = "Stuck"}));
  CHECK(pair.finds({"artist:stuck"}, {"hung.mp3"}));
  CHECK(kill(worker, 0) != 0);
  wake();
  CHECK(pair.finds({"artist:wake"}, {"wake1.mp3", "wake2.mp3", "wake3.mp3"}));
  CHECK(daemon.counter("metadata_files_failed") == 0);
  const auto ended = daemon.cli({"down"});
  CHECK(ended.exit_code == 0);
  REQUIRE(daemon.process().wait(kLongEnough));
  daemon.start_again();
  REQUIRE(pair.settled(10));
  CHECK(daemon.counter("metadata_files_read") == 0);
  CHECK(daemon.counter("metadata_files_failed") == 0);
}

}  // namespace freshet::testing
