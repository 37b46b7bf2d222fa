// What the doctor says of a machine and of a daemon's own words; and what was tried.
#include <filesystem>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "node/cli/doctor/machine_checks.h"
#include "node/cli/doctor/network_checks.h"
#include "node/cli/tried.h"
#include "tests/unit/cli/temp_folder.h"

namespace freshet::cli {
namespace {

store::StatePaths paths_in(const TempFolder& folder) {
  return *store::resolve_state(folder.path(), {});
}

const Finding& named(const Findings& findings, const std::string& name) {
  for (const Finding& finding : findings) {
    if (finding.name == name) return finding;
  }
  throw std::runtime_error("no finding " + name);
}

api::StatusInfo running() {
  api::StatusInfo status;
  status.listen = {"0.0.0.0:7346"};
  return status;
}

TEST_CASE("a key that others may read is a failure, with the command that mends it") {
  const TempFolder folder;
  const auto paths = paths_in(folder);
  CHECK(check_key(paths).verdict == Verdict::ok);
  write_text(paths.key, "key");
  REQUIRE(chmod(paths.key.c_str(), 0644) == 0);
  CHECK(check_key(paths).verdict == Verdict::fail);
  CHECK(check_key(paths).fix == "chmod 600 " + paths.key);
  REQUIRE(chmod(paths.key.c_str(), 0600) == 0);
  CHECK(check_key(paths).verdict == Verdict::ok);
}

TEST_CASE("a state folder that is not there yet is judged by the one above it") {
  const TempFolder folder;
  const auto paths = *store::resolve_state(folder.path() + "/a/b", {});
  CHECK(check_state(paths).verdict == Verdict::ok);
  CHECK(check_disk(paths).verdict == Verdict::ok);
}

TEST_CASE("a clock that was never set is noted") {
  CHECK(check_clock(1'790'000'000).verdict == Verdict::ok);
  CHECK(check_clock(86'400).verdict == Verdict::note);
}

TEST_CASE("a firewall that is on is named, with the command that opens the port") {
  const TempFolder root;
  CHECK(check_firewall(root.path(), 7346).verdict == Verdict::ok);
  std::filesystem::create_directories(root / "run/firewalld");
  CHECK(check_firewall(root.path(), 7346).fix.find("firewall-cmd --add-port=7346/tcp")
        != std::string::npos);
  std::filesystem::create_directories(root / "etc/ufw");
  write_text(root / "etc/ufw/ufw.conf", "# comment\nENABLED=no\n");
  CHECK(check_firewall(root.path(), 7346).what == "firewalld is on");
  write_text(root / "etc/ufw/ufw.conf", "# comment\nENABLED=yes\n");
  CHECK(check_firewall(root.path(), 7346).what == "ufw is on");
}

TEST_CASE("nodes that are heard and cannot be dialled point at client isolation") {
  api::NetworkInfo network;
  network.beacons_sent = 3;
  network.beacons_heard = 4;
  network.failed = {{"10.0.0.9:7346", "timed out"}};
  const auto peers = named(check_mesh(running(), network), "peers");
  CHECK(peers.verdict == Verdict::fail);
  CHECK(peers.layer == Layer::network);
  CHECK(peers.what.find("10.0.0.9:7346: timed out") != std::string::npos);
  CHECK(peers.fix.find("client isolation") != std::string::npos);
}

TEST_CASE("a node that no asked peer could dial is not reachable; one peer that could is enough") {
  using Verdict3 = api::DialBackInfo::Verdict;
  api::StatusInfo status = running();
  status.peers = 2;
  api::NetworkInfo network;
  network.dial_backs = {{{}, "a", Verdict3::unreachable}, {{}, "b", Verdict3::declined}};
  CHECK(named(check_mesh(status, network), "reachable").verdict == Verdict::fail);
  network.dial_backs[1].verdict = Verdict3::reached;
  CHECK(named(check_mesh(status, network), "reachable").verdict == Verdict::ok);
  network.dial_backs.clear();
  CHECK(named(check_mesh(status, network), "reachable").verdict == Verdict::note);
}

TEST_CASE("a node that listens on loopback alone is told so") {
  api::StatusInfo status = running();
  status.listen = {"127.0.0.1:7346"};
  CHECK(named(check_mesh(status, {}), "port").verdict == Verdict::note);
  status.listen = {"127.0.0.1:7346", "10.0.0.1:7346"};
  CHECK(named(check_mesh(status, {}), "port").verdict == Verdict::ok);
}

TEST_CASE("what was tried names places, addresses and reasons, and ends with what to do") {
  api::NetworkInfo network;
  network.places = {"eth0 10.0.0.5"};
  network.beacons_sent = 4;
  for (int i = 0; i < 7; ++i)
    network.failed.push_back({"10.0.0." + std::to_string(i) + ":7346", "refused"});
  const auto lines = what_was_tried(network);
  CHECK(lines.front() == "4 beacons sent on eth0 10.0.0.5; 0 heard");
  CHECK(lines[1] == "dialled 10.0.0.0:7346: refused");
  CHECK(lines[6] == "and 2 more");
  CHECK(lines.back().find("freshet doctor") != std::string::npos);
  network.failed.clear();
  CHECK(what_was_tried(network)[1] == "no address is remembered");
  network.discover = false;
  CHECK(what_was_tried(network).front().find("--no-discovery") != std::string::npos);
}

}  // namespace
}  // namespace freshet::cli
