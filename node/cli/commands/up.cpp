#include "node/cli/commands/up.h"

#include <CLI/App.hpp>

#include "node/cli/address.h"
#include "node/cli/rate_text.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::cli {

void declare_up(CLI::App& root, UpOptions& options) {
  auto* up = root.add_subcommand("up", "Run a node in the foreground, sharing the folders given");
  up->add_option("PATH", options.paths, "Folders to share")->type_name("");
  up->add_option("--listen", options.listen, "Where to listen; port 0 takes any free one")
      ->type_name("ADDR:PORT");
  up->add_option("--peer", options.peers, "A node to stay linked to; may be repeated")
      ->type_name("HOST:PORT")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  up->add_option("--name", options.name, "What the others see; default: the host's name");
  up->add_flag("--no-discovery",
               options.no_discovery,
               "No beacons, and no links but the --peers and those that come in");
  up->add_flag("--no-beacon", options.no_beacon, "No beacons on the local network");
  up->add_flag("--no-relay",
               options.no_relay,
               "Pass on no transfers between nodes that cannot reach each other");
  up->add_flag("--no-metadata",
               options.no_metadata,
               "Look into no file for its artist, title, album or size in pixels");
  up->add_flag("--bittorrent", options.bittorrent, "Serve plain BitTorrent clients too");
  add_rate(
      *up,
      "--up-rate",
      options.up_rate,
      "Send no more of files than so much a second; 0: no limit; default: as `rate` last said");
  add_rate(*up, "--down-rate", options.down_rate, "Fetch no more than so much a second; likewise");
  up->add_flag("--polite",
               options.polite,
               "Let whatever is fetched give way to other traffic; default: as `rate` last said");
  up->add_flag("--testbed", options.testbed)->group("");  // for `freshet testbed` alone
  up->add_flag(
      "--cache",
      options.cache,
      "Remember hits that come by for two minutes, and answer searches with a --limit from "
      "them");
  up->add_flag("--receive-only", options.receive_only, "Fetch, and offer nothing");
}

Status check(const UpOptions& options) {
  if (options.listen && !is_listen_address(*options.listen)) {
    return Error{ErrorCode::invalid,
                 "--listen: '" + *options.listen
                     + "' is not ADDR:PORT in numbers, such as 0.0.0.0:7346 or [::]:7346"};
  }
  for (const std::string& peer : options.peers) {
    if (is_peer_address(peer)) continue;
    return Error{ErrorCode::invalid,
                 "--peer: '" + peer + "' is not an address; give HOST:PORT or [IPV6]:PORT"};
  }
  if (options.name.size() > wire::kMaxNodeNameBytes) {
    return Error{ErrorCode::invalid,
                 "--name: at most " + std::to_string(wire::kMaxNodeNameBytes) + " bytes"};
  }
  for (const std::string& path : options.paths) {
    if (path.empty()) return Error{ErrorCode::invalid, "a path to share is empty"};
  }
  if (options.bittorrent && options.receive_only) {
    return Error{ErrorCode::invalid,
                 "--bittorrent serves and --receive-only does not: leave one of them out"};
  }
  return kOk;
}

}  // namespace freshet::cli
