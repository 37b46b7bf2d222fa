// How much waits ahead of a socket follows what the link takes.
#include "node/io/host/send_ahead.h"

#include <doctest/doctest.h>

namespace freshet::io {
namespace {

std::chrono::nanoseconds time_of_half(const SendAhead& ahead, double bytes_per_s) {
  return std::chrono::nanoseconds(
      static_cast<std::int64_t>(static_cast<double>(ahead.bytes()) / 2 / bytes_per_s * 1e9));
}

/// What it settles at on a link that is never idle.
SendAhead at_rate(double bytes_per_s) {
  SendAhead ahead;
  for (int i = 0; i < 20; ++i) ahead.half_went(time_of_half(ahead, bytes_per_s));
  CHECK_FALSE(ahead.half_went(time_of_half(ahead, bytes_per_s)));
  return ahead;
}

}  // namespace

TEST_CASE("what lies ahead is a few milliseconds' worth, within its bounds") {
  CHECK(at_rate(300e3).bytes() == SendAhead::kLeast);
  CHECK(at_rate(2e9).bytes() == SendAhead::kMost);
  for (const double rate : {10e6, 30e6, 125e6, 250e6}) {
    const SendAhead ahead = at_rate(rate);
    CAPTURE(rate);
    CHECK(static_cast<double>(ahead.bytes()) >= rate * 0.002);
    CHECK(static_cast<double>(ahead.bytes()) <= rate * 0.008);
  }
}

TEST_CASE("a link that was idle has all of it again after a few halves") {
  SendAhead ahead;
  for (int i = 0; i < 9; ++i) ahead.half_went(std::chrono::seconds(1));
  CHECK(ahead.bytes() == SendAhead::kLeast);
  for (int i = 0; i < 5; ++i) CHECK(ahead.half_went(time_of_half(ahead, 2e9)));
  CHECK(ahead.bytes() == SendAhead::kMost);
}

}  // namespace freshet::io
