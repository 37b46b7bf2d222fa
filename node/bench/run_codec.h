// Runs as bytes, from one process of an invocation to another of the same build on a machine of the
// same kind. Not for files.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"
#include "node/bench/run.h"

namespace freshet::bench {

/// What became of the run with that number; an error is the run's.
struct NumberedOutcome {
  std::size_t number = 0;
  Result<RunOutcome> outcome;
};

std::string encode_outcomes(const std::vector<NumberedOutcome>& outcomes);
/// nullopt: cut short, or of another build.
std::optional<std::vector<NumberedOutcome>> decode_outcomes(std::string_view bytes);

}  // namespace freshet::bench
