// What a disk may do in the middle of a fetch: fill up, lose the target folder, turn read-only, and
// change the file under the source. Small disks are tmpfs in a mount namespace of the test's own.
#include <csignal>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/small_disk.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kFileBytes = 16 * kMiB;
constexpr unsigned kDiskMiB = 24;
constexpr std::chrono::minutes kLimit{1};

/// A source, and a fetcher whose state and targets may lie on other disks.
struct Pair {
  explicit Pair(const TempDir& dir, const fs::path& state)
      : original(dir.folder("share") / "ocean.bin") {
    write_random_file(original, kFileBytes, 1);
    hash = sha256_of(original);
    source = std::make_unique<Daemon>(dir.path() / "source",
                                      DaemonOptions{.paths = {original.parent_path().string()}});
    fetcher = std::make_unique<Daemon>(state, DaemonOptions{.peers = {source->address()}});
    REQUIRE(source->has_hashed(1));
    REQUIRE(fetcher->has_peers(1));
    const auto found =
        fetcher->cli({"search", "ocean", "--limit", "1", "--timeout", "30", "--json"});
    REQUIRE(!found.events("hit").empty());
    id = found.events("hit").back().at("id").get<std::string>();
  }
  /// A `get` that takes a while, once a part of the file is there.
  std::unique_ptr<Process> begin(const fs::path& target) const {
    auto get = fetcher->start_cli(
        {"get", id, "-o", target.string(), "--rate", "1M", "--timeout", "3", "--json"}, "get");
    REQUIRE(eventually([&] { return !get->running() || done_bytes(*get) > 0; }));
    REQUIRE_MESSAGE(get->running(), get->err());
    return get;
  }
  static std::uint64_t done_bytes(const Process& get) {
    const auto events = parse_events(get.out());
    return events.empty() ? 0 : events.back().value("done", std::uint64_t{0});
  }
  /// Fetched again, with nothing in the way.
  void check_second_try(const fs::path& target) const {
    const auto again = fetcher->cli({"get", id, "-o", target.string(), "--json"});
    REQUIRE_MESSAGE(again.exit_code == 0, again.err);
    CHECK(again.events().front().at("done").get<std::uint64_t>() > 0);  // goes on
    CHECK(sha256_of(again.events().back().at("path").get<std::string>()) == hash);
  }

  fs::path original;
  std::string hash;
  std::unique_ptr<Daemon> source;
  std::unique_ptr<Daemon> fetcher;
  std::string id;
};

}  // namespace

TEST_CASE("a disk that fills up midway ends the fetch with 7, and with room again it goes on") {
  const TempDir dir;
  SmallDisk disk(dir.folder("disk"), kDiskMiB);
  if (!disk.is_mounted()) return;
  const Pair pair(dir, dir.path() / "disk");  // outputs of commands lie beside it
  const auto target = dir.path() / "copy.bin";
  const auto get = pair.begin(target);
  disk.fill();
  CHECK(get->wait(kLimit) == 7);
  CAPTURE(get->err());
  CHECK(get->err().find("free some space and try again") != std::string::npos);
  CHECK(!fs::exists(target));
  CHECK(pair.fetcher->cli({"status"}).exit_code == 0);
  disk.make_room();
  pair.check_second_try(target);
}

TEST_CASE("a target folder that is removed midway is made again") {
  const TempDir dir;
  const Pair pair(dir, dir.path() / "fetcher");
  const auto folder = dir.folder("target");
  const auto get = pair.begin(folder / "copy.bin");
  fs::remove_all(folder);
  REQUIRE_MESSAGE(get->wait(kLimit) == 0, get->err());
  CHECK(sha256_of(folder / "copy.bin") == pair.hash);
}

TEST_CASE("a target that turns read-only midway ends the fetch with 7, and nothing is lost") {
  const TempDir dir;
  SmallDisk disk(dir.folder("disk"), kDiskMiB);
  if (!disk.is_mounted()) return;
  const Pair pair(dir, dir.path() / "fetcher");
  const auto target = dir.path() / "disk/copy.bin";
  const auto get = pair.begin(target);
  disk.set_read_only(true);
  CHECK(get->wait(kLimit) == 7);
  CHECK(get->err().find(disk.is_mounted() ? "ead-only" : "") != std::string::npos);
  CHECK(fs::is_empty(dir.path() / "disk"));
  disk.set_read_only(false);
  const std::uint64_t before = pair.source->counter("transfer_bytes_out");
  pair.check_second_try(target);
  CHECK(pair.source->counter("transfer_bytes_out") == before);  // every piece was there
}

TEST_CASE("a file that changes under its only source ends the fetch, and no wrong byte is kept") {
  const TempDir dir;
  const Pair pair(dir, dir.path() / "fetcher");
  const auto target = dir.path() / "copy.bin";
  const auto get = pair.begin(target);
  write_random_file(pair.original, kFileBytes, 2);
  const auto code = get->wait(kLimit);
  CAPTURE(get->err());
  CHECK(code == 8);  // partial: what was verified is kept
  CHECK(!fs::exists(target));
  CHECK(pair.source->counter("transfer_read_failures") > 0);
  // The right bytes again, under a name that is hashed anew: the fetch goes on where it was.
  write_random_file(pair.original, kFileBytes, 1);
  REQUIRE(pair.source->cli({"share", "rescan"}).exit_code == 0);
  REQUIRE(pair.source->has_hashed(1));
  pair.check_second_try(target);
}

}  // namespace freshet::testing
