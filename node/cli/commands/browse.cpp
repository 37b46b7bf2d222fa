#include "node/cli/commands/browse.h"

#include <chrono>

#include <CLI/App.hpp>

#include "node/api/messages.h"
#include "node/base/id_text.h"
#include "node/cli/exit_code.h"
#include "node/cli/hit_list.h"
#include "node/cli/json_view.h"
#include "node/cli/seconds.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

// How much later than its own time an answer may come before the daemon counts as silent: a node of
// the last search is linked to first.
constexpr api::Millis kPatience{60'000};
constexpr api::Millis kLongestDefault{10'000};

std::string name_of(const api::BrowseDone& done) {
  const std::string id = shown_id(done.node);
  return done.name.empty() ? id : done.name + " (" + id + ")";
}

std::string summary(const api::BrowseDone& done) {
  switch (done.outcome) {
    case api::BrowseDone::Outcome::refused:
      return name_of(done)
             + " lets nothing that it shares be listed; its files may still be found by search";
    case api::BrowseDone::Outcome::receive_only:
      return name_of(done) + " shares nothing (--receive-only)";
    case api::BrowseDone::Outcome::too_old:
      return name_of(done)
             + " has a version of freshet that cannot be browsed; search it with: freshet search "
               "WORD peer:"
             + shown_id(done.node);
    case api::BrowseDone::Outcome::listed:
      break;
  }
  if (done.files == 0) return name_of(done) + " shares no file that may be listed";
  return count_of(done.files, "file", "files") + " of " + name_of(done) + " in "
         + human_duration(std::chrono::duration<double>(done.seconds))
         + (done.more ? "; there are more (--limit)" : "");
}

void say(Output& output, const api::BrowseDone& done) {
  if (done.was_linked) output.message("linked to " + name_of(done) + " for this");
  output.message(summary(done));
  if (done.files > done.numbered) {
    output.message("numbers up to " + std::to_string(done.numbered)
                   + " can be fetched; name the ids of files beyond");
  }
}

}  // namespace

void declare_browse(CLI::App& root, BrowseOptions& options) {
  auto* browse = root.add_subcommand(
      "browse", "List the files that a neighbour shares; get N fetches one of them");
  browse
      ->add_option("PEER",
                   options.peer,
                   "A neighbour's name, address, or id or first digits of it, as freshet peers "
                   "shows; or a node of the last search")
      ->type_name("")
      ->required();
  browse->add_option("--limit", options.limit, "End after so many files")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  browse
      ->add_option("--timeout", options.timeout_s, "How long the node may say nothing; default 10")
      ->type_name("SECONDS")
      ->check(seconds_range());
}

Status check(const BrowseOptions& options) {
  if (options.peer.empty()) return Error{ErrorCode::invalid, "PEER is empty"};
  if (options.peer.size() > api::kMaxWordBytes)
    return Error{ErrorCode::invalid,
                 "PEER is longer than " + std::to_string(api::kMaxWordBytes) + " bytes"};
  return kOk;
}

int run(Session& session, const BrowseOptions& options) {
  Output& output = session.output();
  api::BrowseRequest request{.peer = options.peer, .limit = options.limit, .timeout = {}};
  if (options.timeout_s) request.timeout = millis_of(*options.timeout_s);
  auto client = session.connect();
  if (!client) return output.fail(client.error(), exit_code_of(client.error().code));
  const api::Millis patience = request.timeout.value_or(kLongestDefault) + kPatience;
  const auto done = client->call(request, patience, [&](const api::Hit& hit) {
    if (session.json()) {
      output.json(json_of(hit));
    } else {
      output.line(hit_line(hit, 0));
    }
  });
  if (!done) return output.fail(done.error(), exit_code_of(done.error().code));
  if (session.json()) output.json(json_of(*done));
  if (!session.json() || done->files == 0) say(output, *done);
  return done->files == 0 ? kExitNoResults : kExitOk;
}

}  // namespace freshet::cli
