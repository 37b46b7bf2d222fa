#include "node/store/scanner.h"

#include <map>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

struct Scanned {
  Result<ScanReport> report = ScanReport{};
  std::map<std::string, FileStamp> files;
};

Scanned scan(const ShareLocation& share, const ScanOptions& options = {}) {
  Scanned scanned;
  const ScanSink sink = [&](std::span<const ScannedFile> batch) -> Status {
    for (const ScannedFile& file : batch) scanned.files[file.relative] = file.stamp;
    return kOk;
  };
  scanned.report = scan_share(share, sink, options);
  return scanned;
}

std::vector<std::string> names(const Scanned& scanned) {
  std::vector<std::string> result;
  for (const auto& [name, stamp] : scanned.files) result.push_back(name);
  return result;
}

}  // namespace

TEST_CASE("every regular file is found with its stamp, in folders too, and none twice") {
  const TempFolder temp;
  temp.write("a.txt", "one");
  temp.write("b/c.txt", "three");
  temp.write("b/d/e", "");
  const Scanned scanned = scan(*resolve_share(temp.path()));
  REQUIRE(scanned.report.ok());
  CHECK(names(scanned) == std::vector<std::string>{"a.txt", "b/c.txt", "b/d/e"});
  CHECK(scanned.files.at("b/c.txt") == stamp_at(temp / "b/c.txt"));
  CHECK(scanned.report->files == 3);
  CHECK(scanned.report->size_bytes == 8);
}

TEST_CASE("no symlink is followed, inside or out") {
  const TempFolder outside;
  outside.write("secret", "s");
  const TempFolder temp;
  temp.write("real/file", "f");
  std::filesystem::create_symlink(outside.path(), temp / "folder-out");
  std::filesystem::create_symlink(outside / "secret", temp / "file-out");
  std::filesystem::create_symlink(temp / "real/file", temp / "file-in");
  std::filesystem::create_symlink("..", temp / "real/loop");
  std::filesystem::create_symlink("nowhere", temp / "broken");
  const Scanned scanned = scan(*resolve_share(temp.path()));
  REQUIRE(scanned.report.ok());
  CHECK(names(scanned) == std::vector<std::string>{"real/file"});
  CHECK(scanned.report->symlinks == 5);
}

TEST_CASE("dotfiles, dot-folders and what is no regular file are skipped and counted") {
  const TempFolder temp;
  temp.write(".hidden", "");
  temp.write(".git/config", "");
  temp.write("seen", "");
  REQUIRE(::mkfifo((temp / "pipe").c_str(), 0600) == 0);
  const Scanned scanned = scan(*resolve_share(temp.path()));
  CHECK(names(scanned) == std::vector<std::string>{"seen"});
  CHECK(scanned.report->hidden == 2);
  CHECK(scanned.report->special == 1);
}

TEST_CASE("names are bytes: invalid UTF-8 is kept") {
  const TempFolder temp;
  temp.write("caf\xE9\n.txt", "x");
  CHECK(names(scan(*resolve_share(temp.path()))) == std::vector<std::string>{"caf\xE9\n.txt"});
}

TEST_CASE("a tree deeper than a path may be long is walked to its end") {
  const TempFolder temp;
  const std::string component(200, 'd');
  UniqueFd at(::open(temp.path().c_str(), O_RDONLY | O_DIRECTORY));
  std::string relative;
  for (int depth = 0; depth < 40; ++depth) {  // 8,040 bytes
    REQUIRE(::mkdirat(at.get(), component.c_str(), 0700) == 0);
    at = UniqueFd(::openat(at.get(), component.c_str(), O_RDONLY | O_DIRECTORY));
    relative += component + "/";
  }
  REQUIRE(UniqueFd(::openat(at.get(), "leaf", O_CREAT | O_WRONLY, 0600)));
  CHECK(names(scan(*resolve_share(temp.path()))) == std::vector<std::string>{relative + "leaf"});
}

TEST_CASE("many files come in batches of bounded size") {
  const TempFolder temp;
  for (std::size_t i = 0; i < kScanBatchFiles + 10; ++i) temp.write("f" + std::to_string(i), "");
  std::vector<std::size_t> batches;
  const auto report =
      scan_share(*resolve_share(temp.path()), [&](std::span<const ScannedFile> batch) -> Status {
        batches.push_back(batch.size());
        return kOk;
      });
  REQUIRE(report.ok());
  CHECK(batches == std::vector<std::size_t>{kScanBatchFiles, 10});
}

TEST_CASE("a single file is a share of one, whatever its neighbours are") {
  const TempFolder temp;
  temp.write("a", "1");
  temp.write("b", "2");
  const auto share = resolve_share(temp / "b");
  REQUIRE(share.ok());
  CHECK(share->single_file);
  CHECK(share->base() == temp.path());
  CHECK(names(scan(*share)) == std::vector<std::string>{"b"});
}

TEST_CASE("a share knows which paths are its own") {
  const ShareLocation folder{"/srv/mesh", false};
  CHECK(folder.relative("/srv/mesh/a/b") == "a/b");
  CHECK_FALSE(folder.relative("/srv/mesh"));
  CHECK_FALSE(folder.relative("/srv/mesh/"));
  CHECK_FALSE(folder.relative("/srv/mesh2/a"));
  CHECK_FALSE(folder.relative("/srv/mesh/.hidden/a"));
  CHECK_FALSE(folder.relative("/srv/mesh/a/.b"));
  CHECK(ShareLocation{"/", false}.relative("/a") == "a");
  const ShareLocation single{"/srv/.profile", true};
  CHECK(single.relative("/srv/.profile") == ".profile");
  CHECK_FALSE(single.relative("/srv/other"));
}

TEST_CASE("a share is resolved once: symlinks and dots in its own path are gone") {
  const TempFolder temp;
  temp.write("real/x", "");
  std::filesystem::create_symlink(temp / "real", temp / "link");
  CHECK(resolve_share(temp / "link/../link/.")->path == temp / "real");
}

TEST_CASE("a share that is missing or no file or folder is an error with its path") {
  const TempFolder temp;
  REQUIRE(::mkfifo((temp / "pipe").c_str(), 0600) == 0);
  for (const std::string name : {"missing", "pipe"}) {
    const auto share = resolve_share(temp / name);
    REQUIRE_FALSE(share.ok());
    CHECK(share.error().code == ErrorCode::io);
    CHECK(share.error().message.find(temp / name) != std::string::npos);
  }
}

TEST_CASE("a share whose folder vanished is an error, not an empty share") {
  const TempFolder temp;
  temp.write("share/x", "");
  const auto share = resolve_share(temp / "share");
  std::filesystem::remove_all(temp / "share");
  CHECK_FALSE(scan(*share).report.ok());
}

TEST_CASE(
    "unreadable subfolders are reported and the rest is found; an unreadable share is an error") {
  const TempFolder temp;
  std::filesystem::permissions(temp.path(), static_cast<std::filesystem::perms>(0755));
  temp.write("open/x", "");
  temp.write("closed/y", "");
  REQUIRE(::chmod((temp / "closed").c_str(), 0) == 0);
  const ShareLocation share{temp.path(), false};
  CHECK(as_nobody([&] {
    const Scanned scanned = scan(share);
    return scanned.report && names(scanned) == std::vector<std::string>{"open/x"}
           && scanned.report->unreadable_folders == 1
           && scanned.report->unreadable == std::vector<std::string>{"closed"};
  }));
  CHECK(as_nobody([&] {
    return !resolve_share(temp / "closed").ok() && !scan({temp / "closed", false}).report.ok();
  }));
}

TEST_CASE("excluded folders are not entered, under whatever name") {
  const TempFolder temp;
  temp.write("state/downloads/x.part", "");
  temp.write("y", "");
  ScanOptions options;
  options.excluded = {temp / "state/../state"};
  CHECK(names(scan(*resolve_share(temp.path()), options)) == std::vector<std::string>{"y"});
}

TEST_CASE("a scan stops when asked to, and when its sink fails") {
  const TempFolder temp;
  temp.write("x", "");
  std::stop_source source;
  source.request_stop();
  ScanOptions options;
  options.stop = source.get_token();
  CHECK(scan(*resolve_share(temp.path()), options).report.error().code == ErrorCode::canceled);
  const auto failed =
      scan_share(*resolve_share(temp.path()), [](std::span<const ScannedFile>) -> Status {
        return Error{ErrorCode::io, "sink"};
      });
  CHECK(failed.error().message == "sink");
}

}  // namespace freshet::store
