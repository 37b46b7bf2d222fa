// Sources whose bytes changed under the hash that they announce.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFileBytes = std::uint64_t{16} * 1024 * 1024;
constexpr const char* kName = "estuary.bin";

/// Node 0 fetches; all others hold the file. Those from `first_corrupt` on serve wrong bytes: the
/// file is changed on disk after it was hashed, size and time kept.
struct Sources : Mesh {
  explicit Sources(std::size_t nodes, std::size_t first_corrupt)
      : Mesh(nodes, star(nodes), [](std::size_t node, const fs::path& share) {
          if (node > 0) write_random_file(share / kName, kFileBytes, 11);
        }) {
    original = sha256_of(share(1) / kName);
    for (std::size_t node = first_corrupt; node < nodes; ++node)
      corrupt_in_place(share(node) / kName);
  }
  std::string original;
};

}  // namespace

TEST_CASE(
    "a source that serves corrupted blocks is dropped, and the file arrives from the others") {
  Sources mesh(4, 3);
  REQUIRE(mesh[0].cli({"search", "estuary", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  const auto got = mesh[0].cli({"get", "1", "--json"});
  REQUIRE_MESSAGE(got.exit_code == 0, got.err);
  CHECK(sha256_of(got.events().back().at("path").get<std::string>()) == mesh.original);
}

TEST_CASE("a fetch whose only source serves corrupted blocks leaves no file behind its name") {
  Sources mesh(2, 1);
  REQUIRE(mesh[0].cli({"search", "estuary", "--limit", "1", "--timeout", "30"}).exit_code == 0);
  const auto target = mesh.dir().path() / "copy.bin";
  const auto got = mesh[0].cli({"get", "1", "-o", target.string(), "--timeout", "5", "--json"});
  CHECK(got.exit_code == 6);
  CHECK(!fs::exists(target));
  // Here the source is asked for certain; among several it may come too late to be asked for
  // anything.
  CHECK(mesh[0].counter("transfer_sources_banned") == 1);
}

}  // namespace freshet::testing
