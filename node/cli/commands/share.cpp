#include "node/cli/commands/share.h"

#include <filesystem>

#include <CLI/App.hpp>

#include "node/cli/exit_code.h"
#include "node/cli/hashing_text.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

int add(Session& session, const ShareOptions& options, const std::string& path) {
  api::ShareAddRequest request;
  request.path = absolute_path(path);
  if (options.no_browse) request.browse = false;
  const auto count = session.ask(request, api::ControlClient::kForever);
  if (!count) return session.fail(count.error());
  if (session.json()) {
    auto view = json_of(*count);
    view["path"] = request.path;
    session.output().json(view);
  } else {
    session.output().line("sharing " + escape_text(request.path) + ": "
                          + count_of(count->files, "file", "files") + ", "
                          + human_size(count->bytes));
  }
  return kExitOk;
}

int remove(Session& session, const std::string& path) {
  api::ShareRemoveRequest request;
  request.path = absolute_path(path);
  const auto done = session.ask(request);
  if (!done) return session.fail(done.error());
  if (session.json()) {
    session.output().json({{"schema", kJsonSchema}, {"path", request.path}, {"removed", true}});
  } else {
    session.output().line("no longer sharing " + escape_text(request.path));
  }
  return kExitOk;
}

int set_browse(Session& session, bool allowed, const std::string& path) {
  const api::ShareBrowseRequest request{.path = absolute_path(path), .allowed = allowed};
  const auto done = session.ask(request);
  if (!done) return session.fail(done.error());
  if (session.json()) {
    session.output().json({{"schema", kJsonSchema}, {"path", request.path}, {"browse", allowed}});
  } else {
    session.output().line(escape_text(request.path)
                          + (allowed ? " may be browsed" : " may not be browsed any more"));
  }
  return kExitOk;
}

int list(Session& session) {
  const auto shares = session.ask(api::ShareListRequest{});
  if (!shares) return session.fail(shares.error());
  if (session.json()) {
    session.output().json(json_of(*shares));
    return kExitOk;
  }
  if (shares->shares.empty()) {
    session.output().message("nothing is shared; share a folder with: freshet share add PATH");
    return kExitOk;
  }
  Table table({{"FILES", true}, {"HASHED", true}, {"SIZE", true}, {"BROWSE"}, {"PATH"}});
  for (const api::ShareLine& share : shares->shares) {
    table.add({std::to_string(share.files),
               std::to_string(share.hashed_files),
               human_size(share.bytes),
               share.browse ? "on" : "off",
               share.path});
  }
  for (const std::string& line : table.lines()) session.output().line(line);
  if (const auto text = hashing_text(shares->hashing); !text.empty())
    session.output().message("hashing: " + text);
  for (const api::ShareLine& share : shares->shares) {
    if (share.scanning) session.output().message("being scanned: " + escape_text(share.path));
    if (!share.problem.empty())
      session.output().message(escape_text(share.path) + ": " + escape_text(share.problem));
  }
  return kExitOk;
}

int rescan(Session& session) {
  const auto count = session.ask(api::ShareRescanRequest{}, api::ControlClient::kForever);
  if (!count) return session.fail(count.error());
  if (session.json()) {
    session.output().json(json_of(*count));
  } else {
    session.output().line("sharing " + count_of(count->files, "file", "files") + ", "
                          + human_size(count->bytes));
  }
  return kExitOk;
}

int set_paused(Session& session, bool paused) {
  const auto done = session.ask(api::ShareHashingRequest{.paused = paused});
  if (!done) return session.fail(done.error());
  if (session.json()) {
    session.output().json({{"schema", kJsonSchema}, {"paused", paused}});
  } else {
    session.output().line(paused ? "hashing is paused until: freshet share resume"
                                 : "hashing goes on");
  }
  return kExitOk;
}

}  // namespace

void declare_share(CLI::App& root, ShareOptions& options) {
  auto* share = root.add_subcommand("share", "Choose the folders that this node offers");
  share->require_subcommand(1);
  share->fallthrough();
  using Action = ShareOptions::Action;
  const auto action = [&](const char* name, const char* help, Action what) {
    auto* command = share->add_subcommand(name, help);
    command->fallthrough();
    command->callback([&options, what] { options.action = what; });
    return command;
  };
  const auto with_paths = [&](CLI::App* command) {
    command->add_option("PATH", options.paths, "Folders")->type_name("")->required();
  };
  auto* add = action("add", "Offer folders", Action::add);
  with_paths(add);
  add->add_flag("--no-browse",
                options.no_browse,
                "Neighbours may not list them; searches find their files all the same");
  with_paths(action("rm", "Offer folders no longer; nothing is deleted", Action::remove));
  auto* browse = action("browse", "Let neighbours list folders, or not", Action::browse);
  browse->add_option("WHETHER", options.browse, "on or off")
      ->type_name("")
      ->required()
      ->check(CLI::IsMember({"on", "off"}));
  with_paths(browse);
  action("ls", "List what is offered", Action::list);
  action("rescan", "Look for changed files now", Action::rescan);
  action("pause", "Hash no files until resumed, or the node starts again", Action::pause);
  action("resume", "Hash files again", Action::resume);
}

int run(Session& session, const ShareOptions& options) {
  switch (options.action) {
    case ShareOptions::Action::list:
      return list(session);
    case ShareOptions::Action::rescan:
      return rescan(session);
    case ShareOptions::Action::pause:
    case ShareOptions::Action::resume:
      return set_paused(session, options.action == ShareOptions::Action::pause);
    default:
      break;
  }
  for (const std::string& path : options.paths) {
    int code = kExitOk;
    if (options.action == ShareOptions::Action::add) {
      code = add(session, options, path);
    } else if (options.action == ShareOptions::Action::browse) {
      code = set_browse(session, options.browse == "on", path);
    } else {
      code = remove(session, path);
    }
    if (code != kExitOk) return code;
  }
  return kExitOk;
}

std::string absolute_path(const std::string& typed) {
  std::error_code failed;  // then the daemon says what is wrong with it
  const auto absolute = std::filesystem::absolute(typed, failed);
  auto path = (failed ? std::filesystem::path(typed) : absolute).lexically_normal();
  if (!path.has_filename() && path.has_relative_path()) path = path.parent_path();
  return path.string();
}

}  // namespace freshet::cli
