// What the system tests stand on must itself be able to fail.
#include <csignal>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/files.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {

namespace fs = std::filesystem;

TEST_CASE("a program's output and exit code come back") {
  const auto result = run_program({"sh", "-c", "echo out; echo err >&2; exit 7"});
  CHECK(result.exit_code == 7);
  CHECK(result.out == "out\n");
  CHECK(result.err == "err\n");
}

TEST_CASE("a program that hangs is reported, and does not outlive the report") {
  CHECK_THROWS(
      static_cast<void>(run_program({"sleep", "60"}, "/dev/null", std::chrono::milliseconds(50))));
}

TEST_CASE("a killed program ends with 128 + signal") {
  const TempDir dir;
  Process process({"sleep", "60"}, dir.path() / "out");
  CHECK(process.running());
  process.send(SIGTERM);
  CHECK(process.wait(std::chrono::seconds(10)) == 128 + SIGTERM);
}

TEST_CASE("a program that is not there ends with 127") {
  CHECK(run_program({"/no/such/program"}).exit_code == 127);
}

TEST_CASE("a program reads the file given as its stdin") {
  const TempDir dir;
  write_file(dir.path() / "in", "hello");
  CHECK(run_program({"cat"}, dir.path() / "in").out == "hello");
}

TEST_CASE("a running program's memory is seen") {
  const TempDir dir;
  const Process process({"sleep", "60"}, dir.path() / "out");
  CHECK(process.resident_bytes() > 0);
}

TEST_CASE("random files repeat by their seed and have the hash that sha256sum says") {
  const TempDir dir;
  write_random_file(dir.path() / "a", 100001, 1);
  write_random_file(dir.path() / "b", 100001, 1);
  write_random_file(dir.path() / "c", 100001, 2);
  CHECK(fs::file_size(dir.path() / "a") == 100001);
  CHECK(sha256_of(dir.path() / "a") == sha256_of(dir.path() / "b"));
  CHECK(sha256_of(dir.path() / "a") != sha256_of(dir.path() / "c"));
  const auto said = run_program({"sha256sum", (dir.path() / "a").string()}).out;
  CHECK(said.substr(0, 64) == sha256_of(dir.path() / "a"));
}

TEST_CASE("corrupting a file keeps its size and time") {
  const TempDir dir;
  const auto path = dir.path() / "a";
  write_random_file(path, 100000, 1);
  const auto hash = sha256_of(path);
  const auto time = fs::last_write_time(path);
  corrupt_in_place(path);
  CHECK(sha256_of(path) != hash);
  CHECK(fs::last_write_time(path) == time);
  CHECK(fs::file_size(path) == 100000);
}

TEST_CASE("regular files are listed without dotfiles and without following symlinks") {
  const TempDir dir;
  write_file(dir.path() / "b" / "two", "2");
  write_file(dir.path() / "one", "1");
  write_file(dir.path() / ".git" / "x", "");
  fs::create_symlink(dir.path() / "b", dir.path() / "link");
  CHECK(regular_files(dir.path())
        == std::vector<fs::path>{dir.path() / "b" / "two", dir.path() / "one"});
}

TEST_CASE("events are read a line each, and a line still being written is left out") {
  const auto events = parse_events("{\"event\":\"hit\",\"n\":1}\n{\"event\":\"done\"}\n{\"eve");
  REQUIRE(events.size() == 2);
  CHECK(events.at(1).at("event") == "done");
}

}  // namespace freshet::testing
