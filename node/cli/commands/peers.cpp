#include "node/cli/commands/peers.h"

#include <array>
#include <cstdio>

#include <CLI/App.hpp>

#include "node/cli/address.h"
#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

// Enough to tell the nodes of a mesh apart.
constexpr std::size_t kShortIdDigits = 12;

std::string rtt_text(const std::optional<double>& rtt_ms) {
  if (!rtt_ms) return "-";
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), *rtt_ms < 10 ? "%.2f ms" : "%.0f ms", *rtt_ms);
  return buffer.data();
}

}  // namespace

void declare_peers(CLI::App& root, JoinOptions& join) {
  root.add_subcommand("peers", "List the nodes that this node is linked to");
  auto* command = root.add_subcommand("join", "Link to a node, and to its mesh through it");
  command->add_option("HOST[:PORT]", join.address, "Where it listens; port 7346 unless given")
      ->type_name("")
      ->required();
}

Status check(const JoinOptions& options) {
  if (is_peer_address(options.address)) return kOk;
  return Error{ErrorCode::invalid,
               "'" + options.address + "' is not an address; give HOST, HOST:PORT or [IPV6]:PORT"};
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
    output.message("no peers yet; give one with: freshet join HOST[:PORT]");
    return kExitOk;
  }
  Table table(
      {{"ID"}, {"ADDRESS"}, {"DIRECTION"}, {"RTT", true}, {"IN", true}, {"OUT", true}, {"NAME"}});
  for (const api::PeerInfo& peer : peers->peers) {
    table.add({peer.id.hex().substr(0, kShortIdDigits),
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

int run(Session& session, const JoinOptions& options) {
  api::JoinRequest request;
  request.address = options.address;
  const auto joined = session.ask(request);
  Output& output = session.output();
  if (!joined) {
    Error error = joined.error();
    const bool about_peer = error.code != ErrorCode::no_daemon && error.code != ErrorCode::canceled;
    if (about_peer) error.message = "cannot link to " + options.address + ": " + error.message;
    return output.fail(error, exit_code_of(error.code));
  }
  if (session.json()) {
    output.json(json_of(*joined));
  } else {
    output.line("linked to " + escape_text(joined->addr) + "  "
                + joined->id.hex().substr(0, kShortIdDigits) + "  " + escape_text(joined->name));
  }
  return kExitOk;
}

}  // namespace freshet::cli
