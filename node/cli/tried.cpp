#include "node/cli/tried.h"

#include <algorithm>

#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kMostFailures = 5;

std::string beacons_line(const api::NetworkInfo& network) {
  if (!network.discover) return "this node dials nobody by itself (--no-discovery)";
  if (!network.beacon) return "no beacons are sent (--no-beacon)";
  if (network.places.empty()) return "no beacons: no interface is up with an address";
  std::string line = std::to_string(network.beacons_sent) + " beacons sent on ";
  for (const std::string& place : network.places)
    line += (&place == &network.places.front() ? "" : ", ") + place;
  return line + "; " + std::to_string(network.beacons_heard) + " heard";
}

}  // namespace

std::vector<std::string> what_was_tried(const api::NetworkInfo& network) {
  std::vector<std::string> lines = {beacons_line(network)};
  if (network.beacons_foreign != 0)
    lines.push_back(std::to_string(network.beacons_foreign) + " beacons of other meshes heard");
  const std::size_t shown = std::min(network.failed.size(), kMostFailures);
  for (std::size_t i = 0; i < shown; ++i)
    lines.push_back("dialled " + network.failed[i].address + ": " + network.failed[i].error);
  if (network.failed.size() > shown)
    lines.push_back("and " + std::to_string(network.failed.size() - shown) + " more");
  if (network.failed.empty() && network.discover)
    lines.push_back(network.known_hosts == 0
                        ? "no address is remembered"
                        : count_of(network.known_hosts, "address is", "addresses are")
                              + " known, none answered yet");
  lines.emplace_back("give a peer with: freshet join HOST[:PORT]; or see: freshet doctor");
  return lines;
}

void say_what_was_tried(Session& session) {
  const auto network = session.ask(api::NetworkRequest{});
  if (!network) return;
  for (const std::string& line : what_was_tried(*network)) session.output().message("  " + line);
}

}  // namespace freshet::cli
