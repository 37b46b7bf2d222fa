// The program: the command line, wired to the daemon and the demo.
#include <string>
#include <string_view>
#include <vector>

#include "node/cli/commands/bench.h"
#include "node/cli/commands/testbed.h"
#include "node/cli/metadata/worker.h"
#include "node/cli/run.h"

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == freshet::cli::kMetadataWorkerCommand)
    return freshet::cli::run_metadata_worker();
  std::vector<std::string> arguments;
  for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
  return freshet::cli::run(std::move(arguments),
                           {.up = freshet::cli::run_daemon,
                            .demo = freshet::cli::run_demo,
                            .testbed = freshet::cli::run_testbed,
                            .bench = freshet::cli::run_bench});
}
