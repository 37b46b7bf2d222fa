#include "node/cli/commands/doctor.h"

#include <ctime>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

#include "node/base/endpoint.h"
#include "node/cli/doctor/machine_checks.h"
#include "node/cli/doctor/network_checks.h"
#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

const char* word_for(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::note:
      return "note";
    case Verdict::fail:
      return "FAIL";
  }
  return "";
}

Findings check_machine(const store::StatePaths& paths) {
  return {check_state(paths),
          check_key(paths),
          check_disk(paths),
          check_clock(static_cast<std::int64_t>(std::time(nullptr))),
          check_interfaces(),
          check_multicast(),
          check_firewall("/", kDefaultPort)};
}

/// Adds what the daemon knows. False: none runs.
bool ask_daemon(Session& session, Findings& findings) {
  const auto status = session.ask(api::StatusRequest{});
  if (status) {
    if (const auto network = session.ask(api::NetworkRequest{.dial_back = true})) {
      for (Finding& finding : check_mesh(*status, *network)) findings.push_back(std::move(finding));
      return true;
    }
  }
  findings.push_back(check_port_is_free(kDefaultPort));
  findings.push_back(
      {.name = "node",
       .layer = Layer::network,
       .verdict = Verdict::note,
       .what = "none runs in this state folder",
       .fix = "start it for the rest of the checks: " + how_to_start(session.globals())});
  return false;
}

int exit_code_for(const Findings& findings, bool runs) {
  bool network_fails = false;
  for (const Finding& finding : findings) {
    if (finding.verdict != Verdict::fail) continue;
    if (finding.layer == Layer::machine) return kExitIo;
    network_fails = true;
  }
  if (network_fails) return kExitNoResults;
  return runs ? kExitOk : kExitNoDaemon;
}

void print(Output& output, const Findings& findings) {
  for (const Finding& finding : findings) {
    output.line(padded(word_for(finding.verdict), 6, false) + padded(finding.name, 12, false)
                + escape_text(finding.what));
    if (!finding.fix.empty()) output.line(std::string(18, ' ') + "-> " + escape_text(finding.fix));
  }
}

void print_json(Output& output, const Findings& findings, bool runs) {
  nlohmann::json list = nlohmann::json::array();
  for (const Finding& finding : findings) {
    list.push_back(
        {{"name", finding.name},
         {"layer", finding.layer == Layer::machine ? "machine" : "network"},
         {"verdict", finding.verdict == Verdict::fail ? "fail" : word_for(finding.verdict)},
         {"what", finding.what},
         {"fix", finding.fix}});
  }
  output.json({{"schema", kJsonSchema}, {"running", runs}, {"findings", list}});
}

}  // namespace

void declare_doctor(CLI::App& root) {
  root.add_subcommand("doctor", "Find out which layer fails, from the disk to the neighbours");
}

int run(Session& session, const DoctorOptions& /*options*/) {
  Output& output = session.output();
  const auto paths = store::resolve_state(session.globals().state, store::Environment::current());
  if (!paths) return output.fail(paths.error(), exit_code_of(paths.error().code));
  Findings findings = check_machine(*paths);
  const bool runs = ask_daemon(session, findings);
  if (session.json()) {
    print_json(output, findings, runs);
  } else {
    print(output, findings);
  }
  return exit_code_for(findings, runs);
}

}  // namespace freshet::cli
