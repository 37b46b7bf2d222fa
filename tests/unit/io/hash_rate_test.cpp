#include "node/io/host/hash_rate.h"

#include <doctest/doctest.h>

namespace freshet::io {

namespace {

TimePoint at(int milliseconds) {
  return TimePoint(std::chrono::hours(1)) + std::chrono::milliseconds(milliseconds);
}

}  // namespace

TEST_CASE("a rate is not known before anything was read") {
  HashRate rate;
  CHECK(rate.per_second() == 0);
  rate.begin(at(0), 500);
  CHECK(rate.per_second() == 0);
  rate.look(at(0), 500);
  CHECK(rate.per_second() == 0);
}

TEST_CASE("a rate is that since the work began, and after a while of the last ten seconds") {
  HashRate rate;
  rate.begin(at(0), 1000);
  rate.look(at(500), 2000);
  CHECK(rate.per_second() == doctest::Approx(2000));
  for (int ms = 500; ms <= 60'000; ms += 10) rate.look(at(ms), 2000 + (ms - 500) * 1ULL);
  CHECK(rate.per_second() == doctest::Approx(1000).epsilon(0.01));
  for (int ms = 60'000; ms <= 75'000; ms += 10) rate.look(at(ms), 61'500);
  CHECK(rate.per_second() == doctest::Approx(0));
  rate.begin(at(80'000), 70'000);
  rate.look(at(81'000), 70'300);
  CHECK(rate.per_second() == doctest::Approx(300));
}

}  // namespace freshet::io
