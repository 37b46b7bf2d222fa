#include "node/cli/commands/node.h"

#include <algorithm>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "node/cli/exit_code.h"
#include "node/cli/hashing_text.h"
#include "node/cli/json_view.h"
#include "node/cli/rate_text.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

std::string joined(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
  return list;
}

// What others' transfers take through this node; empty when there never was one.
std::string relayed(const std::vector<api::Counter>& counters) {
  const auto value = [&](std::string_view name) {
    const auto found = std::find_if(
        counters.begin(), counters.end(), [&](const auto& each) { return each.name == name; });
    return found == counters.end() ? std::uint64_t{0} : found->value;
  };
  const std::uint64_t joined = value("relay_joined");
  if (joined == 0) return {};
  return std::to_string(value("relay_open")) + " now, " + count_of(joined, "transfer", "transfers")
         + " and " + human_size(value("relay_bytes")) + " so far";
}

void print_status(Output& output, const api::StatusInfo& status) {
  const auto row = [&](std::string_view title, const std::string& value) {
    output.line(padded(title, 10, false) + escape_text(value));
  };
  row("id", status.id.hex());
  row("name", status.name);
  row("listening", joined(status.listen));
  row("mesh",
      status.mesh_name.empty() ? status.mesh_id : status.mesh_name + " (" + status.mesh_id + ")");
  row("peers", std::to_string(status.peers));
  row("shared",
      count_of(status.shared_files, "file", "files") + ", " + human_size(status.shared_bytes));
  row("hashed",
      count_of(status.hashed_files, "file", "files") + ", " + human_size(status.hashed_bytes));
  if (const auto text = hashing_text(status.hashing); !text.empty()) row("hashing", text);
  if (status.share_problems > 0)
    row("problems",
        count_of(status.share_problems, "share has one", "shares have one")
            + "; see: freshet share ls");
  if (const auto text = relayed(status.counters); !text.empty()) row("relaying", text);
  if (status.rates != api::RateInfo{}) row("limits", rates_text(status.rates));
  row("up", human_duration(status.uptime));
  row("state", status.state_dir);
  row("version", status.agent);
  for (const api::LimitInfo& limit : status.limits) {
    if (limit.use.value_or(0) != 0) {
      output.line(padded("limit", 10, false) + limit.name + " " + std::to_string(*limit.use)
                  + " of " + std::to_string(limit.value));
    }
  }
}

}  // namespace

void declare_node(CLI::App& root) {
  root.add_subcommand("status", "Show how this node is; its counters with --json");
  root.add_subcommand("down", "Stop the node of this state folder");
}

int run(Session& session, const StatusOptions& /*options*/) {
  const auto status = session.ask(api::StatusRequest{});
  Output& output = session.output();
  if (!status) return output.fail(status.error(), exit_code_of(status.error().code));
  if (session.json()) {
    output.json(json_of(*status));
  } else {
    print_status(output, *status);
  }
  return kExitOk;
}

int run(Session& session, const DownOptions& /*options*/) {
  Output& output = session.output();
  const auto fail = [&](const Error& error) {
    return output.fail(error, exit_code_of(error.code));
  };
  auto client = session.connect();
  if (!client) return fail(client.error());
  const auto stopping = client->call(api::DownRequest{}, Session::kAnswerTimeout);
  if (!stopping) return fail(stopping.error());
  if (const Status closed = client->wait_closed(Session::kAnswerTimeout); !closed) {
    return fail(closed.error());
  }
  if (session.json()) {
    output.json({{"schema", kJsonSchema}, {"stopped", true}});
  } else {
    output.message("stopped");
  }
  return kExitOk;
}

}  // namespace freshet::cli
