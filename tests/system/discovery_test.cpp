// Two machines on one switch find each other by beacon.
#include <memory>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/lan.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

/// How soon two daemons must have linked; sanitizers take longer to start than the wire does.
constexpr std::chrono::milliseconds kLinkedWithin{kSanitized ? 10000 : 1000};

/// One of the machines on the switch.
std::unique_ptr<Machine> machine(const TempDir& dir, const Switch& lan, int number) {
  auto made = std::make_unique<Machine>(dir.path(), number);
  made->plug(lan, "lan0", {"10.77.0." + std::to_string(number) + "/24"});
  return made;
}

DaemonOptions on(const Machine& machine) {
  return {.listen = "0.0.0.0:7346", .flags = {}, .wrapper = machine.wrapper()};
}

}  // namespace

TEST_CASE("two daemons on one switch link without being told of each other") {
  if (!enter_lan()) {
    MESSAGE("skipped: this machine lets the test make no network namespace (run it as root)");
    return;
  }
  const TempDir dir;
  const Switch lan("lan");
  const auto one = machine(dir, lan, 1);
  const auto two = machine(dir, lan, 2);
  auto options = on(*one);
  const auto share = dir.folder("share");
  write_file(share / "harbour.txt", "ships");
  options.paths = {share.string()};
  const Daemon first(dir.path() / "d1", options);
  const Daemon second(dir.path() / "d2", on(*two));
  const auto began = std::chrono::steady_clock::now();
  CHECK(eventually([&] { return second.peer_count() == 1; }, kLinkedWithin));
  MESSAGE("linked after "
          << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()
          << " s");
  CHECK(first.has_peers(1));
  CHECK(second.cli({"search", "harbour", "--timeout", "3"}).exit_code == 0);

  const auto three = machine(dir, lan, 3);
  auto silent = on(*three);
  silent.flags = {"--no-discovery"};
  const Daemon third(dir.path() / "d3", silent);
  CHECK(third.cli({"join", "10.77.0.1"}).exit_code == 0);
  CHECK(third.has_peers(1));
}

}  // namespace freshet::testing
