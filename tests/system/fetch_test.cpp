// A large file from three sources, with a source and then the fetching daemon killed midway.
#include <csignal>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;
constexpr std::uint64_t kFileBytes = kMiB * (kSanitized ? 64 : 1024);
constexpr std::chrono::minutes kFetchLimit{4};

/// Three daemons that share one file, and a fourth, linked to all, that shares nothing.
struct ThreeSources {
  ThreeSources() {
    write_random_file(share / kName, kFileBytes, 7);
    for (int i = 0; i < 3; ++i) {
      sources.push_back(std::make_unique<Daemon>(dir.path() / ("source" + std::to_string(i)),
                                                 DaemonOptions{.paths = {share.string()}}));
    }
    DaemonOptions options;
    for (const auto& source : sources) options.peers.push_back(source->address());
    fetcher = std::make_unique<Daemon>(dir.path() / "fetcher", std::move(options));
    REQUIRE(fetcher->has_peers(3));
    for (const auto& source : sources) REQUIRE(source->has_hashed(1));
  }

  /// The content's id, as a search says.
  std::string search() {
    const auto hits = find(*fetcher, 3);
    REQUIRE(hits.back().at("id").is_string());
    return hits.back().at("id").get<std::string>();
  }

  /// What a search brings, as soon as it names so many sources.
  static std::vector<Json> find(const Daemon& node, int sources) {
    std::vector<Json> hits;
    REQUIRE(eventually([&] {
      hits = node.cli({"search", "glacier", "--timeout", "2", "--json"}).events("hit");
      return !hits.empty() && hits.back().at("sources") == sources;
    }));
    return hits;
  }

  void check_arrived(const Json& done) {
    CHECK(done.at("event") == "done");
    CHECK(done.at("bytes") == kFileBytes);
    const fs::path path = done.at("path").get<std::string>();
    CHECK(path.filename() == kName);
    CHECK(sha256_of(path) == sha256_of(share / kName));
  }

  static constexpr const char* kName = "glacier.bin";
  TempDir dir;
  fs::path share = dir.folder("share");
  std::vector<std::unique_ptr<Daemon>> sources;
  std::unique_ptr<Daemon> fetcher;
};

/// Bytes that the last progress event of a running `get` speaks of.
std::uint64_t progress(const Process& get) {
  const auto events = parse_events(get.out());
  return events.empty() ? 0 : events.back().value("done", std::uint64_t{0});
}

/// For seconds, so that each of the sources has its part, and something can happen meanwhile.
std::vector<std::string> slowly(const std::string& what) {
  return {"get", what, "--rate", kSanitized ? "8M" : "32M", "--json"};
}

/// Waits until a running `get` has verified a part of the file, and not all of it.
std::uint64_t wait_for_part(Process& get) {
  std::uint64_t done = 0;
  REQUIRE(eventually([&] { return !get.running() || (done = progress(get)) > 0; }, kFetchLimit));
  REQUIRE_MESSAGE(get.running(), "the fetch ended before it could be disturbed: " << get.err());
  return done;
}

}  // namespace

TEST_CASE("a large file from three sources arrives with the same SHA-256 and is shared at once") {
  ThreeSources mesh;
  mesh.search();
  const auto got = mesh.fetcher->cli(slowly("1"));
  REQUIRE_MESSAGE(got.exit_code == 0, got.err);
  const auto events = got.events();
  REQUIRE(!events.empty());
  mesh.check_arrived(events.back());
  CHECK(events.back().at("sources") == 3);
  CHECK(events.front().at("event") == "progress");
  CHECK(events.front().at("size") == kFileBytes);

  ThreeSources::find(*mesh.sources.front(), 4);
}

TEST_CASE("a fetch completes when one of its sources is killed midway") {
  ThreeSources mesh;
  const auto id = mesh.search();
  const auto get = mesh.fetcher->start_cli(slowly(id), "get");
  wait_for_part(*get);
  mesh.sources.at(1)->kill();
  const auto code = get->wait(kFetchLimit);
  REQUIRE(code.has_value());
  REQUIRE_MESSAGE(*code == 0, get->err());
  mesh.check_arrived(parse_events(get->out()).back());
}

TEST_CASE(
    "a fetching daemon that is killed midway resumes, and no verified piece is fetched again") {
  ThreeSources mesh;
  const auto id = mesh.search();
  std::uint64_t before = 0;
  {
    const auto get = mesh.fetcher->start_cli(slowly(id), "get");
    wait_for_part(*get);
    mesh.fetcher->kill();
    const auto code = get->wait(kFetchLimit);
    REQUIRE(code.has_value());
    CHECK(*code != 0);
    before = progress(*get);
    REQUIRE(before < kFileBytes);
  }
  mesh.fetcher->start_again();
  REQUIRE(mesh.fetcher->has_peers(3));
  const auto got = mesh.fetcher->cli({"get", id, "--json"});
  REQUIRE_MESSAGE(got.exit_code == 0, got.err);
  const auto events = got.events();
  REQUIRE(events.size() >= 2);
  CHECK(events.front().at("done").get<std::uint64_t>() >= before);
  mesh.check_arrived(events.back());
}

TEST_CASE("a small file through two hops arrives under the name that was asked for") {
  Mesh mesh(3, line(3), [](std::size_t node, const fs::path& share) {
    if (node == 2) write_random_file(share / "creek.bin", kMiB, 3);
  });
  REQUIRE(mesh[0].cli({"search", "creek", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  const auto target = mesh.dir().path() / "copy.bin";
  const auto got = mesh[0].cli({"get", "1", "-o", target.string(), "--json"});
  REQUIRE_MESSAGE(got.exit_code == 0, got.err);
  CHECK(sha256_of(target) == sha256_of(mesh.share(2) / "creek.bin"));
}

TEST_CASE("a fetched file goes to stdout with -o -") {
  Mesh mesh(2, line(2), [](std::size_t node, const fs::path& share) {
    if (node == 1) write_file(share / "brook.txt", "water\n");
  });
  REQUIRE(mesh[0].cli({"search", "brook", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  const auto got = mesh[0].cli({"get", "1", "-o", "-"});
  CHECK(got.exit_code == 0);
  CHECK(got.out == "water\n");
}

TEST_CASE("an empty file is fetched") {
  Mesh mesh(2, line(2), [](std::size_t node, const fs::path& share) {
    if (node == 1) write_file(share / "drought.txt", "");
  });
  REQUIRE(mesh[0].cli({"search", "drought", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  const auto got = mesh[0].cli({"get", "1", "--json"});
  REQUIRE_MESSAGE(got.exit_code == 0, got.err);
  CHECK(fs::file_size(got.events().back().at("path").get<std::string>()) == 0);
}

}  // namespace freshet::testing
