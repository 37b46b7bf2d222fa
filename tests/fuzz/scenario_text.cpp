// Any bytes as a scenario: parsing never fails but with an Error of one line that names the file,
// and what it accepts is within the limits that the runner relies on.
#include <string>

#include "node/base/bytes.h"
#include "node/base/check.h"
#include "node/bench/scenario.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;  // NOLINT(google-build-using-namespace): a fuzz target's one function
  const auto scenario = bench::parse_scenario(text_of(ByteView(data, size)), "fuzz.toml");
  if (!scenario.ok()) {
    FRESHET_CHECK(scenario.error().code == ErrorCode::invalid);
    FRESHET_CHECK(scenario.error().message.rfind("fuzz.toml:", 0) == 0);
    return 0;
  }
  FRESHET_CHECK(!scenario->name.empty());
  FRESHET_CHECK(!scenario->seeds.empty());
  FRESHET_CHECK(!scenario->workload.strategies.empty());
  FRESHET_CHECK(!scenario->churn.crash.empty());
  FRESHET_CHECK(scenario->topology.nodes >= 1 && scenario->workload.queries >= 1);
  FRESHET_CHECK(scenario->links.loss >= 0 && scenario->links.loss <= 1);
  FRESHET_CHECK(scenario->links.latency.low <= scenario->links.latency.high);
  FRESHET_CHECK(scenario->content.free_riders >= 0 && scenario->content.free_riders < 1);
  for (const double share : scenario->churn.crash) FRESHET_CHECK(share >= 0 && share < 1);
  FRESHET_CHECK(scenario->interval() >= Duration{} && scenario->duration() >= Duration{});
  return 0;
}
