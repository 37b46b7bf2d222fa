// A private mesh beside an open one on the same switch: neither sees anything of the other.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/ids.h"
#include "node/store/mesh_file.h"
#include "tests/support/capture.h"
#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/lan.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNodes = 4;  // the first two are private

/// Four machines, a daemon on each, found by beacon alone. Each shares a file of its own.
struct TwoMeshes {
  TempDir dir;
  Switch lan{"lan"};
  Capture capture;
  std::vector<std::unique_ptr<Machine>> machines;
  std::vector<std::unique_ptr<Daemon>> daemons;

  TwoMeshes() {
    const auto first = state(0);
    const auto made =
        run_freshet({"--state", first.string(), "mesh", "new", "--name", "Cellar of ours"});
    REQUIRE(made.exit_code == 0);
    // The file is an invite without an address: the second finds the first by beacon.
    const auto joined =
        run_freshet({"--state", state(1).string(), "join", "--file", (first / "mesh").string()});
    REQUIRE(joined.exit_code == 0);
    for (std::size_t i = 0; i < kNodes; ++i) start(i);
  }

  [[nodiscard]] fs::path state(std::size_t i) const {
    return dir.path() / ("d" + std::to_string(i));
  }
  static std::string name(std::size_t i) { return "machine-called-" + std::to_string(i); }
  static std::string word(std::size_t i) { return "harbour" + std::to_string(i); }
  [[nodiscard]] NodeKey key(std::size_t i) const {
    return *NodeKey::from_hex(daemons.at(i)->status().at("id").get<std::string>());
  }

  void start(std::size_t i) {
    const int number = static_cast<int>(i) + 1;
    auto machine = std::make_unique<Machine>(dir.path(), number);
    machine->plug(lan, "lan0", {"10.77.0." + std::to_string(number) + "/24"});
    const auto share = dir.folder("share" + std::to_string(i));
    write_file(share / (word(i) + ".txt"), "ships");
    daemons.push_back(std::make_unique<Daemon>(state(i),
                                               DaemonOptions{.paths = {share.string()},
                                                             .listen = "0.0.0.0:7346",
                                                             .flags = {"--name", name(i)},
                                                             .wrapper = machine->wrapper()}));
    machines.push_back(std::move(machine));
  }

  [[nodiscard]] bool finds(std::size_t who, std::size_t whose) const {
    return daemons.at(who)->cli({"search", word(whose), "--timeout", "1"}).exit_code == 0;
  }
};

bool contains(const Bytes& text, ByteView part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end()) != text.end();
}

void check_apart(const TwoMeshes& meshes) {
  for (std::size_t i = 0; i < kNodes; ++i) {
    const std::size_t fellow = i ^ 1U;
    const auto peers = meshes.daemons.at(i)->cli({"peers", "--json"}).json();
    REQUIRE(peers.size() == 1);
    CHECK(peers.front().at("id") == meshes.key(fellow).hex());
    CHECK(peers.front().at("name") == TwoMeshes::name(fellow));
    // They heard the others' beacons, and never tried to link.
    CHECK(eventually([&] { return meshes.daemons.at(i)->counter("beacons_foreign") > 0; }));
    for (const char* counter :
         {"mesh_proofs_wrong", "mesh_proofs_missing", "handshakes_failed", "beacons_malformed"})
      CHECK_MESSAGE(meshes.daemons.at(i)->counter(counter) == 0, counter);
  }
}

void check_searches_stay_inside(const TwoMeshes& meshes) {
  CHECK(eventually([&] { return meshes.finds(0, 1); }));
  CHECK(eventually([&] { return meshes.finds(3, 2); }));
  CHECK_FALSE(meshes.finds(0, 2));
  CHECK_FALSE(meshes.finds(3, 1));
}

// What an open node's beacon shows must be there, or the capture proves nothing.
void check_wire(TwoMeshes& meshes) {
  const Bytes& wire = meshes.capture.heard();
  CHECK(contains(wire, meshes.key(2).view()));
  CHECK(contains(wire, meshes.key(3).view()));
  const auto mesh = store::load_mesh((meshes.state(0) / "mesh").string());
  REQUIRE(mesh.ok());
  CHECK_FALSE(contains(wire, mesh->key->view()));
  CHECK_FALSE(contains(wire, bytes_of(mesh->name)));
  CHECK_FALSE(contains(wire, bytes_of(mesh->id())));
  for (const std::size_t i : {0U, 1U}) {
    CHECK_FALSE(contains(wire, meshes.key(i).view()));
    CHECK_FALSE(contains(wire, bytes_of(TwoMeshes::name(i))));
    CHECK_FALSE(contains(wire, bytes_of(TwoMeshes::word(i))));
  }
}

void check_the_door_is_shut(const TwoMeshes& meshes) {
  const auto joined = meshes.daemons.at(2)->cli({"join", "10.77.0.1"});
  CHECK(joined.exit_code == 4);
  CHECK(joined.err.find("ask a member for an invite") != std::string::npos);
  CHECK(meshes.daemons.at(0)->counter("mesh_proofs_wrong") == 1);
  CHECK(meshes.daemons.at(0)->peer_count() == 1);
  CHECK(meshes.daemons.at(2)->peer_count() == 1);
}

}  // namespace

TEST_CASE("a private mesh and an open one on one switch see nothing of each other") {
  if (!enter_lan()) {
    MESSAGE("skipped: this machine lets the test make no network namespace (run it as root)");
    return;
  }
  TwoMeshes meshes;
  for (const auto& daemon : meshes.daemons) REQUIRE(daemon->has_peers(1));
  check_apart(meshes);
  check_searches_stay_inside(meshes);
  check_wire(meshes);
  check_the_door_is_shut(meshes);
}

}  // namespace freshet::testing
