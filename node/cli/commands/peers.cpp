#include "node/cli/commands/peers.h"

#include <array>
#include <cstdio>

#include <CLI/App.hpp>

#include "node/base/id_text.h"
#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"
#include "node/cli/tried.h"

namespace freshet::cli {
namespace {

std::string rtt_text(const std::optional<double>& rtt_ms) {
  if (!rtt_ms) return "-";
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), *rtt_ms < 10 ? "%.2f ms" : "%.0f ms", *rtt_ms);
  return buffer.data();
}

}  // namespace

void declare_peers(CLI::App& root) {
  root.add_subcommand("peers", "List the nodes that this node is linked to");
}

int run(Session& session, const PeersOptions& /*options*/) {
  const auto peers = session.ask(api::PeersRequest{});
  Output& output = session.output();
  if (!peers) return output.fail(peers.error(), exit_code_of(peers.error().code));
  if (session.json()) {
    output.json(json_of(*peers));
    return kExitOk;
  }
  if (peers->peers.empty()) {
    output.message("no peers yet");
    say_what_was_tried(session);
    return kExitOk;
  }
  Table table(
      {{"ID"}, {"ADDRESS"}, {"DIRECTION"}, {"RTT", true}, {"IN", true}, {"OUT", true}, {"NAME"}});
  for (const api::PeerInfo& peer : peers->peers) {
    table.add({shown_id(peer.id),
               peer.addr,
               std::string(word_for(peer.direction)),
               rtt_text(peer.rtt_ms),
               human_size(peer.bytes_in),
               human_size(peer.bytes_out),
               peer.name});
  }
  for (const std::string& line : table.lines()) output.line(line);
  return kExitOk;
}

}  // namespace freshet::cli
