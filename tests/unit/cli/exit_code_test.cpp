#include "node/cli/exit_code.h"

#include <doctest/doctest.h>

namespace freshet::cli {

TEST_CASE("each class of error has the exit code of the contracts") {
  CHECK(exit_code_of(ErrorCode::invalid) == 2);
  CHECK(exit_code_of(ErrorCode::not_found) == 2);
  CHECK(exit_code_of(ErrorCode::no_daemon) == 3);
  CHECK(exit_code_of(ErrorCode::wrong_key) == 4);
  CHECK(exit_code_of(ErrorCode::no_source) == 5);
  CHECK(exit_code_of(ErrorCode::verification) == 6);
  CHECK(exit_code_of(ErrorCode::io) == 7);
  CHECK(exit_code_of(ErrorCode::timed_out) == 7);
  CHECK(exit_code_of(ErrorCode::canceled) == 130);
}

TEST_CASE("a get that timed out has a part of the file") {
  CHECK(exit_code_of_get(ErrorCode::timed_out) == 8);
  CHECK(exit_code_of_get(ErrorCode::no_source) == 5);
}

}  // namespace freshet::cli
