#include "node/cli/rate_text.h"

#include <doctest/doctest.h>

#include "node/cli/command_line.h"
#include "node/cli/exit_code.h"

namespace freshet::cli {

TEST_CASE("a rate is bytes a second, with K, M or G for more of them") {
  CHECK(parse_rate("0") == 0);
  CHECK(parse_rate("16384") == 16384);
  CHECK(parse_rate("500K") == 500 * 1024);
  CHECK(parse_rate("1.5m") == 3 * 512 * 1024);
  CHECK(parse_rate("2G") == 2'147'483'648);
}

TEST_CASE("what is no rate, or too slow to be told from a stall, is refused") {
  for (const char* text :
       {"", "K", "fast", "1x", "-1", "nan", "inf", "1e9", "100", "15K", "200G"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rate(text));
  }
}

TEST_CASE("rates are said to people in their units") {
  CHECK(rates_text({.up = 2U << 20U, .down = 0}) == "up 2.0 MiB/s, down without a limit");
  CHECK(rates_text({.polite = true}) == "up without a limit, down without a limit, polite");
}

TEST_CASE("up, get and rate take rates, and a wrong one is a usage error") {
  const auto up = parse_command_line({"up", "--up-rate", "2M", "--down-rate", "0"});
  const auto& options = std::get<UpOptions>(std::get<CommandLine>(up).command);
  CHECK(options.up_rate == 2U << 20U);
  CHECK(options.down_rate == 0);
  const auto rate = parse_command_line({"rate", "--down", "1M"});
  CHECK(std::get<RateOptions>(std::get<CommandLine>(rate).command).down == 1U << 20U);
  CHECK_FALSE(std::get<RateOptions>(std::get<CommandLine>(rate).command).up);
  const auto polite = parse_command_line({"rate", "--polite", "off"});
  CHECK(std::get<RateOptions>(std::get<CommandLine>(polite).command).polite == "off");
  CHECK(std::get<Stop>(parse_command_line({"rate", "--polite", "very"})).exit_code == kExitUsage);
  const auto torrent = parse_command_line(
      {"get", "magnet:?xt=urn:btih:0123456789012345678901234567890123456789", "--polite"});
  CHECK(std::get<Stop>(torrent).exit_code == kExitUsage);
  const auto wrong = parse_command_line({"get", "1", "--rate", "slow"});
  CHECK(std::get<Stop>(wrong).exit_code == kExitUsage);
  CHECK(std::get<Stop>(wrong).err.find("not a rate") != std::string::npos);
}

}  // namespace freshet::cli
