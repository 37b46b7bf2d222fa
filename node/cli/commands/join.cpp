#include "node/cli/commands/join.h"

#include <cstdio>
#include <ctime>
#include <optional>

#include <CLI/App.hpp>
#include <sys/stat.h>

#include "node/base/id_text.h"
#include "node/cli/address.h"
#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"
#include "node/store/file_io.h"
#include "node/store/host_cache_file.h"
#include "node/store/invite.h"
#include "node/store/mesh_file.h"

namespace freshet::cli {
namespace {

constexpr std::string_view kStandardInput = "-";

bool is_invite(const std::string& text) {
  return text.starts_with(store::kInviteScheme);
}

// ---- reading an invite

// The first line that says anything, at most as long as an invite may be and a byte.
std::string read_line() {
  std::string line;
  for (int c = std::fgetc(stdin); c != EOF; c = std::fgetc(stdin)) {
    if (c == '\n' && !line.empty()) break;
    if (c != '\n' && c != '\r') line += static_cast<char>(c);
    if (line.size() > store::kMaxInviteBytes) break;
  }
  return line;
}

Result<store::Invite> from_stdin(Session& session) {
  if (session.input_is_terminal()) session.output().message("paste the invite, then press Enter:");
  const std::string line = read_line();
  if (line.empty()) return Error{ErrorCode::invalid, "there is no invite on standard input"};
  return store::parse_invite(line);
}

Result<store::Invite> from_file(Session& session, const std::string& file) {
  const auto text = store::read_small_file(file, store::kMaxInviteBytes + 2);
  if (!text) return text.error();
  if (!*text) return Error{ErrorCode::io, "there is no file " + file};
  auto invite = store::parse_invite(text_of(**text));
  struct stat info {};
  const bool known = ::stat(file.c_str(), &info) == 0;
  if (known && invite && invite->mesh.is_private() && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    session.output().message("warning: " + file
                             + " holds the key of a mesh and is open to other users; delete it, or "
                               "run: chmod 600 "
                             + quoted(file));
  }
  return invite;
}

Result<store::Invite> read_invite(Session& session, const JoinOptions& options) {
  auto invite = !options.file.empty()              ? from_file(session, options.file)
                : options.target == kStandardInput ? from_stdin(session)
                                                   : store::parse_invite(options.target);
  if (!invite) return invite;
  for (const std::string& address : invite->addresses) {
    if (!is_peer_address(address))
      return Error{ErrorCode::invalid, "the invite has an address that is none: " + address};
  }
  return invite;
}

// ---- a node that runs

int say_linked(Session& session, const api::Joined& joined) {
  if (session.json()) {
    session.output().json(json_of(joined));
  } else {
    session.output().line("linked to " + escape_text(joined.addr) + "  " + shown_id(joined.id)
                          + "  " + escape_text(joined.name));
  }
  return kExitOk;
}

Result<api::Joined> link_to(Session& session, const std::string& address) {
  api::JoinRequest request;
  request.address = address;
  auto joined = session.ask(request);
  if (joined) return joined;
  Error error = joined.error();
  const bool about_peer = error.code != ErrorCode::no_daemon && error.code != ErrorCode::canceled;
  if (about_peer) error.message = "cannot link to " + address + ": " + error.message;
  return error;
}

int join_address(Session& session, const std::string& address) {
  const auto joined = link_to(session, address);
  return joined ? say_linked(session, *joined) : session.fail(joined.error());
}

Error other_mesh(const api::StatusInfo& node, const store::Mesh& invited) {
  const std::string own =
      node.mesh_id == store::Mesh{}.id() ? "the open mesh" : "mesh " + node.mesh_id;
  const bool leaves = node.mesh_id != store::Mesh{}.id();
  return {ErrorCode::wrong_key,
          "the node that runs here is of " + own + ", and the invite is to " + invited.title()
              + "; stop it with `freshet down`, "
              + (leaves ? "leave its mesh with `freshet mesh leave`, " : "")
              + "join by the invite again, and start it"};
}

int say_found_by_itself(Session& session) {
  if (session.json()) {
    session.output().json({{"schema", kJsonSchema}, {"addresses", 0}});
  } else {
    session.output().message(
        "this node is of that mesh already, and the invite has no address to dial; nodes on one "
        "network find each other");
  }
  return kExitOk;
}

int join_running(Session& session, const store::Invite& invite, const api::StatusInfo& node) {
  if (node.mesh_id != invite.mesh.id()) return session.fail(other_mesh(node, invite.mesh));
  if (invite.addresses.empty()) return say_found_by_itself(session);
  std::optional<Error> worst;
  for (const std::string& address : invite.addresses) {
    const auto joined = link_to(session, address);
    if (joined) return say_linked(session, *joined);
    if (joined.error().code == ErrorCode::canceled) return session.fail(joined.error());
    if (!worst || joined.error().code == ErrorCode::wrong_key) worst = joined.error();
  }
  return session.fail(*worst);
}

// ---- a node that does not

// Numbers alone: names are for `--peer`.
Status remember(const store::StatePaths& paths, const store::Invite& invite) {
  auto known = store::load_hosts(paths.host_cache);
  if (!known) return known.error();
  for (const std::string& text : invite.addresses) {
    const auto address = Endpoint::parse(text);
    if (!address) continue;
    known->hosts.insert(known->hosts.begin(),
                        {.key = std::nullopt,
                         .address = *address,
                         .last_seen = static_cast<UnixSeconds>(std::time(nullptr))});
  }
  return store::save_hosts(paths.host_cache, known->hosts);
}

Result<store::Mesh> store_mesh(const store::StatePaths& paths, const store::Invite& invite) {
  const auto state = store::StateDir::open(paths);  // nobody else writes meanwhile
  if (!state) return state.error();
  const auto own = store::load_mesh(paths.mesh);
  if (!own) return own.error();
  auto joined = store::joined_mesh(*own, invite.mesh);
  if (!joined) return joined;
  if (!(*joined == *own)) {
    if (auto saved = store::save_mesh(paths, *joined); !saved) return saved.error();
  }
  if (!invite.addresses.empty()) {
    if (auto saved = remember(paths, invite); !saved) return saved.error();
  }
  return joined;
}

int join_later(Session& session, const store::Invite& invite) {
  const auto paths = session.state_paths();
  if (!paths) return session.fail(paths.error());
  const auto joined = store_mesh(*paths, invite);
  if (!joined) return session.fail(joined.error());
  if (session.json()) {
    session.output().json({{"schema", kJsonSchema},
                           {"stored", true},
                           {"mesh", joined->id()},
                           {"name", joined->name},
                           {"addresses", invite.addresses.size()}});
    return kExitOk;
  }
  session.output().line("this node is of " + escape_text(joined->title()) + " from now on");
  session.output().message("start it with: " + session.how_to_start());
  return kExitOk;
}

}  // namespace

void declare_join(CLI::App& root, JoinOptions& options) {
  auto* join = root.add_subcommand("join", "Link to a node, or enter a mesh by an invite");
  join->add_option("HOST[:PORT]",
                   options.target,
                   "Where it listens; port 7346 unless given. - reads an invite from stdin")
      ->type_name("");
  join->add_option("--file", options.file, "Read an invite from a file")->type_name("PATH");
}

Status check(const JoinOptions& options) {
  if (options.target.empty() == options.file.empty()) {
    return Error{ErrorCode::invalid,
                 "give one of HOST[:PORT], - for an invite on stdin, and --file PATH"};
  }
  if (options.target.empty() || options.target == kStandardInput) return kOk;
  if (is_invite(options.target)) {
    const auto invite = store::parse_invite(options.target);
    if (invite && !invite->mesh.is_private()) return kOk;
    if (!invite && options.target.find("key=") == std::string::npos) return invite.error();
    return Error{ErrorCode::invalid,
                 "an invite with a key is a secret, and every user of this machine can see "
                 "arguments: run `freshet join -` and paste it, or save it to a file and run "
                 "`freshet join --file PATH`"};
  }
  if (is_peer_address(options.target)) return kOk;
  return Error{ErrorCode::invalid,
               "'" + options.target + "' is not an address; give HOST, HOST:PORT or [IPV6]:PORT"};
}

int run(Session& session, const JoinOptions& options) {
  const bool address =
      !options.target.empty() && options.target != kStandardInput && !is_invite(options.target);
  if (address) return join_address(session, options.target);
  const auto invite = read_invite(session, options);
  if (!invite) return session.fail(invite.error());
  const auto node = session.ask(api::StatusRequest{});
  if (node) return join_running(session, *invite, *node);
  if (node.error().code == ErrorCode::no_daemon) return join_later(session, *invite);
  return session.fail(node.error());
}

}  // namespace freshet::cli
