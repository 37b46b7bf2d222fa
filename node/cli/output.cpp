#include "node/cli/output.h"

#include <cstdio>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "node/cli/text.h"

namespace freshet::cli {

Output::Output() : out_(terminal_of(STDOUT_FILENO)), err_(terminal_of(STDERR_FILENO)) {}

void Output::line(std::string_view text) {
  raw(text);
  raw("\n");
  flush();
}

void Output::flush() {
  if (std::fflush(stdout) != 0) failed_ = true;
}

void Output::json(const nlohmann::json& value) {
  line(value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void Output::raw(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) failed_ = true;
}

void Output::message(std::string_view text) {
  const std::string line = escape_text(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void Output::decoration(std::string_view text) {
  const std::string line = std::string(text) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

int Output::fail(const Error& error, int exit_code) {
  message("freshet: " + error.message);
  return exit_code;
}

Status Output::finish() {
  flush();
  if (std::exchange(failed_, false)) {
    return Error{ErrorCode::io, "cannot write to standard output; is the disk full?"};
  }
  return kOk;
}

}  // namespace freshet::cli
