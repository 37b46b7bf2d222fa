#include "node/io/net/sleep_watch.h"

#include <vector>

#include "tests/unit/io/loop.h"

namespace freshet::io::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Watched {
  Duration slept = seconds(100);
  std::vector<Duration> told;
  asio::io_context io;
  SleepWatch watch{io,
                   [this](Duration it) { told.push_back(it); },
                   [this] {
                     return slept;
                   }};
};

TEST_CASE("what was slept since the watch began is told once") {
  Watched watched;
  watched.watch.look();
  CHECK(watched.told.empty());
  watched.slept += seconds(30);
  watched.watch.look();
  watched.watch.look();
  CHECK(watched.told == std::vector<Duration>{seconds(30)});
}

TEST_CASE("moments too short to matter add up") {
  Watched watched;
  for (int i = 0; i < 3; ++i) {
    watched.slept += milliseconds(400);
    watched.watch.look();
  }
  CHECK(watched.told == std::vector<Duration>{milliseconds(1200)});
}

TEST_CASE("a machine that does not sleep while this runs is not told to have slept") {
  const Duration before = SleepWatch::slept_since_boot();
  CHECK(before > -SleepWatch::kShortest);
  CHECK(SleepWatch::slept_since_boot() - before < SleepWatch::kShortest);
}

TEST_CASE("the kernel's word waits in the loop, and its end leaves nothing behind") {
  asio::io_context io;
  {
    const SleepWatch watch(io, [](Duration) {});
    run_ready(io);
  }
  run_ready(io);
  CHECK(io.stopped());
}

}  // namespace
}  // namespace freshet::io::test
