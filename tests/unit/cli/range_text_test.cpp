#include "node/cli/range_text.h"

#include <doctest/doctest.h>

#include "node/cli/command_line.h"
#include "node/cli/exit_code.h"

namespace freshet::cli {
namespace {

constexpr std::uint64_t kRangeMiB = 1 << 20;

// An exit code of get's usage, or -1 where it is well-formed.
int usage(const std::vector<std::string>& args) {
  const auto parsed = parse_command_line(args);
  const Stop* stop = std::get_if<Stop>(&parsed);
  return stop == nullptr ? -1 : stop->exit_code;
}

}  // namespace

TEST_CASE("a range is bytes from one place up to another, which is not among them") {
  CHECK(parse_range("5..9").value() == api::ByteRange{.offset = 5, .length = 4});
  CHECK(parse_range("0..1M").value() == api::ByteRange{.offset = 0, .length = kRangeMiB});
  CHECK(parse_range("1M..2MiB").value()
        == api::ByteRange{.offset = kRangeMiB, .length = kRangeMiB});
  CHECK(parse_range("1.5k..2k").value() == api::ByteRange{.offset = 1536, .length = 512});
  CHECK(parse_range("7..").value() == api::ByteRange{.offset = 7, .length = std::nullopt});
  CHECK(parse_range("..64K").value() == api::ByteRange{.offset = 0, .length = 65536});
}

TEST_CASE("an empty range, and what is none, is refused with an example") {
  for (const char* text : {"",
                           "..",
                           "5",
                           "5-9",
                           "5..5",
                           "9..5",
                           "..0",
                           "a..b",
                           "-1..5",
                           "1..2x",
                           "1.5..3",
                           "0.5..",
                           "1...5",
                           "9223372036854775808.."}) {
    CAPTURE(text);
    const auto range = parse_range(text);
    REQUIRE_FALSE(range);
    CHECK(range.error().code == ErrorCode::invalid);
    CHECK(range.error().message.find("such as") != std::string::npos);
  }
}

TEST_CASE("--range goes with -o - alone") {
  const auto parsed = parse_command_line({"get", "1", "-o", "-", "--range", "10..20"});
  const auto& options = std::get<GetOptions>(std::get<CommandLine>(parsed).command);
  CHECK(options.range == api::ByteRange{.offset = 10, .length = 10});
  CHECK(usage({"get", "1", "--range", "10..20"}) == kExitUsage);
  CHECK(usage({"get", "1", "-o", "file", "--range", "10..20"}) == kExitUsage);
  CHECK(usage({"get", "1", "-o", "-", "--json", "--range", "10..20"}) == kExitUsage);
  CHECK(usage({"get", "1", "-o", "-", "--range", "20..10"}) == kExitUsage);
  CHECK(usage({"get", "1", "-o", "-", "--range"}) == kExitUsage);
  CHECK(usage({"get", "1", "-o", "-"}) == -1);
}

}  // namespace freshet::cli
