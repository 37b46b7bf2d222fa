#include "node/cli/commands/rate.h"

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/rate_text.h"
#include "node/cli/session.h"

namespace freshet::cli {

void declare_rate(CLI::App& root, RateOptions& options) {
  auto* rate = root.add_subcommand(
      "rate",
      "Limit what the node sends and fetches a second, from now on; alone, show the limits");
  add_rate(*rate, "--up", options.up, "Send no more of files; 0: no limit");
  add_rate(*rate, "--down", options.down, "Fetch no more; 0: no limit");
  rate->add_option(
          "--polite", options.polite, "Let what is fetched give way to other traffic: on or off")
      ->type_name("on|off")
      ->check(CLI::IsMember({"on", "off"}));
}

int run(Session& session, const RateOptions& options) {
  Output& output = session.output();
  api::RateRequest request{.up = options.up, .down = options.down};
  if (options.polite) request.polite = *options.polite == "on";
  const auto rates = session.ask(request);
  if (!rates) return output.fail(rates.error(), exit_code_of(rates.error().code));
  if (session.json()) {
    auto json = json_of(*rates);
    json["schema"] = kJsonSchema;
    output.json(json);
  } else {
    output.line(rates_text(*rates));
  }
  return kExitOk;
}

}  // namespace freshet::cli
