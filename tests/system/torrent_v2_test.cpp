// `get` of torrents of v2 and of hybrids: from nodes of the mesh that hold their files, whatever
// they know of torrents; from a node that serves BitTorrent clients; and from both, each a part.
// What other clients serve is in torrent_clients.
#include <algorithm>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;
using Args = std::vector<std::string>;

constexpr std::uint64_t kLargeBytes = (std::uint64_t{3} << 20U) + 777;
constexpr std::uint64_t kFiles = 4;

// Two files of several pieces, a small one, and an empty one.
void write_album(const fs::path& share) {
  write_random_file(share / "blue album" / "one.bin", kLargeBytes, 1);
  write_random_file(share / "blue album" / "more" / "two.bin", kLargeBytes / 2, 2);
  write_random_file(share / "blue album" / "more" / "three.txt", 5000, 3);
  write_file(share / "blue album" / "none.txt", "");
}

/// A node that shares the album, and one that fetches.
class Pair {
 public:
  explicit Pair(bool linked, Args seed_flags = {"--no-discovery"}) {
    write_album(share());
    seed_ = std::make_unique<Daemon>(
        dir_.path() / "seed",
        DaemonOptions{.paths = {share().string()}, .flags = std::move(seed_flags)});
    DaemonOptions options{.flags = {"--no-discovery"}};
    if (linked) options.peers = {seed_->address()};
    fetcher_ = std::make_unique<Daemon>(dir_.path() / "fetcher", options);
    REQUIRE(seed_->has_hashed(kFiles));
    if (linked) REQUIRE(fetcher_->has_peers(1));
  }

  [[nodiscard]] fs::path share() const { return dir_.folder("share"); }
  [[nodiscard]] fs::path album() const { return share() / "blue album"; }
  [[nodiscard]] fs::path out(const std::string& name = "out") const { return dir_.folder(name); }
  [[nodiscard]] const TempDir& dir() const { return dir_; }
  [[nodiscard]] const Daemon& seed() const { return *seed_; }
  [[nodiscard]] Daemon& fetcher() const { return *fetcher_; }

  /// Of the folder by its path, or of a file by its id.
  [[nodiscard]] std::string torrent(const std::string& what, const std::string& kind) const {
    const auto file = (dir_.path() / ("boat" + kind + ".torrent")).string();
    CliResult made;
    // A folder is one as soon as it is looked at.
    REQUIRE_MESSAGE(eventually([&] {
                      made = seed_->cli({"torrent", what, kind, "-o", file});
                      return made.exit_code == 0;
                    }),
                    made.err);
    return file;
  }
  [[nodiscard]] std::string magnet(const std::string& what, const std::string& kind) const {
    static_cast<void>(torrent(what, kind));
    return seed_->cli({"magnet", what, kind, "--json"}).json().at("magnet").get<std::string>();
  }
  [[nodiscard]] std::string id_of(const std::string& words) const {
    const auto found = seed_->cli({"search", words, "--json", "--timeout", "1"}).events("hit");
    REQUIRE(found.size() == 1);
    return found.front().at("id").get<std::string>();
  }
  [[nodiscard]] CliResult get(const std::string& what, const fs::path& to, Args more = {}) const {
    Args args = {"get", what, "-o", to.string(), "--json"};
    args.insert(args.end(), more.begin(), more.end());
    return fetcher_->cli(args);
  }
  /// As one that came by magnet link is: its piece layers are left out.
  [[nodiscard]] std::string without_layers(const std::string& torrent) const {
    const auto bytes = read_file(torrent);
    const auto layers = bytes.find("12:piece layers");  // the last key
    REQUIRE(layers != std::string::npos);
    const auto bare = dir_.path() / "bare.torrent";
    write_file(bare, bytes.substr(0, layers) + "e");
    return bare.string();
  }
  void check_album(const fs::path& copy) const {
    const auto files = regular_files(album());
    CHECK(regular_files(copy).size() == files.size());
    for (const fs::path& file : files)
      CHECK(sha256_of(copy / fs::relative(file, album())) == sha256_of(file));
  }

 private:
  TempDir dir_;
  std::unique_ptr<Daemon> seed_;
  std::unique_ptr<Daemon> fetcher_;
};

/// A node of the mesh, linked to the fetcher, that has one large file of the album, by another
/// name.
struct Holder {
  explicit Holder(const Pair& pair) {
    write_random_file(dir.folder("share") / "the same.bin", kLargeBytes, 1);
    daemon = std::make_unique<Daemon>(dir.path() / "state",
                                      DaemonOptions{.paths = {dir.folder("share").string()},
                                                    .peers = {pair.fetcher().address()}});
    REQUIRE(daemon->has_hashed(1));
    REQUIRE(pair.fetcher().has_peers(1));
  }
  TempDir dir;
  std::unique_ptr<Daemon> daemon;
};

const Args kKinds = {"--v2", "--hybrid"};

}  // namespace

TEST_CASE("a file of v2 or of a hybrid comes from a node of the mesh that holds it") {
  for (const std::string& kind : kKinds) {
    INFO(kind);
    const Pair pair(true);  // serves no BitTorrent client
    const auto got = pair.get(pair.torrent(pair.id_of("one"), kind), pair.out());
    INFO(got.err);
    REQUIRE(got.exit_code == 0);
    const auto done = got.events("done").back();
    CHECK(done.at("bytes") == kLargeBytes);
    CHECK(done.at("sources") == 1);
    CHECK(done.at("id").get<std::string>().substr(40) == std::string(24, '0'));
    CHECK(done.at("path").get<std::string>() == (pair.out() / "one.bin").string());
    CHECK(sha256_of(pair.out() / "one.bin") == sha256_of(pair.album() / "one.bin"));
    CHECK(pair.fetcher().counter("btget_mesh_files") == 1);
    CHECK(pair.fetcher().counter("btget_blocks") == 0);
    CHECK(pair.fetcher().has_hashed(1));
    CHECK(pair.fetcher().cli({"downloads", "--json"}).json().at("downloads").empty());
  }
}

TEST_CASE("so does a folder, with its empty files, and is shared") {
  for (const std::string& kind : kKinds) {
    INFO(kind);
    const Pair pair(true);
    const auto got = pair.get(pair.torrent(pair.album().string(), kind), pair.out());
    INFO(got.err);
    REQUIRE(got.exit_code == 0);
    CHECK(got.events("done").back().at("path").get<std::string>()
          == (pair.out() / "blue album").string());
    pair.check_album(pair.out() / "blue album");
    CHECK(pair.fetcher().counter("btget_mesh_files") == kFiles - 1);
    CHECK(pair.fetcher().counter("btget_blocks") == 0);
    CHECK(pair.fetcher().has_hashed(kFiles));
  }
}

TEST_CASE("without neighbours they come as BitTorrent, by torrent and by magnet link") {
  for (const std::string& kind : kKinds) {
    INFO(kind);
    const Pair pair(false, {"--no-discovery", "--bittorrent"});
    const auto album = pair.album().string();
    const auto one = pair.id_of("one");
    // Each once, so that nothing is here already.
    const auto file = pair.get(pair.magnet(one, kind), pair.out());
    INFO(file.err);
    REQUIRE(file.exit_code == 0);
    CHECK(sha256_of(pair.out() / "one.bin") == sha256_of(pair.album() / "one.bin"));
    CHECK(pair.fetcher().counter("btget_blocks") > 0);
    CHECK(pair.fetcher().counter("btget_layers") == (kind == "--v2" ? 1 : 0));
    const auto folder = pair.get(pair.torrent(album, kind), pair.out());
    INFO(folder.err);
    REQUIRE(folder.exit_code == 0);
    pair.check_album(pair.out() / "blue album");
    CHECK(pair.seed().counter("bt_links_broken") == 0);
    CHECK(pair.fetcher().counter("btget_pieces_bad") == 0);
  }
}

TEST_CASE("a folder by magnet link, whose layers are asked for") {
  const Pair pair(false, {"--no-discovery", "--bittorrent"});
  const auto got = pair.get(pair.magnet(pair.album().string(), "--v2"), pair.out());
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  pair.check_album(pair.out() / "blue album");
  CHECK(pair.fetcher().counter("btget_layers") == 1);
  CHECK(pair.seed().counter("bt_hashes_sent") >= 2);
  CHECK(pair.seed().counter("bt_links_broken") == 0);
}

TEST_CASE("what the mesh lacks comes from BitTorrent clients") {
  const Pair pair(false, {"--no-discovery", "--bittorrent"});
  const Holder holder(pair);
  const auto got = pair.get(pair.torrent(pair.album().string(), "--v2"), pair.out());
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  pair.check_album(pair.out() / "blue album");
  CHECK(pair.fetcher().counter("btget_mesh_files") == 1);
  const auto bytes = pair.fetcher().counter("btget_block_bytes");
  CHECK(bytes == kLargeBytes / 2 + 5000);  // no padding either
}

TEST_CASE("piece layers that nobody brings follow from what the mesh brought") {
  const Pair pair(true);  // serves no BitTorrent client
  const auto torrent = pair.without_layers(pair.torrent(pair.album().string(), "--v2"));
  const auto got = pair.get(torrent, pair.out());
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  pair.check_album(pair.out() / "blue album");
  CHECK(pair.fetcher().counter("btget_mesh_files") == kFiles - 1);
  CHECK(pair.fetcher().counter("btget_layers") == 0);
}

TEST_CASE("what the mesh began is gone when BitTorrent clients have brought all") {
  const Pair pair(false, {"--no-discovery", "--bittorrent"});
  const auto torrent = pair.torrent(pair.album().string(), "--v2");
  {
    const Holder holder(pair);
    const auto running = pair.fetcher().start_cli(
        {"get", torrent, "-o", pair.out().string(), "--rate", "100K", "--json"}, "slow");
    const auto has_begun = [&] {
      const auto left = pair.fetcher().cli({"downloads", "--json"}).json().at("downloads");
      return std::any_of(left.begin(), left.end(), [](const Json& each) {
        return each.at("name") == "one.bin" && each.at("done").get<std::uint64_t>() > 0;
      });
    };
    REQUIRE(eventually(has_begun));
    pair.fetcher().kill();
  }
  pair.fetcher().start_again();
  REQUIRE(pair.fetcher().cli({"downloads", "--json"}).json().at("downloads").size() == 1);
  const auto got = pair.get(torrent, pair.out());
  INFO(got.err);
  REQUIRE(got.exit_code == 0);
  pair.check_album(pair.out() / "blue album");
  CHECK(pair.fetcher().counter("btget_mesh_files") == 0);
  CHECK(eventually([&] {
    return pair.fetcher().cli({"downloads", "--json"}).json().at("downloads").empty();
  }));
  pair.fetcher().kill();
  pair.fetcher().start_again();
  CHECK(pair.fetcher().cli({"downloads", "--json"}).json().at("downloads").empty());
}

TEST_CASE("a killed node goes on where it was") {
  const Pair pair(false, {"--no-discovery", "--bittorrent"});
  const auto torrent = pair.torrent(pair.album().string(), "--v2");
  const auto running = pair.fetcher().start_cli(
      {"get", torrent, "-o", pair.out().string(), "--rate", "200K", "--json"}, "slow");
  REQUIRE(
      eventually([&] { return pair.fetcher().counter("btget_block_bytes") > kLargeBytes / 4; }));
  pair.fetcher().kill();
  pair.fetcher().start_again();
  const auto left = pair.fetcher().cli({"downloads", "--json"}).json().at("downloads");
  REQUIRE(left.size() == 1);
  CHECK(left.front().at("state") == "paused");
  CHECK(left.front().at("done").get<std::uint64_t>() > 0);
  REQUIRE(pair.get(torrent, pair.out()).exit_code == 0);
  pair.check_album(pair.out() / "blue album");
  CHECK(pair.fetcher().counter("btget_block_bytes") < kLargeBytes + kLargeBytes / 2 + 5000);
}

TEST_CASE("nobody has it, it is blocked, or it is no torrent: each says so") {
  const Pair pair(true);
  const auto torrent = pair.torrent(pair.id_of("one"), "--v2");
  REQUIRE(pair.seed().cli({"share", "rm", pair.share().string()}).exit_code == 0);
  const auto lost = pair.get(torrent, pair.out(), {"--timeout", "1"});
  CHECK(lost.exit_code == 5);
  CHECK(lost.err.find("--source") != std::string::npos);
  const auto bytes = read_file(torrent);
  const auto root = bytes.find("11:pieces root32:");
  REQUIRE(root != std::string::npos);
  std::string id;
  for (const char c : bytes.substr(root + 17, 32)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    id += kDigits[static_cast<unsigned char>(c) >> 4U];
    id += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  REQUIRE(pair.fetcher().cli({"block", id}).exit_code == 0);
  const auto blocked = pair.get(torrent, pair.out());
  CHECK(blocked.exit_code == 2);
  CHECK(blocked.err.find("blocked") != std::string::npos);
  const auto broken = pair.dir().path() / "broken.torrent";
  write_file(broken, "d4:infod9:file treede12:meta versioni2e4:name1:x12:piece lengthi16384eee");
  const auto bad = pair.get(broken.string(), pair.out());
  CHECK(bad.exit_code == 2);
  CHECK(bad.err.find("broken.torrent: there is no byte in it") != std::string::npos);
  CHECK(pair.get("magnet:?xt=urn:btmh:1220ab", pair.out()).exit_code == 2);
  CHECK(fs::is_empty(pair.out()));
}

}  // namespace freshet::testing
