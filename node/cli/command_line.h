// The command line as data: which command, with which options, checked as far as that goes without
// asking anybody. Reads no file and prints nothing.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "node/cli/commands/bench.h"
#include "node/cli/commands/block.h"
#include "node/cli/commands/browse.h"
#include "node/cli/commands/completion.h"
#include "node/cli/commands/demo.h"
#include "node/cli/commands/doctor.h"
#include "node/cli/commands/get.h"
#include "node/cli/commands/join.h"
#include "node/cli/commands/mesh.h"
#include "node/cli/commands/node.h"
#include "node/cli/commands/peers.h"
#include "node/cli/commands/rate.h"
#include "node/cli/commands/search.h"
#include "node/cli/commands/share.h"
#include "node/cli/commands/sim.h"
#include "node/cli/commands/testbed.h"
#include "node/cli/commands/torrent.h"
#include "node/cli/commands/up.h"
#include "node/cli/globals.h"

namespace freshet::cli {

using Command = std::variant<UpOptions,
                             DownOptions,
                             StatusOptions,
                             PeersOptions,
                             JoinOptions,
                             MeshOptions,
                             InviteOptions,
                             ShareOptions,
                             BlockOptions,
                             SearchOptions,
                             BrowseOptions,
                             GetOptions,
                             DownloadsOptions,
                             TorrentOptions,
                             MagnetOptions,
                             DoctorOptions,
                             RateOptions,
                             DemoOptions,
                             SimOptions,
                             TestbedOptions,
                             BenchOptions,
                             CompletionOptions>;

struct CommandLine {
  Globals globals;
  Command command;
};

/// Nothing is to be run: help was asked for, or the usage is wrong (kExitUsage, and one line in
/// `err`).
struct Stop {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// `arguments` without the program's name.
std::variant<CommandLine, Stop> parse_command_line(std::vector<std::string> arguments);

}  // namespace freshet::cli
