// `get -o - --range`: bytes of a content, of real daemons. Which pieces come first is tested in
// virtual time (tests/unit/transfer/readers_test.cpp).
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/source_and_fetcher.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
constexpr std::uint64_t kFileBytes = 64 * kMiB + 12345;  // pieces of 32 KiB, the last one short

/// One node that shares a file, and one that fetches it.
struct Pair : SourceAndFetcher {
  explicit Pair(std::vector<std::string> source_flags = {})
      : SourceAndFetcher("brook", kFileBytes, 3, std::move(source_flags)) {}
  [[nodiscard]] std::vector<std::string> range(const std::string& text) const {
    return {"get", id, "-o", "-", "--range", text};
  }
  [[nodiscard]] CliResult get(const std::string& text) const { return fetcher->cli(range(text)); }
  /// Begins to fetch it to a file, and waits until it is heard and bytes come.
  [[nodiscard]] std::unique_ptr<Process> fetch() const {
    auto get =
        fetcher->start_cli({"get", id, "-o", (dir.path() / "copy").string(), "--json"}, "whole");
    REQUIRE(eventually(
        [&] { return !get->out().empty() && fetcher->counter("transfer_pieces_verified") > 0; }));
    return get;
  }
  /// Exactly these bytes, nothing said, 0.
  void check(const std::string& text, std::uint64_t from, std::uint64_t to) const {
    check(get(text), text, from, to);
  }
  void check(const CliResult& got,
             const std::string& text,
             std::uint64_t from,
             std::uint64_t to) const {
    CAPTURE(text);
    CHECK_MESSAGE(got.exit_code == 0, got.err);
    CHECK(got.out.size() == to - from);
    CHECK(got.out == whole.substr(from, to - from));
  }
  /// Refused before a byte is written.
  void check_refused(const std::string& text, const std::string& why) const {
    CAPTURE(text);
    const auto got = get(text);
    CHECK(got.exit_code == 2);
    CHECK(got.out.empty());
    CHECK_MESSAGE(got.err.find(why) != std::string::npos, got.err);
  }
  void check_beyond() const {
    const std::string size = std::to_string(kFileBytes);
    check(size + "..", kFileBytes, kFileBytes);
    check_refused(std::to_string(kFileBytes + 1) + "..", "has " + size + " bytes");
    check_refused("0.." + std::to_string(kFileBytes + 1), "has " + size + " bytes");
    check_refused("1T..2T", "has " + size + " bytes");
  }

  std::string whole = read_file(file);
};

}  // namespace

TEST_CASE("of a content that nobody fetches, only what a range needs is fetched") {
  const Pair pair;
  pair.check("40M..42M", 40 * kMiB, 42 * kMiB);
  // The range, the block that proves the size, and the piece that this one is of at most.
  CHECK(pair.fetcher->counter("transfer_bytes_in") <= 2 * kMiB + 2 * 32768);
  pair.check("7..8", 7, 8);
  pair.check(std::to_string(kFileBytes - 5) + "..", kFileBytes - 5, kFileBytes);
  pair.check("..3", 0, 3);
  CHECK(pair.fetcher->counter("transfer_bytes_in") <= 2 * kMiB + 12 * 32768);
  pair.check_beyond();
  // It is an unfinished download, which a whole `get` goes on with …
  const auto left = pair.fetcher->cli({"downloads", "--json"}).json().at("downloads");
  REQUIRE(left.size() == 1);
  CHECK(left.front().at("done").get<std::uint64_t>() >= 2 * kMiB);
  const fs::path copy = pair.dir.path() / "copy";
  REQUIRE(pair.fetcher->cli({"get", pair.id, "-o", copy.string()}).exit_code == 0);
  CHECK(sha256_of(copy) == sha256_of(pair.file));
  CHECK(pair.fetcher->counter("transfer_bytes_in") <= kFileBytes + 16 * 32768);
  // … and then it is here.
  pair.check("63M..64M", 63 * kMiB, 64 * kMiB);
  pair.check_beyond();
}

TEST_CASE("what was only read is not fetched whole by the next run, and keeps what it has") {
  Pair pair;
  pair.check("10M..11M", 10 * kMiB, 11 * kMiB);
  pair.fetcher.reset();
  fs::rename(pair.dir.path() / "fetcher", pair.dir.path() / "moved");
  pair.fetcher = std::make_unique<Daemon>(pair.dir.path() / "moved",
                                          DaemonOptions{.peers = {pair.source->address()}});
  REQUIRE(pair.fetcher->has_peers(1));
  pair.check("10M..11M", 10 * kMiB, 11 * kMiB);
  CHECK(pair.fetcher->counter("transfer_bytes_in") <= 65536);
  CHECK(pair.fetcher->cli({"downloads", "--json"}).json().at("downloads").size() == 1);
}

TEST_CASE("a range of everything is the content, and it is here then") {
  const Pair pair;
  pair.check("0..", 0, kFileBytes);
  pair.check("0.." + std::to_string(kFileBytes), 0, kFileBytes);
  CHECK(pair.fetcher->counter("transfer_bytes_in") == kFileBytes);
  const auto path = pair.fetcher->cli({"get", pair.id});
  REQUIRE(path.exit_code == 0);
  CHECK(sha256_of(path.out.substr(0, path.out.find('\n'))) == sha256_of(pair.file));
}

TEST_CASE("an empty content has an empty range, and is here then") {
  const TempDir dir;
  const auto share = dir.folder("share");
  write_file(share / "puddle.bin", "");
  const Daemon source(dir.path() / "source", {.paths = {share.string()}});
  const Daemon fetcher(dir.path() / "fetcher", {.peers = {source.address()}});
  REQUIRE(source.has_hashed(1));
  REQUIRE(fetcher.has_peers(1));
  REQUIRE(fetcher.cli({"search", "puddle", "--limit", "1"}).exit_code == 0);
  const auto got = fetcher.cli({"get", "1", "-o", "-", "--range", "0.."});
  CHECK_MESSAGE(got.exit_code == 0, got.err);
  CHECK(got.out.empty());
  CHECK(fetcher.cli({"downloads", "--json"}).json().at("downloads").empty());
}

TEST_CASE("the limit of a range is not that of the whole get that it joins") {
  const Pair pair({"--up-rate", "2M"});
  const auto whole = pair.fetch();
  auto limited = pair.range("33M..34M");
  limited.insert(limited.end(), {"--rate", "16K"});
  pair.check(pair.fetcher->cli(limited), "33M..34M", 33 * kMiB, 34 * kMiB);
  REQUIRE(pair.source->cli({"rate", "--up", "0"}).exit_code == 0);
  CHECK(whole->wait(std::chrono::seconds(60)) == 0);  // at 16 KiB a second it takes an hour
}

TEST_CASE("a source's own content is read where it is") {
  const Pair pair;
  const auto got = pair.source->cli(pair.range("60M.."));
  pair.check(got, "60M..", 60 * kMiB, kFileBytes);
  CHECK(pair.source->cli(pair.range("65M..")).exit_code == 2);
}

TEST_CASE("ranges of what is being fetched come first, and several at once") {
  const Pair pair({"--up-rate", "2M"});
  const auto whole = pair.fetch();
  pair.check("33M..34M", 33 * kMiB, 34 * kMiB);
  // The leaves come before the two blocks of a piece, so the first of them is verified by itself.
  CHECK(pair.fetcher->counter("transfer_blocks_verified") > 0);
  CHECK(pair.fetcher->counter("transfer_blocks_bad") == 0);
  pair.check_beyond();
  const auto one = pair.fetcher->start_cli(pair.range("50M..51M"), "one");
  const auto two = pair.fetcher->start_cli(pair.range("20M..21M"), "two");
  const std::string end = std::to_string(kFileBytes - 9) + "..";
  pair.check(end, kFileBytes - 9, kFileBytes);
  CHECK(one->wait(std::chrono::seconds(30)) == 0);
  CHECK(two->wait(std::chrono::seconds(30)) == 0);
  CHECK(one->out() == pair.whole.substr(50 * kMiB, kMiB));
  CHECK(two->out() == pair.whole.substr(20 * kMiB, kMiB));
  CHECK(whole->running());  // 32 s at the limit
  // A reader that goes away is forgotten; the fetch goes on with the rest.
  const auto away = pair.fetcher->start_cli(pair.range("5M.."), "away");
  REQUIRE(eventually([&] { return !away->out().empty(); }));
  away->kill();
  REQUIRE(pair.source->cli({"rate", "--up", "0"}).exit_code == 0);
  CHECK(whole->wait(std::chrono::seconds(60)) == 0);
  CHECK(sha256_of(pair.dir.path() / "copy") == sha256_of(pair.file));
}

TEST_CASE("a whole get joins one that reads a range, and gets its file where it wants it") {
  const Pair pair({"--up-rate", "2M"});
  const auto read = pair.fetcher->start_cli(pair.range("30M..60M"), "read");
  REQUIRE(eventually([&] { return !read->out().empty(); }));
  const auto whole = pair.fetch();
  REQUIRE(pair.source->cli({"rate", "--up", "0"}).exit_code == 0);
  CHECK(read->wait(std::chrono::seconds(60)) == 0);
  CHECK(whole->wait(std::chrono::seconds(60)) == 0);
  CHECK(read->out() == pair.whole.substr(30 * kMiB, 30 * kMiB));
  CHECK(sha256_of(pair.dir.path() / "copy") == sha256_of(pair.file));
  CHECK(pair.fetcher->cli({"downloads", "--json"}).json().at("downloads").empty());
}

TEST_CASE("readers are bounded, and one that ends makes room for another") {
  const Pair pair({"--up-rate", "1M"});
  int most = 0;
  const Json status = pair.fetcher->status();
  for (const Json& limit : status.at("limits")) {
    if (limit.at("name") == "transfer_readers_per_content") most = limit.at("value").get<int>();
  }
  REQUIRE(most > 1);
  std::vector<std::unique_ptr<Process>> readers;
  for (int i = 0; i < most; ++i) {
    readers.push_back(pair.fetcher->start_cli(pair.range(std::to_string(i + 1) + "M.."),
                                              "reader" + std::to_string(i)));
  }
  // All are in their place before another one asks for one.
  for (const auto& reader : readers) {
    REQUIRE(eventually([&] { return !reader->out().empty() || !reader->running(); }));
    REQUIRE(reader->running());
  }
  const auto is_refused = [&] {
    const auto got = pair.fetcher->cli({"get", pair.id, "-o", "-", "--range", "..1"});
    if (got.exit_code != 7) return false;
    CHECK(got.out.empty());
    return got.err.find("at " + std::to_string(most) + " places") != std::string::npos;
  };
  CHECK(eventually(is_refused));
  readers.back()->kill();
  CHECK(eventually([&] { return pair.get("..1").exit_code == 0; }));
}

TEST_CASE("what is no range, or goes elsewhere, is refused before anything happens") {
  const Pair pair;
  pair.check_refused("5..5", "empty range");
  pair.check_refused("9..5", "empty range");
  pair.check_refused("..", "no range");
  pair.check_refused("12", "no range");
  pair.check_refused("a..b", "no range");
  pair.check_refused("", "no range");
  CHECK(pair.fetcher->cli({"get", pair.id, "--range", "1..2"}).exit_code == 2);
  const fs::path copy = pair.dir.path() / "copy";
  CHECK(pair.fetcher->cli({"get", pair.id, "-o", copy.string(), "--range", "1..2"}).exit_code == 2);
  CHECK_FALSE(fs::exists(copy));
  CHECK(pair.fetcher->counter("transfer_bytes_in") == 0);
  const std::string nobody(64, 'e');
  CHECK(pair.fetcher->cli({"get", nobody, "-o", "-", "--range", "1..2", "--timeout", "1"}).exit_code
        == 5);
}

}  // namespace freshet::testing
