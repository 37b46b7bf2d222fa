#include "node/cli/testbed/fleet.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "node/cli/results_out.h"
#include "node/cli/scratch_folder.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kFleetStartLimit{60};
constexpr api::Millis kFleetAnswerLimit{30'000};
constexpr std::chrono::milliseconds kLook{100};  ///< between two looks whether to go on
constexpr std::string_view kFolderName = "freshet-testbed";

}  // namespace

Result<fs::path> make_fleet_folder() {
  std::error_code failed;
  const fs::path memory = "/dev/shm";
  const fs::path where =
      ::access(memory.c_str(), W_OK) == 0 ? memory : fs::temp_directory_path(failed);
  return make_scratch_folder(where, kFolderName);
}

Fleet::Fleet(std::string program, fs::path folder, OnNews on_news, GoOn go_on)
    : program_(std::move(program)),
      folder_(std::move(folder)),
      on_news_(std::move(on_news)),
      go_on_(std::move(go_on)) {}

Fleet::~Fleet() {
  for (Node& node : nodes_) {
    if (node.child) node.child->kill_now();
  }
  nodes_.clear();
  std::error_code failed;
  fs::remove_all(folder_, failed);
}

fs::path Fleet::share_of(std::uint32_t node) const {
  return folder_ / std::to_string(node) / "share";
}

fs::path Fleet::capture_of(std::uint32_t node) const {
  return folder_ / (std::to_string(node) + ".pcap");
}

std::string Fleet::state_of(std::uint32_t node) const {
  return (folder_ / std::to_string(node) / "state").string();
}

Error Fleet::failure(std::uint32_t node, const std::string& what) const {
  return {ErrorCode::io, "node " + std::to_string(node) + " of the testbed: " + what};
}

Status Fleet::spawn(std::uint32_t node) {
  auto child = ChildProcess::start({program_, "--state", state_of(node), "up", "--testbed"},
                                   Stream::err,
                                   wires_ ? Network::own : Network::shared);
  if (!child) return child.error();
  nodes_[node].child.emplace(std::move(*child));
  return kOk;
}

Status Fleet::wait_started(std::uint32_t node) {
  std::string said = "it said nothing";
  for (;;) {
    const auto line = nodes_[node].child->read_line(kFleetStartLimit);
    if (!go_on_()) return interruption();
    if (!line) return failure(node, "did not start: " + said);
    if (line->starts_with("ready")) return kOk;
    said = *line;
  }
}

Status Fleet::plug(const std::vector<io::testbed::Setup>& setups) {
  if (!wires_) return kOk;
  Wires::Plugged nodes;
  for (const auto& setup : setups) nodes.emplace_back(setup.node, nodes_[setup.node].child->pid());
  Status plugged = wires_->plug(nodes);
  if (!plugged && !go_on_()) return interruption();
  return plugged;
}

Status Fleet::set_up(const io::testbed::Setup& setup) {
  Node& node = nodes_[setup.node];
  auto client = api::ControlClient::connect(state_of(setup.node));
  if (!client) return failure(setup.node, client.error().message);
  node.news.emplace(std::move(*client));
  return node.news->send(api::TestbedRunRequest{.setup = setup});
}

Status Fleet::start(const std::vector<io::testbed::Setup>& setups) {
  nodes_.resize(setups.size());
  for (const auto& setup : setups) {
    if (!go_on_()) return interruption();
    if (Status spawned = spawn(setup.node); !spawned) return spawned;
  }
  for (const auto& setup : setups) {
    if (Status started = wait_started(setup.node); !started) return started;
  }
  if (Status plugged = plug(setups); !plugged) return plugged;
  for (const auto& setup : setups) {
    if (Status set = set_up(setup); !set) return set;
  }
  for (const auto& setup : setups) {
    if (Status ready = wait_ready(setup.node); !ready) return ready;
  }
  return kOk;
}

Status Fleet::restart(const io::testbed::Setup& setup) {
  if (Status spawned = spawn(setup.node); !spawned) return spawned;
  if (Status started = wait_started(setup.node); !started) return started;
  if (Status plugged = plug({setup}); !plugged) return plugged;
  if (Status set = set_up(setup); !set) return set;
  return wait_ready(setup.node);
}

Status Fleet::wait_ready(std::uint32_t node) {
  while (nodes_[node].address.empty()) {
    if (!go_on_()) return interruption();
    if (Status heard = hear(node); !heard) return heard;
  }
  return kOk;
}

Status Fleet::hear(std::uint32_t number) {
  Node& node = nodes_[number];
  auto heard = node.news->next<api::TestbedRunRequest>(kFleetAnswerLimit);
  if (!heard) {
    const auto said = node.child->read_line(kLook);
    return failure(number, said.value_or(heard.error().message));
  }
  const auto* news = std::get_if<io::testbed::News>(&*heard);
  if (news == nullptr) return failure(number, "ended");
  node.address = news->address;
  on_news_(number, *news);
  return kOk;
}

template <typename Request>
Status Fleet::tell(std::uint32_t node, const Request& request) {
  auto client = api::ControlClient::connect(state_of(node));
  if (!client) return failure(node, client.error().message);
  const auto done = client->call(request, kFleetAnswerLimit);
  if (!done) return failure(node, done.error().message);
  return kOk;
}

Status Fleet::link(std::uint32_t node, const std::vector<std::uint32_t>& peers) {
  api::TestbedLinkRequest request;
  for (const std::uint32_t peer : peers)
    request.peers.push_back(wires_ ? wires_->address_of(peer, node) : nodes_[peer].address);
  return tell(node, request);
}

Status Fleet::begin() {
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (!is_alive(node)) continue;
    if (Status told = tell(node, api::TestbedLinkRequest{.peers = {}, .begins = true}); !told)
      return told;
  }
  return kOk;
}

Status Fleet::ask_all_for_news() {
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (!is_alive(node)) continue;
    if (Status told = tell(node, api::TestbedLinkRequest{}); !told) return told;
  }
  return listen(Steady::now());
}

Status Fleet::ask(std::uint32_t node, const api::TestbedAskRequest& request) {
  return tell(node, request);
}

Status Fleet::kill(std::uint32_t node) {
  nodes_[node].child->kill_now();
  nodes_[node].news.reset();
  nodes_[node].child.reset();
  return wires_ ? wires_->unplug(node) : kOk;
}

Status Fleet::send_away(std::uint32_t node) {
  nodes_[node].child->ask_to_end();
  nodes_[node].news.reset();
  nodes_[node].child.reset();
  return wires_ ? wires_->unplug(node) : kOk;
}

Status Fleet::listen(Steady::time_point until) {
  std::vector<pollfd> waiting;
  std::vector<std::uint32_t> who;
  for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
    if (!nodes_[node].news) continue;
    waiting.push_back({.fd = nodes_[node].news->descriptor(), .events = POLLIN, .revents = 0});
    who.push_back(node);
  }
  for (;;) {
    if (!go_on_()) return interruption();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now());
    const auto wait = std::clamp<std::int64_t>(left.count(), 0, kLook.count());
    const int ready = poll(waiting.data(), waiting.size(), static_cast<int>(wait));
    if (ready < 0 && errno != EINTR)
      return Error{ErrorCode::io,
                   std::string("cannot wait for the nodes: ") + std::strerror(errno)};
    for (std::size_t i = 0; ready > 0 && i < waiting.size(); ++i) {
      if (waiting[i].revents == 0) continue;
      if (Status heard = hear(who[i]); !heard) return heard;
    }
    if (ready > 0 || left.count() <= 0) return kOk;
  }
}

std::uint64_t Fleet::pss_bytes() const {
  std::uint64_t kib = 0;
  for (const Node& node : nodes_) {
    if (!node.child) continue;
    std::ifstream rollup("/proc/" + std::to_string(node.child->pid()) + "/smaps_rollup");
    for (std::string word; rollup >> word;) {
      std::uint64_t amount = 0;
      if (word == "Pss:" && rollup >> amount) {
        kib += amount;
        break;
      }
    }
  }
  return kib * 1024;
}

double Fleet::cpu_seconds() const {
  double ticks = 0;
  for (const Node& node : nodes_) {
    if (!node.child) continue;
    std::ifstream stat("/proc/" + std::to_string(node.child->pid()) + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    constexpr int kBeforeTimes = 11;  // fields from the state on, up to utime
    std::size_t at = name_end + 1;
    for (int field = 0; field < kBeforeTimes && at != std::string::npos; ++field)
      at = text.find(' ', at + 1);
    if (at == std::string::npos) continue;
    char* rest = nullptr;
    ticks += std::strtod(text.c_str() + at, &rest);
    ticks += std::strtod(rest, nullptr);
  }
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace freshet::cli
