// What commands that measure have in common: where results go, and how an interrupt ends them
// early.
#pragma once

#include <atomic>
#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"
#include "node/cli/cli11_fwd.h"

namespace CLI {
class Validator;
}  // namespace CLI

namespace freshet::cli {

class Session;

/// Set by SIGINT and SIGTERM, once watch_signals() was called. The first signal asks for an early
/// end, the second one is the end.
std::atomic<bool>& interrupted();
void watch_signals();
/// What a part that was cut short by one returns.
inline Error interruption() {
  return {.code = ErrorCode::canceled, .message = "interrupted"};
}

/// The folder for the results: made now, so that an hour's work does not end before a shut door.
Status prepare_folder(const std::string& folder);

/// Prints the results, and writes them into `out` unless that is empty; the report draws those that
/// are `beside` too. Returns the exit code.
int deliver_results(Session& session,
                    const bench::RunSet& results,
                    const std::string& out,
                    const std::string& message,
                    const bench::RunSet* beside = nullptr);

/// A scenario's seeds: what a TOML integer can hold.
CLI::Validator seed_range();

}  // namespace freshet::cli
