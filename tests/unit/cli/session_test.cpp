#include "node/cli/session.h"

#include <doctest/doctest.h>

namespace freshet::cli {

TEST_CASE("the hint how to start a node can be pasted into a shell") {
  CHECK(how_to_start({}) == "freshet up");
  CHECK(how_to_start({.state = "/s/n-1"}) == "freshet --state /s/n-1 up");
  CHECK(how_to_start({.state = "/my state"}) == "freshet --state '/my state' up");
  CHECK(how_to_start({.state = "it's"}) == "freshet --state 'it'\\''s' up");
}

}  // namespace freshet::cli
