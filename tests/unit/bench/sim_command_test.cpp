// `sim` before anything is simulated: its usage, and the line of its progress bar.
#include <doctest/doctest.h>

#include "node/cli/command_line.h"
#include "node/cli/commands/sim.h"
#include "node/cli/exit_code.h"

namespace freshet::cli {
namespace {

SimOptions parsed(std::vector<std::string> arguments) {
  auto line = parse_command_line(std::move(arguments));
  const auto* command = std::get_if<CommandLine>(&line);
  REQUIRE(command != nullptr);
  const auto* options = std::get_if<SimOptions>(&command->command);
  REQUIRE(options != nullptr);
  return *options;
}

void check_refused(std::vector<std::string> arguments, const std::string& part) {
  auto line = parse_command_line(std::move(arguments));
  const auto* stop = std::get_if<Stop>(&line);
  REQUIRE(stop != nullptr);
  CAPTURE(stop->err);
  CHECK(stop->exit_code == kExitUsage);
  CHECK(stop->err.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("sim takes a scenario, a seed, a folder and a number of jobs") {
  const SimOptions plain = parsed({"sim", "lan.toml"});
  CHECK(plain.scenario == "lan.toml");
  CHECK(!plain.seed);
  CHECK(plain.out.empty());
  CHECK(plain.jobs == 0);
  const SimOptions all =
      parsed({"sim", "lan.toml", "--seed", "7", "--out", "results", "--jobs", "3"});
  CHECK(all.seed == 7);
  CHECK(all.out == "results");
  CHECK(all.jobs == 3);
}

TEST_CASE("sim --compare takes two folders") {
  const SimOptions options = parsed({"sim", "--compare", "a", "b"});
  CHECK(options.compare == std::vector<std::string>{"a", "b"});
  check_refused({"sim", "--compare", "a"}, "--compare");
  check_refused({"sim", "--compare", "a", "b", "--seed", "1"}, "nothing else");
  check_refused({"sim", "s.toml", "--compare", "a", "b"}, "nothing else");
}

TEST_CASE("sim without a scenario, or with numbers out of range, is refused") {
  check_refused({"sim"}, "scenario file is missing");
  check_refused({"sim", "s.toml", "--seed", "-1"}, "--seed");
  check_refused({"sim", "s.toml", "--seed", "99999999999999999999"}, "--seed");
  check_refused({"sim", "s.toml", "--jobs", "0"}, "--jobs");
}

TEST_CASE("the progress line says how fast, where in virtual time, and how many runs are done") {
  const bench::Progress progress{.done = 0.5,
                                 .events = 1,
                                 .events_per_second = 5.12e6,
                                 .virtual_seconds = 12.34,
                                 .runs_done = 2,
                                 .runs = 12};
  CHECK(
      progress_line(progress, 120)
      == " 50% [###############...............] 5.1 M events/s, 12.3 s virtual, 2 of 12 runs done");
  CHECK(progress_line(progress, 40).size() <= 42);  // an ellipsis has three bytes
}

TEST_CASE(
    "before the first event the progress line says what it waits for, and one run is not counted") {
  CHECK(progress_line({.runs = 1}, 60).find("links come up") != std::string::npos);
  CHECK(progress_line({.events = 5, .events_per_second = 830e3, .runs = 1}, 79)
        == "  0% [..............................] 830 k events/s, 0.0 s virtual");
}

}  // namespace freshet::cli
