// Scenario files: every key, its default, and what a person is told who got one wrong.
#include "node/bench/scenario.h"

#include <doctest/doctest.h>

namespace freshet::bench {

TEST_CASE("a scenario has no churn by default") {
  CHECK(!Scenario{}.has_churn());
}

}  // namespace freshet::bench
