#include "node/cli/doctor/network_checks.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/ip/udp.hpp>

#include "node/base/endpoint.h"
#include "node/io/net/beacon_places.h"
#include "node/io/net/beacon_socket.h"
#include "node/io/net/interfaces.h"

namespace freshet::cli {
namespace {

constexpr std::chrono::milliseconds kEcho{500};
constexpr std::size_t kMostInterfaces = 16;
// A node that is younger has sent none yet.
constexpr std::chrono::milliseconds kFirstBeacons{1000};

std::vector<io::BeaconPlace> usable_places() {
  const std::vector<Endpoint> everywhere = {Endpoint::v4({0, 0, 0, 0}, 0), Endpoint{}};
  return io::beacon_places(io::read_interfaces(), everywhere, kMostInterfaces);
}

std::string host_of(const Endpoint& endpoint) {
  const std::string text = endpoint.to_string();
  return text.substr(0, text.rfind(':'));
}

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ", ";
  list += item;
}

bool is_loopback_only(const std::vector<io::BeaconPlace>& places) {
  for (const auto& interface : io::read_interfaces()) {
    for (const auto& place : places) {
      if (place.index == interface.index && !interface.loopback) return false;
    }
  }
  return true;
}

/// A port for the test that no daemon hears.
std::uint16_t unused_port(asio::io_context& io) {
  return asio::ip::udp::socket(io, asio::ip::udp::endpoint(asio::ip::udp::v4(), 0))
      .local_endpoint()
      .port();
}

/// nullopt: it came back.
std::optional<std::string> echo_failure(const io::BeaconPlace& place) {
  asio::io_context io;
  bool heard = false;
  const auto port = unused_port(io);
  const auto ear =
      io::BeaconSocket::open(io, place, port, [&](ByteView /*datagram*/, const Endpoint& /*from*/) {
        heard = true;
        io.stop();
      });
  if (!ear) return ear.error().message;
  std::string refused;
  const Bytes datagram = {0};
  if ((*ear)->announce(datagram, refused) == 0) return refused;
  io.run_for(kEcho);
  if (heard) return std::nullopt;
  return "what was sent to the group did not come back";
}

Finding check_listening(const api::StatusInfo& status) {
  Finding finding{.name = "port", .what = {}, .fix = {}};
  bool beyond_this_machine = false;
  for (const std::string& address : status.listen) {
    append(finding.what, address);
    const auto endpoint = Endpoint::parse(address);
    beyond_this_machine = beyond_this_machine || !endpoint || !endpoint->is_loopback();
  }
  finding.what = "listening on " + finding.what;
  if (beyond_this_machine) return finding;
  finding.verdict = Verdict::note;
  finding.fix = "only nodes on this machine can reach it; start it without --listen for the others";
  return finding;
}

Finding check_peers(const api::StatusInfo& status, const api::NetworkInfo& network) {
  Finding finding{.name = "peers", .layer = Layer::network, .what = {}, .fix = {}};
  finding.what = std::to_string(status.peers) + (status.peers == 1 ? " link" : " links") + ", "
                 + std::to_string(network.known_hosts) + " addresses known";
  if (status.peers != 0) return finding;
  finding.verdict = Verdict::fail;
  for (const api::FailedDial& failed : network.failed)
    finding.what += "; " + failed.address + ": " + failed.error;
  if (network.beacons_heard != 0 && !network.failed.empty()) {
    finding.fix =
        "others are heard but cannot be dialled: the access point keeps its clients apart (client "
        "isolation), or their firewall drops port 7346; turn that off, or use another network";
  } else if (network.beacons_foreign != 0) {
    finding.fix = "nodes of another mesh are near: join theirs by an invite";
  } else if (!network.discover) {
    finding.fix = "this node dials nobody by itself (--no-discovery): freshet join HOST[:PORT]";
  } else {
    finding.fix = "no other node was heard: start one on this network, or freshet join HOST[:PORT]";
  }
  return finding;
}

Finding check_beacons(const api::StatusInfo& status, const api::NetworkInfo& network) {
  Finding finding{.name = "beacons", .layer = Layer::network, .what = {}, .fix = {}};
  if (!network.beacon) {
    finding.verdict = Verdict::note;
    finding.what = "off (--no-beacon or --no-discovery)";
    return finding;
  }
  finding.what = std::to_string(network.beacons_sent) + " sent, "
                 + std::to_string(network.beacons_heard) + " heard";
  if (network.beacons_sent != 0 || status.uptime < kFirstBeacons) return finding;
  finding.verdict = Verdict::fail;
  finding.layer = Layer::machine;
  finding.fix = "no interface takes them: connect to a network, or allow multicast on it";
  return finding;
}

Finding check_dial_backs(const api::StatusInfo& status, const api::NetworkInfo& network) {
  Finding finding{.name = "reachable", .layer = Layer::network, .what = {}, .fix = {}};
  std::size_t reached = 0;
  std::size_t unreachable = 0;
  for (const api::DialBackInfo& one : network.dial_backs) {
    reached += one.verdict == api::DialBackInfo::Verdict::reached ? 1 : 0;
    unreachable += one.verdict == api::DialBackInfo::Verdict::unreachable ? 1 : 0;
  }
  finding.what = std::to_string(reached) + " of " + std::to_string(network.dial_backs.size())
                 + " peers that were asked could dial this node";
  if (reached != 0) return finding;
  if (unreachable == 0) {
    finding.verdict = Verdict::note;
    finding.what = status.peers == 0 ? "no peer to ask" : "no peer told";
    return finding;
  }
  finding.verdict = Verdict::fail;
  finding.fix =
      "let tcp and udp port " + std::to_string(kDefaultPort)
      + " in (see firewall above); until then you fetch and share through peers that you dial";
  return finding;
}

}  // namespace

Finding check_interfaces() {
  Finding finding{.name = "interfaces", .what = {}, .fix = {}};
  const auto places = usable_places();
  for (const io::BeaconPlace& place : places)
    append(finding.what, place.interface + " " + host_of(place.source.address));
  if (!places.empty() && !is_loopback_only(places)) return finding;
  finding.verdict = Verdict::fail;
  finding.what = "no network: no interface but loopback is up with an address";
  finding.fix =
      "plug in a cable or join a Wi-Fi network; an ad-hoc one without addresses: "
      "sudo ip link set DEV up (IPv6 link-local is enough)";
  return finding;
}

Finding check_multicast() {
  Finding finding{.name = "multicast", .what = {}, .fix = {}};
  const auto places = usable_places();
  std::size_t good = 0;
  for (const io::BeaconPlace& place : places) {
    const auto failure = echo_failure(place);
    good += failure ? 0 : 1;
    const std::string where = place.interface + " " + host_of(place.source.address);
    append(finding.what, where + (failure ? ": " + *failure : " works"));
  }
  if (good == places.size() && good != 0) return finding;
  finding.verdict = good == 0 ? Verdict::fail : Verdict::note;
  if (places.empty()) finding.what = "no interface to try it on";
  finding.fix =
      "beacons need it: allow udp port 7346 in the firewall; without beacons, freshet join HOST";
  return finding;
}

Finding check_port_is_free(std::uint16_t port) {
  Finding finding{.name = "port", .what = "tcp " + std::to_string(port) + " is free", .fix = {}};
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io);
  asio::error_code failed;
  acceptor.open(asio::ip::tcp::v4(), failed);
  if (!failed) acceptor.set_option(asio::socket_base::reuse_address(true), failed);
  if (!failed) acceptor.bind({asio::ip::tcp::v4(), port}, failed);
  if (!failed) return finding;
  finding.verdict = Verdict::fail;
  finding.what = "tcp " + std::to_string(port) + " cannot be had: " + failed.message();
  finding.fix = "see who has it (ss -ltnp), or listen elsewhere: freshet up --listen 0.0.0.0:PORT";
  return finding;
}

Findings check_mesh(const api::StatusInfo& status, const api::NetworkInfo& network) {
  return {check_listening(status),
          check_beacons(status, network),
          check_peers(status, network),
          check_dial_backs(status, network)};
}

}  // namespace freshet::cli
