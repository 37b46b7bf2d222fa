#include "node/cli/command_line.h"

#include <algorithm>
#include <optional>
#include <sstream>
#include <string_view>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "node/base/version.h"
#include "node/cli/completion/scripts.h"
#include "node/cli/exit_code.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

struct Options {
  Globals globals;
  UpOptions up;
  JoinOptions join;
  MeshOptions mesh;
  ShareOptions share;
  BlockOptions block;
  BlockOptions unblock;
  SearchOptions search;
  BrowseOptions browse;
  GetOptions get;
  TorrentOptions torrent;
  MagnetOptions magnet;
  RateOptions rate;
  DemoOptions demo;
  SimOptions sim;
  TestbedOptions testbed;
  BenchOptions bench;
  CompletionOptions completion;
};

Stop usage_error(const std::string& command, std::string_view what) {
  const std::string about = command.empty() ? "freshet" : "freshet " + command;
  return {
      .exit_code = kExitUsage,
      .out = {},
      .err = escape_text(about + ": " + std::string(what) + " (see " + about + " --help)") + "\n"};
}

// Where the command's name stands: the first argument that is neither an option nor the value of
// one.
std::optional<std::size_t> find_command(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--state") {
      ++i;
    } else if (arguments[i].empty() || arguments[i].front() != '-') {
      return i;
    }
  }
  return std::nullopt;
}

void declare(CLI::App& root, Options& options) {
  root.require_subcommand(1);
  root.set_version_flag("--version", std::string("freshet ") + kVersion);
  root.add_option("--state", options.globals.state, "The node's folder; default: XDG's")
      ->type_name("DIR");
  root.add_flag("--json", options.globals.json, "Print JSON, one object a line");
  declare_up(root, options.up);
  declare_node(root);
  declare_peers(root);
  declare_join(root, options.join);
  declare_doctor(root);
  declare_mesh(root, options.mesh);
  declare_share(root, options.share);
  declare_block(root, options.block, options.unblock);
  declare_search(root, options.search);
  declare_browse(root, options.browse);
  declare_get(root, options.get);
  declare_torrent(root, options.torrent, options.magnet);
  declare_rate(root, options.rate);
  declare_demo(root, options.demo);
  declare_sim(root, options.sim);
  declare_testbed(root, options.testbed);
  declare_bench(root, options.bench);
  declare_completion(root, options.completion);
  for (CLI::App* command : root.get_subcommands({})) {
    command->fallthrough();
    command->footer("Everywhere: --state DIR, --json (see freshet --help)");
  }
}

bool is_known(const CLI::App& root, const std::string& name) {
  const auto commands =
      root.get_subcommands([&](const CLI::App* app) { return app->get_name() == name; });
  return !commands.empty();
}

Stop unknown_command(const std::string& name) {
  return usage_error("", "there is no command '" + name + "'");
}

Command command_from(const std::string& name, Options&& options) {
  if (name == "up") {
    options.up.state = options.globals.state;
    options.up.json = options.globals.json;
    for (std::string& path : options.up.paths) path = absolute_path(path);
    return std::move(options.up);
  }
  if (name == "demo") {
    options.demo.json = options.globals.json;
    return std::move(options.demo);
  }
  if (name == "down") return DownOptions{};
  if (name == "status") return StatusOptions{};
  if (name == "peers") return PeersOptions{};
  if (name == "doctor") return DoctorOptions{};
  if (name == "downloads") return DownloadsOptions{};
  if (name == "join") return std::move(options.join);
  if (name == "rate") return options.rate;
  if (name == "mesh") return std::move(options.mesh);
  if (name == "invite") return InviteOptions{};
  if (name == "share") return std::move(options.share);
  if (name == "block") return std::move(options.block);
  if (name == "unblock") return std::move(options.unblock);
  if (name == "torrent") return std::move(options.torrent);
  if (name == "magnet") return std::move(options.magnet);
  if (name == "search") return std::move(options.search);
  if (name == "browse") return std::move(options.browse);
  if (name == "sim") return std::move(options.sim);
  if (name == "testbed") return std::move(options.testbed);
  if (name == "bench") return std::move(options.bench);
  if (name == "completion") return std::move(options.completion);
  return std::move(options.get);
}

Status check_command(const std::string& name, const Options& options) {
  if (options.globals.state && options.globals.state->empty()) {
    return Error{ErrorCode::invalid, "--state: the folder's name is empty"};
  }
  if (name == "up") return check(options.up);
  if (name == "join") return check(options.join);
  if (name == "mesh") return check(options.mesh);
  if (name == "block") return check(options.block);
  if (name == "unblock") return check(options.unblock);
  if (name == "search") return check(options.search);
  if (name == "browse") return check(options.browse);
  if (name == "sim") return check(options.sim);
  if (name == "testbed") return check(options.testbed);
  if (name == "completion") return check(options.completion);
  if (name == "torrent") return check(options.torrent, options.globals.json);
  if (name == "get") return check(options.get, options.globals.json);
  return kOk;
}

}  // namespace

std::variant<CommandLine, Stop> parse_command_line(std::vector<std::string> arguments) {
  CLI::App root("freshet: join a mesh of nodes with no server, search it, and fetch what is found",
                "freshet");
  Options options;
  declare(root, options);

  const auto at = find_command(arguments);
  const std::string name = at ? arguments[*at] : "";
  if (at && !is_known(root, name)) return unknown_command(name);
  if (name == "search") {
    std::vector<std::string> rest(arguments.begin() + static_cast<std::ptrdiff_t>(*at) + 1,
                                  arguments.end());
    take_search_words(rest, options.search);
    arguments.resize(*at + 1);
    arguments.insert(arguments.end(), rest.begin(), rest.end());
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
    root.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      std::ostringstream out;
      std::ostringstream err;
      root.exit(error, out, err);
      return Stop{.exit_code = kExitOk, .out = out.str(), .err = err.str()};
    }
    const bool no_command = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !at;
    if (no_command) return usage_error("", "a command is missing");
    return usage_error(name, error.what());
  }
  if (const Status status = check_command(name, options); !status) {
    return usage_error(name, status.error().message);
  }
  if (const auto shell = shell_named(options.completion.shell))
    options.completion.script = completion_script(command_tree(root), *shell);
  CommandLine line{.globals = options.globals, .command = {}};
  line.command = command_from(name, std::move(options));
  return line;
}

}  // namespace freshet::cli
