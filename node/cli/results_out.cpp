#include "node/cli/results_out.h"

#include <charconv>
#include <csignal>
#include <cstdint>
#include <filesystem>

#include <CLI/App.hpp>
#include <unistd.h>

#include "node/bench/write_results.h"
#include "node/cli/exit_code.h"
#include "node/cli/session.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

std::atomic<bool> interrupted_flag{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_signal(int /*signal*/) {
  interrupted_flag = true;
}

}  // namespace

std::atomic<bool>& interrupted() {
  return interrupted_flag;
}

void watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

Status prepare_folder(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!fs::is_directory(folder)) {
    const std::string why = failed ? failed.message() : "it is not a folder";
    return Error{ErrorCode::io, "cannot make the folder " + folder + ": " + why};
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return Error{ErrorCode::io, "cannot write into the folder " + folder};
  return kOk;
}

int deliver_results(Session& session,
                    const bench::RunSet& results,
                    const std::string& out,
                    const std::string& message,
                    const bench::RunSet* beside) {
  Output& output = session.output();
  if (session.json()) {
    output.line(bench::summary_json(results));
  } else {
    output.raw(bench::summary_table(results));
  }
  output.flush();
  if (!out.empty()) {
    if (const Status written = bench::write_results(results, out, beside); !written)
      return output.fail(written.error(), exit_code_of(written.error().code));
  }
  output.message(message);
  if (!out.empty()) output.message("results are in " + out);
  if (!results.interrupted) return kExitOk;
  output.message("freshet: interrupted; these results are of the queries that were over");
  return kExitInterrupted;
}

CLI::Validator seed_range() {
  const auto complaint = [](const std::string& text) -> std::string {
    std::int64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error == std::errc{} && end == text.data() + text.size() && seed >= 0) return {};
    return "'" + text + "' is not a whole number from 0 to 9223372036854775807";
  };
  return {complaint, "", "SEED"};
}

}  // namespace freshet::cli
