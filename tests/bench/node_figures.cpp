// What `freshet bench` does not measure of real daemons on loopback: from search to file, start-up,
// memory and idle traffic. Prints medians and judges nothing. Takes about two minutes; run it on a
// machine that does nothing else.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/daemon.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int kFetches = 15;
constexpr int kStarts = 9;
constexpr int kSharedFiles = 1000;
constexpr std::chrono::seconds kIdle{60};

// The smallest value that `part` of all are not above.
double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const auto rank = static_cast<std::size_t>(std::ceil(part * static_cast<double>(values.size())));
  return values.at(std::max<std::size_t>(rank, 1) - 1);
}

double median(const std::vector<double>& values) {
  return quantile(values, 0.5);
}

void write_file(const fs::path& path, std::size_t bytes, std::uint64_t seed) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  for (std::size_t done = 0; done < bytes; done += sizeof seed) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    file.write(reinterpret_cast<const char*>(&seed), sizeof seed);
  }
}

void search_to_file() {
  Mesh mesh(3, line(3), [](std::size_t node, const fs::path& share) {
    fs::create_directories(share);
    if (node != 2) return;
    for (int i = 0; i < kFetches; ++i) {
      write_file(share / ("parcel" + std::string(1, static_cast<char>('a' + i)) + ".bin"),
                 1U << 20U,
                 77U + static_cast<unsigned>(i));
    }
  });
  if (!mesh[2].has_hashed(kFetches)) throw std::runtime_error("not hashed");
  std::vector<double> seconds;
  for (int i = 0; i < kFetches; ++i) {
    const std::string word = "parcel" + std::string(1, static_cast<char>('a' + i));
    const auto began = Clock::now();
    if (mesh[0].cli({"search", word, "--limit", "1"}).exit_code != 0)
      throw std::runtime_error("not found");
    const auto got = mesh[0].cli({"get", "1", "-o", (mesh.dir().path() / word).string()});
    if (got.exit_code != 0) throw std::runtime_error(got.err);
    seconds.push_back(Seconds(Clock::now() - began).count());
  }
  std::printf("search typed to 1 MiB on disk   %8.1f ms through two hops (two commands)\n",
              median(seconds) * 1000);
}

double resident_mib(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  }
  return 0;
}

void start_up() {
  const TempDir dir;
  const fs::path share = dir.path() / "share";
  for (int i = 0; i < kSharedFiles; ++i) {
    write_file(share / ("folder " + std::to_string(i % 20))
                   / ("document number " + std::to_string(i) + ".txt"),
               2000,
               static_cast<std::uint64_t>(i));
  }
  DaemonOptions options;
  options.paths = {share.string()};
  Daemon daemon(dir.path() / "state", options);
  if (!daemon.has_hashed(kSharedFiles)) throw std::runtime_error("not hashed");
  std::vector<double> seconds;
  for (int i = 0; i < kStarts; ++i) {
    daemon.ask_to_end();
    daemon.process().wait(std::chrono::seconds(10));
    const auto began = Clock::now();
    daemon.start_again();
    seconds.push_back(Seconds(Clock::now() - began).count());
  }
  std::printf("start-up to ready, 1,000 files  %8.1f ms\n", median(seconds) * 1000);
  std::printf("resident memory, idle           %8.1f MiB sharing 1,000 files\n",
              resident_mib(daemon.process().pid()));
}

double link_bytes(const Daemon& daemon) {
  const Json peers = daemon.cli({"peers", "--json"}).json();
  return peers.at(0).at("bytes_in").get<double>() + peers.at(0).at("bytes_out").get<double>();
}

void idle_traffic() {
  Mesh mesh(2, line(2), [](std::size_t, const fs::path& share) { fs::create_directories(share); });
  const double before = link_bytes(mesh[0]);
  const auto began = Clock::now();
  std::this_thread::sleep_for(kIdle);
  const double bytes = link_bytes(mesh[0]) - before;
  std::printf(
      "idle traffic of a link          %8.1f bytes a second, both ways, TLS records included\n",
      bytes / Seconds(Clock::now() - began).count());
}

// The helpers that run daemons report through doctest.
TEST_CASE("figures of real daemons") {
  search_to_file();
  start_up();
  idle_traffic();
}

}  // namespace
}  // namespace freshet::testing
