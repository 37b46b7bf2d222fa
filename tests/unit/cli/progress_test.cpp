#include "node/cli/progress.h"

#include <doctest/doctest.h>

#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;
using std::chrono::milliseconds;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the line says how far, how fast, from how many and how long") {
  const auto line = progress_line(
      {.done_bytes = 5 * kMiB, .size_bytes = 10 * kMiB, .sources = 3, .bytes_per_second = kMiB},
      120);
  CHECK(line == " 50% [###############...............] 5.0 MiB of 10 MiB, 1.0 MiB/s, 3 sources, 5.0 s left");
}

TEST_CASE("the line says 100% only when it is true, and nothing about a speed that is not known") {
  const auto nearly =
      progress_line({.done_bytes = 999'999, .size_bytes = 1'000'000, .sources = 1}, 100);
  CHECK(has(nearly, " 99%"));
  CHECK_FALSE(has(nearly, "/s"));
  CHECK(has(nearly, "1 source"));
  CHECK(has(progress_line({.done_bytes = 7, .size_bytes = 7}, 100), "100%"));
  CHECK(has(progress_line({}, 100), "100%"));
  CHECK(has(progress_line({.done_bytes = 8, .size_bytes = 7}, 100), "100%"));
}

TEST_CASE("the line fits into any width") {
  const Progress progress{
      .done_bytes = 5 * kMiB, .size_bytes = 10 * kMiB, .sources = 3, .bytes_per_second = kMiB};
  for (std::size_t columns = 0; columns < 130; ++columns) {
    CAPTURE(columns);
    CHECK(display_width(progress_line(progress, columns)) <= columns);
  }
}

TEST_CASE("the speed does not count what was there before") {
  Speed speed;
  const Speed::Time start{};
  CHECK(speed.update(100 * kMiB, start) == 0);
  CHECK(speed.update(100 * kMiB, start + milliseconds(100)) == 0);
  CHECK(speed.update(101 * kMiB, start + milliseconds(1000)) == doctest::Approx(kMiB));
  CHECK(speed.update(104 * kMiB, start + milliseconds(2000)) == doctest::Approx(2 * kMiB));
}

}  // namespace freshet::cli
