#include "node/cli/commands/mesh.h"

#include <optional>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/qr.h"
#include "node/cli/session.h"
#include "node/cli/text.h"
#include "node/store/invite.h"
#include "node/store/mesh_file.h"

namespace freshet::cli {
namespace {

constexpr std::string_view kSelf = "self";

nlohmann::json mesh_json(const store::Mesh& mesh) {
  return {{"schema", kJsonSchema},
          {"mesh", mesh.id()},
          {"private", mesh.is_private()},
          {"name", mesh.name},
          {"moderator",
           mesh.moderator ? nlohmann::json(mesh.moderator->hex()) : nlohmann::json(nullptr)}};
}

void print(Session& session, const store::Mesh& mesh) {
  Output& output = session.output();
  if (session.json()) {
    output.json(mesh_json(mesh));
    return;
  }
  const auto row = [&](std::string_view title, const std::string& value) {
    output.line(padded(title, 11, false) + escape_text(value));
  };
  row("mesh", mesh.id());
  row("kind", mesh.is_private() ? "private: members have its key" : "open to everybody");
  if (!mesh.name.empty()) row("name", mesh.name);
  if (mesh.moderator) row("moderator", mesh.moderator->hex());
}

Result<std::optional<NodeKey>> moderator_of(const store::StatePaths& paths,
                                            const std::string& wanted) {
  if (wanted.empty()) return std::optional<NodeKey>();
  if (wanted != kSelf) return NodeKey::from_hex(wanted);
  const auto own = store::load_or_create_key(store::moderator_key_path(paths.dir));
  if (!own) return own.error();
  return std::optional<NodeKey>(own->key);
}

int show(Session& session, const store::StatePaths& paths) {
  const auto mesh = store::load_mesh(paths.mesh);
  if (!mesh) return session.fail(mesh.error());
  print(session, *mesh);
  return kExitOk;
}

int make(Session& session, const store::StatePaths& paths, const MeshOptions& options) {
  const auto state = store::StateDir::open(paths);
  if (!state) return session.fail(state.error());
  const auto own = store::load_mesh(paths.mesh);
  if (!own) return session.fail(own.error());
  if (own->is_private()) {
    return session.fail({ErrorCode::invalid,
                         "this node is of " + own->title()
                             + " already; leave it first with `freshet mesh leave`, or use another "
                               "--state DIR"});
  }
  const auto moderator = moderator_of(paths, options.moderator);
  if (!moderator) return session.fail(moderator.error());
  const auto mesh = store::make_mesh(options.name, *moderator);
  if (!mesh) return session.fail(mesh.error());
  if (auto saved = store::save_mesh(paths, *mesh); !saved) return session.fail(saved.error());
  print(session, *mesh);
  session.output().message("start the node with: " + session.how_to_start()
                           + "; then let others in with: freshet invite");
  return kExitOk;
}

int leave(Session& session, const store::StatePaths& paths, bool forget) {
  const auto state = store::StateDir::open(paths);
  if (!state) return session.fail(state.error());
  if (auto left = store::leave_mesh(paths, forget); !left) return session.fail(left.error());
  print(session, store::Mesh{});
  if (!forget) {
    session.output().message("to come back: freshet join --file " + quoted(paths.mesh + ".left"));
  }
  return kExitOk;
}

// Where stdout is a file that others may read.
bool goes_to_an_open_file() {
  struct stat info {};
  return ::fstat(STDOUT_FILENO, &info) == 0 && S_ISREG(info.st_mode)
         && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

// What the person sees beside the invite itself, which is data.
void show_code(Session& session, const std::string& uri) {
  Output& output = session.output();
  const Terminal& terminal = output.err();
  if (!terminal.is_terminal || session.json()) return;
  const QrCode code = qr_code(uri, terminal.colors);
  if (code.columns == 0 || code.columns > terminal.columns) {
    output.message("this terminal is too narrow for the invite's QR code");
    return;
  }
  for (const std::string& line : code.lines) output.decoration(line);
}

}  // namespace

void declare_mesh(CLI::App& root, MeshOptions& options) {
  using Action = MeshOptions::Action;
  auto* mesh =
      root.add_subcommand("mesh", "Show which mesh this node is of; make one, or leave it");
  mesh->fallthrough();
  mesh->require_subcommand(0, 1);
  auto* make =
      mesh->add_subcommand("new", "Make a private mesh, with this node as its first member");
  make->fallthrough();
  make->callback([&options] { options.action = Action::make; });
  make->add_option("--name", options.name, "What its members call it")->type_name("NAME");
  make->add_option("--moderator",
                   options.moderator,
                   "Whose block lists its members obey: a key that `freshet block "
                   "--become-moderator` printed, "
                   "or self (with this node's `freshet block --sign`)")
      ->type_name("KEY|self");
  auto* leave = mesh->add_subcommand("leave", "Go back to the open mesh");
  leave->fallthrough();
  leave->callback([&options] { options.action = Action::leave; });
  leave->add_flag("--forget", options.forget, "Delete the key, instead of keeping it aside");
  root.add_subcommand("invite", "Print what lets others join this node's mesh, and its QR code");
}

Status check(const MeshOptions& options) {
  if (auto named = store::check_mesh_name(options.name); !named)
    return Error{ErrorCode::invalid, "--name: " + named.error().message};
  const std::string& moderator = options.moderator;
  if (!moderator.empty() && moderator != kSelf && !NodeKey::from_hex(moderator))
    return Error{ErrorCode::invalid, "--moderator: give a moderator's key (64 digits), or self"};
  return kOk;
}

int run(Session& session, const MeshOptions& options) {
  const auto paths = session.state_paths();
  if (!paths) return session.fail(paths.error());
  switch (options.action) {
    case MeshOptions::Action::make:
      return make(session, *paths, options);
    case MeshOptions::Action::leave:
      return leave(session, *paths, options.forget);
    case MeshOptions::Action::show:
      break;
  }
  return show(session, *paths);
}

int run(Session& session, const InviteOptions& /*options*/) {
  const auto text = session.ask(api::InviteRequest{});
  if (!text) return session.fail(text.error());
  const auto invite = store::parse_invite(text->uri);
  if (!invite) return session.fail(invite.error());
  if (session.json()) {
    auto view = mesh_json(invite->mesh);
    view["invite"] = text->uri;
    view["addresses"] = invite->addresses;
    session.output().json(view);
    return kExitOk;
  }
  show_code(session, text->uri);
  session.output().line(text->uri);
  if (invite->mesh.is_private() && goes_to_an_open_file())
    session.output().message(
        "warning: the file that this goes to is open to other users: chmod 600");
  session.output().message(
      invite->mesh.is_private()
          ? "whoever has this is a member. To join by it: freshet join -, and paste it"
          : "to join by it: freshet join -, and paste it");
  return kExitOk;
}

}  // namespace freshet::cli
