// A neighbour that stops reading: the others lose nothing by it, every frame that it does not get
// is counted, and the daemon does not grow. The load is the relay benchmark's.
#include <asio/io_context.hpp>
#include <doctest/doctest.h>

#include "node/cli/bench/load/load.h"
#include "node/cli/bench/load/process_use.h"
#include "tests/support/daemon.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_dir.h"

namespace freshet::testing {
namespace {

constexpr std::size_t kSinks = 4;
constexpr std::size_t kStalled = kSinks - 1;
constexpr std::uint64_t kWindow = 500;
// Together far more than any buffer on the way holds.
constexpr std::uint64_t kFirst = kSanitized ? 45'000 : 150'000;
constexpr std::uint64_t kThen = kFirst;
constexpr double kGrowthMib = 4;

struct Loaded {
  TempDir dir;
  Daemon daemon{dir.path() / "state", {}};
  asio::io_context io{1};
  Endpoint at = Endpoint::parse(daemon.address()).value();
  std::unique_ptr<bench::Connector> connector = bench::tls_connector(io, at);
  bench::Load load{io, *connector, *connector, bench::freshet_format, kSinks};

  [[nodiscard]] std::uint64_t drops() const {
    return daemon.counter("drops_query") + daemon.counter("drops_hit")
           + daemon.counter("drops_control");
  }
};

}  // namespace

TEST_CASE("while all read, nothing is dropped") {
  Loaded loaded;
  loaded.load.pass(kFirst, kWindow);
  CHECK(loaded.drops() == 0);
}

TEST_CASE("one that stops reading costs the others nothing, and what it misses is counted") {
  Loaded loaded;
  loaded.load.stall(kStalled);
  loaded.load.pass(kFirst, kWindow);  // every other sink gets every message, or this throws
  CHECK(loaded.daemon.counter("drops_query") > 0);
  const double resident = bench::resident_mib(loaded.daemon.process().pid());

  loaded.load.pass(kThen, kWindow);
  const std::uint64_t dropped = loaded.daemon.counter("drops_query");
  CHECK(dropped >= kThen);  // its buffers are full: of these it gets none
  if (!kSanitized) {        // a sanitizer keeps what was freed
    CHECK(bench::resident_mib(loaded.daemon.process().pid()) < resident + kGrowthMib);
  }
  for (std::size_t i = 0; i < kStalled; ++i) CHECK(loaded.load.received(i) == kFirst + kThen);

  loaded.load.resume(kStalled);
  const auto all_accounted = [&] {
    loaded.load.run_for(std::chrono::milliseconds(10));
    return loaded.load.received(kStalled) + dropped == kFirst + kThen;
  };
  CHECK(eventually(all_accounted, std::chrono::seconds(20)));
  CHECK(loaded.daemon.counter("drops_query") == dropped);
  CHECK(loaded.daemon.counter("drops_hit") == 0);
}

}  // namespace freshet::testing
