#include "node/cli/run.h"

#include <cstdio>
#include <exception>
#include <type_traits>
#include <utility>

#include "node/cli/command_line.h"
#include "node/cli/exit_code.h"
#include "node/cli/session.h"

namespace freshet::cli {
namespace {

int run_command(CommandLine line, const Programs& programs) {
  Session session(std::move(line.globals));
  int code = std::visit(
      [&](const auto& options) {
        using Options = std::decay_t<decltype(options)>;
        if constexpr (std::is_same_v<Options, UpOptions>) {
          return programs.up(options);
        } else if constexpr (std::is_same_v<Options, DemoOptions>) {
          return programs.demo(options);
        } else if constexpr (std::is_same_v<Options, TestbedOptions>) {
          return programs.testbed(session, options);
        } else if constexpr (std::is_same_v<Options, BenchOptions>) {
          return programs.bench(session, options);
        } else {
          return run(session, options);
        }
      },
      line.command);
  if (const Status written = session.output().finish(); !written && code == kExitOk) {
    code = session.output().fail(written.error(), kExitIo);
  }
  return code;
}

int stop(const Stop& stop) {
  const bool written = std::fputs(stop.out.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  std::fputs(stop.err.c_str(), stderr);
  return written ? stop.exit_code : kExitIo;
}

}  // namespace

int run(std::vector<std::string> arguments, const Programs& programs) {
  try {
    auto parsed = parse_command_line(std::move(arguments));
    if (const auto* stopped = std::get_if<Stop>(&parsed)) return stop(*stopped);
    return run_command(std::move(*std::get_if<CommandLine>(&parsed)), programs);
  } catch (const std::exception& error) {
    // Memory, or a fault of ours: there is nothing to do but to say so.
    std::fprintf(stderr, "freshet: unexpected failure: %s\n", error.what());
    return kExitIo;
  }
}

}  // namespace freshet::cli
