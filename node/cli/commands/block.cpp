#include "node/cli/commands/block.h"

#include <string_view>

#include <CLI/App.hpp>

#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr std::string_view kNobody = "nobody";

bool is_list(const BlockOptions& options) {
  return !options.unblock
         && (options.what.empty() || (options.what.size() == 1 && options.what.front() == "ls"));
}

std::string kind_of(const api::BlockInfo& block) {
  return block.node ? "node" : "content";
}

std::string id_of(const api::BlockInfo& block) {
  if (block.node) return block.node->hex();
  return block.content ? block.content->hex() : "";
}

std::string by_whom(const api::BlockInfo& block) {
  if (block.by_user && block.by_moderator) return "you, moderator";
  return block.by_user ? "you" : "moderator";
}

void print(Session& session, const api::BlockInfos& infos) {
  Output& output = session.output();
  if (session.json()) {
    output.json(json_of(infos));
    return;
  }
  if (infos.moderator) {
    output.message(
        "the list of moderator " + infos.moderator->hex() + " is obeyed"
        + (infos.version == 0 ? "; none came yet" : ", version " + std::to_string(infos.version)));
  }
  if (infos.blocks.empty()) {
    output.message("nothing is blocked; block a node or a content with: freshet block ID");
    return;
  }
  Table table({{"KIND"}, {"ID"}, {"BY"}});
  for (const api::BlockInfo& block : infos.blocks)
    table.add({kind_of(block), id_of(block), by_whom(block)});
  for (const std::string& line : table.lines()) output.line(line);
}

int list(Session& session) {
  const auto infos = session.ask(api::BlockListRequest{});
  if (!infos) return session.fail(infos.error());
  print(session, *infos);
  return kExitOk;
}

int set_moderator(Session& session, const BlockOptions& options) {
  api::ModeratorRequest request{.key = std::nullopt, .become = options.become_moderator};
  if (!request.become && options.obey != kNobody) request.key = NodeKey::from_hex(options.obey);
  const auto infos = session.ask(request);
  if (!infos) return session.fail(infos.error());
  if (session.json()) {
    session.output().json(json_of(*infos));
  } else if (options.become_moderator) {
    session.output().line(infos->moderator->hex());
    session.output().message("others obey this key after: freshet block --obey KEY");
  } else {
    session.output().message(infos->moderator ? "obeyed from now on" : "nobody is obeyed");
  }
  return kExitOk;
}

int change(Session& session, const BlockOptions& options, const std::string& what) {
  const auto done = session.ask(
      api::BlockRequest{.what = what, .unblock = options.unblock, .sign = options.sign});
  if (!done) return session.fail(done.error());
  const api::BlockInfo& block = done->blocks.front();
  if (session.json()) {
    session.output().json({{"schema", kJsonSchema},
                           {"event", options.unblock ? "unblocked" : "blocked"},
                           {"kind", kind_of(block)},
                           {"id", id_of(block)},
                           {"signed", options.sign}});
  } else {
    session.output().line(std::string(options.unblock ? "unblocked " : "blocked ") + kind_of(block)
                          + " " + id_of(block) + (options.sign ? ", for all who obey you" : ""));
  }
  return kExitOk;
}

}  // namespace

void declare_block(CLI::App& root, BlockOptions& block, BlockOptions& unblock) {
  auto* command = root.add_subcommand(
      "block", "Have nothing to do with a node or a content; without one, list what is blocked");
  command
      ->add_option("WHAT",
                   block.what,
                   "Ids, beginnings of ids of known nodes, or results of the last search")
      ->type_name("");
  command->add_flag("--sign", block.sign, "Put it on your moderator's list, for all who obey you");
  command->add_flag("--become-moderator",
                    block.become_moderator,
                    "Make a key that signs lists, if there is none, and print its public part");
  command->add_option("--obey", block.obey, "Obey the lists of this moderator; 'nobody': of nobody")
      ->type_name("KEY");
  auto* undo = root.add_subcommand("unblock", "Take a node or a content back");
  undo->add_option("WHAT", unblock.what, "As for block")->type_name("")->required();
  undo->add_flag("--sign", unblock.sign, "Take it off your moderator's list");
  unblock.unblock = true;
}

Status check(const BlockOptions& options) {
  const bool about_moderator = options.become_moderator || !options.obey.empty();
  if (about_moderator && (!options.what.empty() || options.sign))
    return Error{ErrorCode::invalid, "a moderator is chosen alone, without WHAT or --sign"};
  if (options.become_moderator && !options.obey.empty())
    return Error{ErrorCode::invalid, "--become-moderator and --obey do not go together"};
  if (!options.obey.empty() && options.obey != kNobody && !NodeKey::from_hex(options.obey)) {
    return Error{ErrorCode::invalid,
                 "--obey: '" + options.obey + "' is no key: give its 64 hex digits, or 'nobody'"};
  }
  if (options.sign && is_list(options))
    return Error{ErrorCode::invalid, "--sign: say what is to be on the list"};
  return kOk;
}

int run(Session& session, const BlockOptions& options) {
  if (options.become_moderator || !options.obey.empty()) return set_moderator(session, options);
  if (is_list(options)) return list(session);
  for (const std::string& what : options.what) {
    if (const int code = change(session, options, what); code != kExitOk) return code;
  }
  return kExitOk;
}

}  // namespace freshet::cli
