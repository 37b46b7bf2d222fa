#include "node/cli/testbed/wires.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <string_view>

#include <sched.h>
#include <unistd.h>

#include "node/base/check.h"
#include "node/cli/child_process.h"
#include "node/sim/network.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
using std::to_string;

constexpr const char* kPort = ":7346";
constexpr const char* kNodeSide = "eth0";  ///< of the wire to the switch
constexpr std::string_view kSwitch = "switch";
constexpr std::string_view kOtherSwitch = "switch2";  ///< of the smaller side of a partition
/// What tbf lets pass at once: a full Ethernet frame and what a hundredth of a second takes.
constexpr std::uint64_t kBurstBytes = 1600;
constexpr std::uint64_t kBurstsPerSecond = 100;
constexpr std::size_t kSaidBytes = 300;

bool is_in_path(std::string_view program) {
  const char* const set = std::getenv("PATH");
  std::string_view path = set != nullptr ? set : "/usr/sbin:/usr/bin:/sbin:/bin";
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    const fs::path file = fs::path(path.substr(0, end)) / program;
    if (::access(file.c_str(), X_OK) == 0) return true;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return false;
}

Error refusal(const std::string& what) {
  return {ErrorCode::io, "--netns: " + what};
}

// Both addresses of an edge's wire lie in a network of two: 10.0.0.2/31 is the first one.
std::string wire_address(std::size_t edge, bool is_second) {
  const auto host = static_cast<std::uint32_t>(2 * (edge + 1) + (is_second ? 1 : 0));
  return "10." + to_string(host >> 16U) + "." + to_string((host >> 8U) & 0xFFU) + "."
         + to_string(host & 0xFFU);
}

std::string bridge_address(std::uint32_t node) {
  const std::string with_port = sim::endpoint_of(node).to_string();
  return with_port.substr(0, with_port.rfind(':'));
}

std::string switch_side(std::uint32_t node) {
  return "n" + to_string(node);
}

}  // namespace

Result<std::unique_ptr<Wires>> Wires::make(const WirePlan& plan) {
  if (::geteuid() != 0)
    return refusal("only root makes network namespaces; take sudo, or leave --netns out");
  for (const char* tool : {"ip", "tc", "nsenter"}) {
    if (is_in_path(tool)) continue;
    return refusal("there is no '" + std::string(tool)
                   + "' here; on Debian: apt-get install iproute2 util-linux");
  }
  if (::unshare(CLONE_NEWNET) != 0) {
    return refusal(std::string("this machine lets no network namespace be made: ")
                   + std::strerror(errno));
  }
  std::unique_ptr<Wires> wires(new Wires(plan));
  if (plan.kind == WireKind::links) return wires;
  std::string script;
  for (const std::string_view name : {kSwitch, kOtherSwitch}) {
    script += "link add " + std::string(name) + " type bridge\n";
    script += "link set " + std::string(name) + " up\n";
  }
  if (Status made = wires->run("ip", script); !made) return made.error();
  return wires;
}

std::string Wires::listen_of(std::uint32_t node) const {
  return (plan_.kind == WireKind::bridge ? bridge_address(node) : "0.0.0.0") + kPort;
}

std::string Wires::address_of(std::uint32_t node, std::uint32_t from) const {
  if (plan_.kind == WireKind::bridge) return listen_of(node);
  const auto& edges = plan_.topology->edges;
  const std::pair edge{std::min(node, from), std::max(node, from)};
  const auto found = std::find_if(edges.begin(), edges.end(), [&](const auto& each) {
    return std::pair{std::min(each.first, each.second), std::max(each.first, each.second)} == edge;
  });
  FRESHET_CHECK(found != edges.end());
  const auto number = static_cast<std::size_t>(found - edges.begin());
  return wire_address(number, found->second == node) + kPort;
}

Status Wires::run(const std::string& tool, const std::string& script, pid_t in) const {
  if (script.empty()) return kOk;
  const fs::path file = plan_.folder / "wires.batch";
  std::ofstream(file) << script;
  std::vector<std::string> words = {"/usr/bin/env"};
  if (in > 0) words.insert(words.end(), {"nsenter", "-n", "-t", to_string(in), "--"});
  words.insert(words.end(), {tool, "-batch", file.string()});
  auto child = ChildProcess::start(words, Stream::err);
  if (!child) return child.error();
  std::string said;
  constexpr std::chrono::seconds kPatience{60};
  while (const auto line = child->read_line(kPatience)) {
    if (said.size() < kSaidBytes) said += (said.empty() ? "" : "; ") + *line;
  }
  if (child->wait() == 0) return kOk;
  return refusal("'" + tool + "' failed: " + said);
}

void Wires::add_rate(std::string& script, const std::string& interface) const {
  if (plan_.bytes_per_s == 0) return;
  const std::uint64_t burst = std::max(kBurstBytes, plan_.bytes_per_s / kBurstsPerSecond);
  script += "qdisc add dev " + interface + " root tbf rate " + to_string(plan_.bytes_per_s)
            + "bps burst " + to_string(burst) + " latency 1s\n";
}

Status Wires::plug(const Plugged& nodes) {
  for (const auto& [node, pid] : nodes) nodes_[node] = pid;
  for (const auto& [node, pid] : nodes) {
    if (Status up = run("ip", "link set lo up\n", pid); !up) return up;
  }
  return plan_.kind == WireKind::bridge ? plug_into_bridge(nodes) : plug_into_neighbours(nodes);
}

Status Wires::plug_into_bridge(const Plugged& nodes) {
  std::string script;
  for (const auto& [node, pid] : nodes) {
    script += "link add " + switch_side(node) + " type veth peer name " + kNodeSide + " netns "
              + to_string(pid) + "\n";
    const bool is_apart = !sides_.empty() && sides_[node];
    script += "link set " + switch_side(node) + " master "
              + std::string(is_apart ? kOtherSwitch : kSwitch) + " up\n";
  }
  if (Status added = run("ip", script); !added) return added;
  std::string rate;
  add_rate(rate, kNodeSide);
  for (const auto& [node, pid] : nodes) {
    const std::string addresses = "addr add " + bridge_address(node) + "/8 dev " + kNodeSide
                                  + "\nlink set " + kNodeSide + " up\n";
    if (Status up = run("ip", addresses, pid); !up) return up;
    if (Status limited = run("tc", rate, pid); !limited) return limited;
  }
  return kOk;
}

Status Wires::plug_into_neighbours(const Plugged& nodes) {
  const auto& edges = plan_.topology->edges;
  const auto is_new = [&](std::uint32_t node) {
    return std::any_of(
        nodes.begin(), nodes.end(), [&](const auto& each) { return each.first == node; });
  };
  std::string script;
  std::map<std::uint32_t, std::pair<std::string, std::string>> inside;  // of ip, and of tc
  for (std::size_t edge = 0; edge < edges.size(); ++edge) {
    const auto [a, b] = edges[edge];
    if ((!is_new(a) && !is_new(b)) || !nodes_.contains(a) || !nodes_.contains(b)) continue;
    const std::string name = "e" + to_string(made_++);
    cables_[edge] = {.name = name, .a = a, .b = b};
    script += "link add " + name + " netns " + to_string(nodes_[a]) + " type veth peer name " + name
              + " netns " + to_string(nodes_[b]) + "\n";
    for (const std::uint32_t node : {a, b}) {
      auto& [ip, tc] = inside[node];
      ip += "addr add " + wire_address(edge, node == b) + "/31 dev " + name + "\n";
      ip += "link set " + name + " up\n";
      add_rate(tc, name);
    }
  }
  if (Status added = run("ip", script); !added) return added;
  for (const auto& [node, scripts] : inside) {
    if (Status up = run("ip", scripts.first, nodes_[node]); !up) return up;
    if (Status limited = run("tc", scripts.second, nodes_[node]); !limited) return limited;
  }
  return kOk;
}

Status Wires::unplug(std::uint32_t node) {
  nodes_.erase(node);
  // Namespaces go in their own time; who comes back finds the place empty.
  if (plan_.kind == WireKind::bridge) return run("ip", "link del " + switch_side(node) + "\n");
  Status all = kOk;
  std::erase_if(cables_, [&](const auto& entry) {
    const Cable& cable = entry.second;
    if (cable.a != node && cable.b != node) return false;
    const std::uint32_t other = cable.a == node ? cable.b : cable.a;
    const auto found = nodes_.find(other);
    if (found == nodes_.end()) return true;
    if (Status gone = run("ip", "link del " + cable.name + "\n", found->second); !gone) all = gone;
    return true;
  });
  return all;
}

Status Wires::switch_cut_cables(std::string_view state) {
  std::map<std::uint32_t, std::string> scripts;
  for (const auto& [edge, cable] : cables_) {
    if (sides_[cable.a] != sides_[cable.b])
      scripts[cable.a] += "link set " + cable.name + " " + std::string(state) + "\n";
  }
  for (const auto& [node, script] : scripts) {
    if (Status done = run("ip", script, nodes_[node]); !done) return done;
  }
  return kOk;
}

Status Wires::cut(const std::vector<bool>& sides) {
  sides_ = sides;
  if (plan_.kind == WireKind::links) return switch_cut_cables("down");
  std::string script;
  for (const auto& [node, pid] : nodes_) {
    if (sides_[node])
      script += "link set " + switch_side(node) + " master " + std::string(kOtherSwitch) + "\n";
  }
  return run("ip", script);
}

Status Wires::heal() {
  if (plan_.kind == WireKind::links) {
    Status healed = switch_cut_cables("up");
    sides_.clear();
    return healed;
  }
  std::string script;
  for (const auto& [node, pid] : nodes_)
    script += "link set " + switch_side(node) + " master " + std::string(kSwitch) + "\n";
  sides_.clear();
  return run("ip", script);
}

}  // namespace freshet::cli
