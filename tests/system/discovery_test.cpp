// Two machines on one switch find each other by beacon. Machines are network namespaces, the switch
// a bridge, all in a namespace of the test's own; without the right to make one, the test says so.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/namespaces.h"

namespace freshet::testing {
namespace {

/// How soon two daemons must have linked; sanitizers take longer to start than the wire does.
constexpr std::chrono::milliseconds kLinkedWithin{kSanitized ? 10000 : 1000};

void run(const std::vector<std::string>& args) {
  const auto result = run_program(args);
  REQUIRE_MESSAGE(result.exit_code == 0, args.front() << ": " << result.err);
}

bool make_switch() {
  if (!enter_namespaces(CLONE_NEWNET)) return false;
  return run_program({"ip", "link", "add", "switch", "type", "bridge"}).exit_code == 0
         && run_program({"ip", "link", "set", "switch", "up"}).exit_code == 0;
}

/// One machine on the switch, as long as it lives.
class Machine {
 public:
  Machine(const TempDir& dir, int number)
      : name_("m" + std::to_string(number)),
        holder_({"unshare", "-n", "sleep", "infinity"}, dir.path() / name_) {
    const auto pid = std::to_string(holder_.pid());
    const auto cable = "port" + std::to_string(number);
    const auto own = std::filesystem::read_symlink("/proc/self/ns/net");
    REQUIRE(eventually([&] {
      std::error_code failed;
      const auto its = std::filesystem::read_symlink("/proc/" + pid + "/ns/net", failed);
      return !failed && its != own;
    }));
    run({"ip", "link", "add", cable, "type", "veth", "peer", "name", "lan0", "netns", pid});
    run({"ip", "link", "set", cable, "master", "switch", "up"});
    run_inside({"ip", "addr", "add", "10.77.0." + std::to_string(number) + "/24", "dev", "lan0"});
    run_inside({"ip", "link", "set", "lo", "up"});
    run_inside({"ip", "link", "set", "lan0", "up"});
  }

  [[nodiscard]] std::vector<std::string> wrapper() const {
    return {"nsenter", "-n", "-t", std::to_string(holder_.pid()), "--"};
  }
  void run_inside(const std::vector<std::string>& args) const {
    auto words = wrapper();
    words.insert(words.end(), args.begin(), args.end());
    run(words);
  }

 private:
  std::string name_;
  Process holder_;
};

DaemonOptions on(const Machine& machine) {
  return {.listen = "0.0.0.0:7346", .flags = {}, .wrapper = machine.wrapper()};
}

/// A namespace can be entered once by a process: one test case holds all that is to be said of it.
void check_two_machines_link(const TempDir& dir) {
  const Machine one(dir, 1);
  const Machine two(dir, 2);
  auto options = on(one);
  const auto share = dir.folder("share");
  write_file(share / "harbour.txt", "ships");
  options.paths = {share.string()};
  const Daemon first(dir.path() / "d1", options);
  const Daemon second(dir.path() / "d2", on(two));
  const auto began = std::chrono::steady_clock::now();
  CHECK(eventually([&] { return second.peer_count() == 1; }, kLinkedWithin));
  MESSAGE("linked after "
          << std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count()
          << " s");
  CHECK(first.has_peers(1));
  CHECK(second.cli({"search", "harbour", "--timeout", "3"}).exit_code == 0);

  const Machine three(dir, 3);
  auto silent = on(three);
  silent.flags = {"--no-discovery"};
  const Daemon third(dir.path() / "d3", silent);
  CHECK(third.cli({"join", "10.77.0.1"}).exit_code == 0);
  CHECK(third.has_peers(1));
}

}  // namespace

TEST_CASE("two daemons on one switch link without being told of each other") {
  const TempDir dir;
  if (!make_switch()) {
    MESSAGE("skipped: this machine lets the test make no network namespace (run it as root)");
    return;
  }
  check_two_machines_link(dir);
}

}  // namespace freshet::testing
