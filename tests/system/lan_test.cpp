// Twenty machines find each other with no configuration, on the networks that there are: both
// families, one alone, two interfaces each, with interfaces among them that are of no use; and two
// networks become one mesh through one remembered peer.
#include "tests/support/lan.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

constexpr int kMachines = kSanitized ? 6 : 20;

bool may_run() {
  if (enter_lan()) return true;
  MESSAGE("skipped: this machine lets the test make no network namespace (run it as root)");
  return false;
}

std::string v4(int net, int host) {
  return "10.77." + std::to_string(net) + "." + std::to_string(host) + "/24";
}

/// Machines with a daemon on each, all started as `freshet up FOLDER` and nothing else.
class Lan {
 public:
  using Plug = std::function<void(const Machine&)>;

  Lan(int machines, const Plug& plug) {
    for (int i = 1; i <= machines; ++i) {
      machines_.push_back(std::make_unique<Machine>(dir_.path(), i));
      plug(*machines_.back());
    }
  }

  void start_all() {
    for (std::size_t i = 0; i < machines_.size(); ++i) start(i, {});
  }
  void start(std::size_t index, const std::vector<std::string>& peers) {
    const auto name = std::to_string(index);
    const auto share = dir_.path() / ("share" + name);
    std::filesystem::create_directories(share);
    write_file(share / ("harbour " + name + ".txt"), "ship " + name);
    daemons_.resize(machines_.size());
    daemons_.at(index).reset();
    daemons_.at(index) =
        std::make_unique<Daemon>(dir_.path() / ("state" + name),
                                 DaemonOptions{.paths = {share.string()},
                                               .peers = peers,
                                               .listen = "",
                                               .flags = {},
                                               .wrapper = machines_.at(index)->wrapper()});
  }
  void stop(std::size_t index) { daemons_.at(index).reset(); }

  /// How many nodes answer a search of one of them.
  [[nodiscard]] std::size_t answered(std::size_t index) const {
    const auto result = daemons_.at(index)->cli(
        {"search", "harbour", "--json", "--timeout", "2", "--strategy", "flood"});
    const auto done = result.events("done");
    return done.empty() ? 0 : done.front().at("answered").get<std::size_t>();
  }
  /// Whether a search at the first and the last machine is answered by all.
  [[nodiscard]] bool is_one_mesh() const {
    const std::size_t all = machines_.size();
    return eventually([&] { return answered(0) >= all - 1 && answered(all - 1) >= all - 1; });
  }
  [[nodiscard]] const Daemon& daemon(std::size_t index) const { return *daemons_.at(index); }
  [[nodiscard]] const Machine& machine(std::size_t index) const { return *machines_.at(index); }

 private:
  TempDir dir_;
  std::vector<std::unique_ptr<Machine>> machines_;
  std::vector<std::unique_ptr<Daemon>> daemons_;
};

}  // namespace

TEST_CASE("machines on one switch become one mesh, whatever other interfaces they have") {
  if (!may_run()) return;
  const Switch wire("wire");
  Lan lan(kMachines, [&](const Machine& machine) {
    machine.plug(wire, "lan0", {v4(1, machine.number())});
    // As docker0: a bridge with an address and no carrier. And an interface that is down.
    machine.run({"ip", "link", "add", "docker0", "type", "bridge"});
    machine.run({"ip", "addr", "add", "172.17.0.1/16", "dev", "docker0"});
    machine.run({"ip", "link", "set", "docker0", "up"});
    machine.run({"ip", "link", "add", "spare0", "type", "veth", "peer", "name", "spare1"});
    machine.run({"ip", "addr", "add", "10.99.0.1/24", "dev", "spare0"});
  });
  lan.start_all();
  CHECK(lan.is_one_mesh());
  CHECK(lan.daemon(0).counter("beacons_send_failed") == 0);
}

TEST_CASE("machines without IPv6 become one mesh") {
  if (!may_run()) return;
  const Switch wire("wire");
  Lan lan(kMachines, [&](const Machine& machine) {
    machine.run({"sysctl", "-q", "-w", "net.ipv6.conf.all.disable_ipv6=1"});
    machine.run({"sysctl", "-q", "-w", "net.ipv6.conf.default.disable_ipv6=1"});
    machine.plug(wire, "lan0", {v4(1, machine.number())});
  });
  lan.start_all();
  CHECK(lan.is_one_mesh());
}

TEST_CASE("machines with link-local IPv6 addresses alone become one mesh") {
  if (!may_run()) return;
  const Switch wire("wire");
  Lan lan(kMachines, [&](const Machine& machine) { machine.plug(wire, "lan0", {}); });
  lan.start_all();
  CHECK(lan.is_one_mesh());
}

TEST_CASE("machines with two interfaces each become one mesh, with one link between two of them") {
  if (!may_run()) return;
  const Switch wire("wire");
  const Switch air("air");
  Lan lan(kMachines, [&](const Machine& machine) {
    machine.plug(wire, "lan0", {v4(1, machine.number())});
    machine.plug(air, "wlan0", {v4(2, machine.number())});
  });
  lan.start_all();
  CHECK(lan.is_one_mesh());
  std::vector<std::string> ids;
  for (const auto& peer : lan.daemon(0).cli({"peers", "--json"}).json())
    ids.push_back(peer.at("id").get<std::string>());
  std::sort(ids.begin(), ids.end());
  CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("a cable that is plugged in later is used at once") {
  if (!may_run()) return;
  const Switch wire("wire");
  Lan lan(2, [&](const Machine& machine) {
    if (machine.number() == 1) machine.plug(wire, "lan0", {v4(1, 1)});
  });
  lan.start_all();
  REQUIRE(lan.daemon(1).peer_count() == 0);
  lan.machine(1).plug(wire, "lan0", {v4(1, 2)});
  CHECK(lan.daemon(1).has_peers(1));
}

TEST_CASE("two networks become one mesh through one remembered peer") {
  if (!may_run()) return;
  constexpr int kEach = kSanitized ? 2 : 4;
  const Switch north("north");
  const Switch south("south");
  // A router between them; beacons do not pass.
  const TempDir dir;
  const Machine router(dir.path(), 200);
  router.plug(north, "n0", {v4(1, 254)});
  router.plug(south, "s0", {v4(2, 254)});
  router.run({"sysctl", "-q", "-w", "net.ipv4.ip_forward=1"});
  Lan lan(2 * kEach, [&](const Machine& machine) {
    const int net = machine.number() <= kEach ? 1 : 2;
    machine.plug(net == 1 ? north : south, "lan0", {v4(net, machine.number())});
    machine.run({"ip", "route", "add", "default", "via", "10.77." + std::to_string(net) + ".254"});
  });
  // The first of the north was once told of the last of the south.
  lan.start(2 * kEach - 1, {});
  lan.start(0, {"10.77.2." + std::to_string(2 * kEach)});
  REQUIRE(lan.daemon(0).has_peers(1));
  lan.stop(0);
  lan.stop(2 * kEach - 1);
  lan.start_all();
  CHECK(lan.is_one_mesh());
}

}  // namespace freshet::testing
