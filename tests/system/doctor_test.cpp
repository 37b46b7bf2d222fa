// `freshet doctor` on real machines: one behind a filter that lets nobody in, and one that is
// alone.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/lan.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

std::string verdict_of(const Json& report, const std::string& name) {
  for (const auto& finding : report.at("findings")) {
    if (finding.at("name") == name) return finding.at("verdict").get<std::string>();
  }
  return "missing";
}

}  // namespace

TEST_CASE("doctor tells who can be dialled, who cannot, and who is alone") {
  if (!enter_lan()) {
    MESSAGE("skipped: this machine lets the test make no network namespace (run it as root)");
    return;
  }
  const TempDir dir;
  const Switch lan("lan");
  const Machine open(dir.path(), 1);
  const Machine closed(dir.path(), 2);
  open.plug(lan, "lan0", {"10.77.0.1/24"});
  closed.plug(lan, "lan0", {"10.77.0.2/24"});
  if (run_program({"sh", "-c", "command -v nft"}).exit_code != 0) {
    MESSAGE("skipped: there is no nft to drop connections with");
    return;
  }
  closed.run({"nft", "add", "table", "inet", "wall"});
  closed.run(
      {"nft", "add", "chain", "inet", "wall", "in", "{ type filter hook input priority 0; }"});
  closed.run({"nft", "add", "rule", "inet", "wall", "in", "tcp", "flags", "syn / syn,ack", "drop"});

  const auto doctor = [](const Daemon& daemon, const Machine& machine) {
    auto words = machine.wrapper();
    for (const std::string& word : {freshet_binary(),
                                    std::string("--state"),
                                    daemon.state().string(),
                                    std::string("doctor"),
                                    std::string("--json")})
      words.push_back(word);
    return run_program(words);
  };
  const Daemon first(dir.path() / "first", {.listen = "", .flags = {}, .wrapper = open.wrapper()});
  // The kernel holds a new IPv6 address back for a second or two.
  CHECK(eventually([&] { return verdict_of(doctor(first, open).json(), "multicast") == "ok"; }));
  const auto alone = doctor(first, open);
  CHECK(alone.exit_code == 1);
  CHECK(verdict_of(alone.json(), "interfaces") == "ok");
  CHECK(verdict_of(alone.json(), "peers") == "fail");

  const Daemon second(dir.path() / "second",
                      {.listen = "", .flags = {}, .wrapper = closed.wrapper()});
  REQUIRE(second.has_peers(1));  // it dials, since nobody can dial it
  const auto reachable = doctor(first, open);
  CHECK(reachable.exit_code == 0);
  CHECK(verdict_of(reachable.json(), "reachable") == "ok");
  CliResult walled;
  CHECK(eventually([&] {  // the neighbour's dial may take longer than it is waited for
    walled = doctor(second, closed);
    return verdict_of(walled.json(), "reachable") == "fail";
  }));
  CHECK(walled.exit_code == 1);
}

TEST_CASE("a node that finds nobody says what it tried") {
  const TempDir dir;
  // A port at which nobody is.
  const Daemon lonely(dir.path() / "lonely", {.peers = {"127.0.0.1:9"}, .flags = {"--no-beacon"}});
  CHECK(eventually(
      [&] { return lonely.cli({"peers"}).err.find("dialled 127.0.0.1:9") != std::string::npos; }));
  const auto search = lonely.cli({"search", "anything", "--timeout", "1"});
  CHECK(search.exit_code == 1);
  CHECK(search.out.empty());
  CHECK(search.err.find("freshet doctor") != std::string::npos);
}

TEST_CASE("doctor without a node checks the machine, and says that none runs") {
  const TempDir dir;
  const auto report = run_freshet({"--state", (dir.path() / "none").string(), "doctor", "--json"});
  CHECK((report.exit_code == 3 || report.exit_code == 7));  // 7: this machine has no network
  CHECK_FALSE(report.json().at("running").get<bool>());
  CHECK(verdict_of(report.json(), "disk") == "ok");
}

}  // namespace freshet::testing
