#include "node/cli/terminal.h"

#include <doctest/doctest.h>

namespace freshet::cli {

TEST_CASE("a pipe takes neither movement nor colours") {
  const auto pipe = terminal_from(false, "xterm", nullptr);
  CHECK_FALSE(pipe.is_terminal);
  CHECK_FALSE(pipe.moves);
  CHECK_FALSE(pipe.colors);
}

TEST_CASE("a dumb terminal, or one without a name, takes neither") {
  CHECK_FALSE(terminal_from(true, "dumb", nullptr).moves);
  CHECK_FALSE(terminal_from(true, "dumb", nullptr).colors);
  CHECK_FALSE(terminal_from(true, nullptr, nullptr).moves);
  CHECK_FALSE(terminal_from(true, "", nullptr).moves);
}

TEST_CASE("NO_COLOR takes away the colours and nothing else, unless it is empty") {
  CHECK(terminal_from(true, "xterm", nullptr).colors);
  CHECK(terminal_from(true, "xterm", "").colors);
  CHECK_FALSE(terminal_from(true, "xterm", "1").colors);
  CHECK(terminal_from(true, "xterm", "1").moves);
}

}  // namespace freshet::cli
