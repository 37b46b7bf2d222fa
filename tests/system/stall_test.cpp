// A source that falls silent in the middle of a fetch: stopped, not dead, so that no connection
// ends.
#include <csignal>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kFileBytes = std::uint64_t{12} << 20U;

/// Stopped while it lives; goes on at the end, so that it can end in good order.
class Stopped {
 public:
  explicit Stopped(Process& process) : process_(process) { process_.send(SIGSTOP); }
  ~Stopped() { process_.send(SIGCONT); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  Stopped(Stopped&&) = delete;
  Stopped& operator=(Stopped&&) = delete;

 private:
  Process& process_;
};

}  // namespace

TEST_CASE("what a silent source owes is asked of another within a second, and the fetch ends") {
  const TempDir dir;
  const auto share = dir.folder("share");
  write_random_file(share / "lagoon.bin", kFileBytes, 8);
  const DaemonOptions options{.paths = {share.string()},
                              .flags = {"--no-discovery", "--up-rate", "256K"}};
  Daemon quiet(dir.path() / "quiet", options);
  const Daemon other(dir.path() / "other", options);
  const Daemon fetcher(dir.path() / "fetcher", {.peers = {quiet.address(), other.address()}});
  REQUIRE(quiet.has_hashed(1));
  REQUIRE(other.has_hashed(1));
  REQUIRE(fetcher.has_peers(2));
  const auto found = fetcher.cli({"search", "lagoon", "--timeout", "2", "--json"});
  REQUIRE(found.events("hit").back().at("sources") == 2);
  const auto id = found.events("hit").back().at("id").get<std::string>();
  const auto get = fetcher.start_cli({"get", id, "--json"}, "get");
  REQUIRE(eventually([&] {
    return quiet.counter("transfer_blocks_out") > 8 && other.counter("transfer_blocks_out") > 8;
  }));
  REQUIRE(get->running());
  const Stopped stopped(quiet.process());
  const auto since = Clock::now();
  REQUIRE(eventually([&] { return fetcher.counter("transfer_stalls") > 0; }));
  const auto noticed = std::chrono::duration<double>(Clock::now() - since).count();
  CAPTURE(noticed);
  CHECK(noticed < (kSanitized ? 4.0 : 1.4));  // a second, and a busy machine's own pauses
  // Nothing waits for the silent one.
  REQUIRE(other.cli({"rate", "--up", "0"}).exit_code == 0);
  REQUIRE(get->wait(std::chrono::seconds(kSanitized ? 40 : 9)) == 0);
  CHECK(sha256_of(parse_events(get->out()).back().at("path").get<std::string>())
        == sha256_of(share / "lagoon.bin"));
}

}  // namespace freshet::testing
