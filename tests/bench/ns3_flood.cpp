// The rival of sim_budget: ns-3 floods the same random regular graph of degree 8, a UDP datagram a
// copy over one point-to-point channel a link. The application is as small as one can be (a set of
// seen GUIDs, a TTL, a datagram to every other neighbour), so what is measured is ns-3's own cost
// of a delivery: its stack of protocols is more than freshet's simulator models, and cannot be left
// out where applications speak UDP. Prints deliveries a CPU-second, judges nothing.
//
// Usage: ns3_flood [nodes [queries [ttl]]]
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <set>
#include <vector>

#include <ns3/core-module.h>
#include <ns3/internet-module.h>
#include <ns3/network-module.h>
#include <ns3/point-to-point-module.h>

#include "tests/bench/ns3_topology.h"

namespace {

constexpr std::uint16_t kPort = 7346;
// A Gnutella header and a query of two words.
constexpr std::uint32_t kFrameBytes = 46;
constexpr std::size_t kTtlAt = 8;
constexpr std::uint64_t kSecondsBetween = 5;

std::uint64_t deliveries = 0;

class Flooder {
 public:
  explicit Flooder(const ns3::Ptr<ns3::Node>& node)
      : socket_(ns3::Socket::CreateSocket(node, ns3::UdpSocketFactory::GetTypeId())) {
    socket_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
    socket_->SetRecvCallback(ns3::MakeCallback(&Flooder::receive, this));
  }
  void add_neighbour(const ns3::Ipv4Address& address) { neighbours_.push_back(address); }

  void ask(std::uint64_t guid, std::uint8_t ttl) {
    seen_.insert(guid);
    Frame frame{};
    for (std::size_t i = 0; i < sizeof guid; ++i)
      frame[i] = static_cast<std::uint8_t>(guid >> (8 * i));
    frame[kTtlAt] = ttl;
    pass_on(frame, ns3::Ipv4Address());
  }

 private:
  using Frame = std::array<std::uint8_t, kFrameBytes>;

  void receive(ns3::Ptr<ns3::Socket> socket) {
    ns3::Address from;
    while (const ns3::Ptr<ns3::Packet> packet = socket->RecvFrom(from)) {
      ++deliveries;
      Frame frame{};
      packet->CopyData(frame.data(), frame.size());
      std::uint64_t guid = 0;
      for (std::size_t i = 0; i < sizeof guid; ++i) guid |= std::uint64_t{frame[i]} << (8 * i);
      if (!seen_.insert(guid).second || frame[kTtlAt] <= 1) continue;
      --frame[kTtlAt];
      pass_on(frame, ns3::InetSocketAddress::ConvertFrom(from).GetIpv4());
    }
  }
  void pass_on(const Frame& frame, const ns3::Ipv4Address& except) {
    for (const ns3::Ipv4Address& neighbour : neighbours_) {
      if (neighbour == except) continue;
      socket_->SendTo(ns3::Create<ns3::Packet>(frame.data(), frame.size()),
                      0,
                      ns3::InetSocketAddress(neighbour, kPort));
    }
  }

  ns3::Ptr<ns3::Socket> socket_;
  std::vector<ns3::Ipv4Address> neighbours_;
  std::set<std::uint64_t> seen_;
};

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

// One channel of its own delay, and one subnet, a link.
void link_up(const std::vector<freshet::DelayedLink>& links,
             const ns3::NodeContainer& nodes,
             std::vector<Flooder>& flooders) {
  ns3::PointToPointHelper channel;
  channel.SetDeviceAttribute("DataRate", ns3::StringValue("1Gbps"));
  ns3::Ipv4AddressHelper addresses("10.0.0.0", "255.255.255.252");
  for (const freshet::DelayedLink& link : links) {
    channel.SetChannelAttribute("Delay", ns3::TimeValue(ns3::MilliSeconds(link.delay_ms)));
    const auto devices = channel.Install(nodes.Get(link.one), nodes.Get(link.other));
    const auto interfaces = addresses.Assign(devices);
    addresses.NewNetwork();
    flooders[link.one].add_neighbour(interfaces.GetAddress(1));
    flooders[link.other].add_neighbour(interfaces.GetAddress(0));
  }
}

unsigned long argument(int argc, char** argv, int at, unsigned long otherwise) {
  return argc > at ? std::strtoul(argv[at], nullptr, 10) : otherwise;
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = static_cast<std::uint32_t>(argument(argc, argv, 1, 1000));
  const auto queries = argument(argc, argv, 2, 20);
  const auto ttl = static_cast<std::uint8_t>(argument(argc, argv, 3, 7));
  const auto links = freshet::delayed_links(count);
  ns3::NodeContainer nodes;
  nodes.Create(count);
  ns3::InternetStackHelper stack;
  stack.SetIpv6StackInstall(false);
  stack.Install(nodes);
  std::vector<Flooder> flooders;
  flooders.reserve(count);
  for (std::uint32_t node = 0; node < count; ++node) flooders.emplace_back(nodes.Get(node));
  link_up(links, nodes, flooders);
  for (std::uint64_t query = 0; query < queries; ++query) {
    Flooder& origin = flooders[query * 7919 % count];
    ns3::Simulator::Schedule(ns3::Seconds(static_cast<double>(1 + query * kSecondsBetween)),
                             [&origin, query, ttl] { origin.ask(query + 1, ttl); });
  }
  const double begin = cpu_seconds();
  ns3::Simulator::Run();
  const double spent = cpu_seconds() - begin;
  std::printf("ns-3: %u nodes, %zu links, TTL %u\n", count, links.size(), ttl);
  std::printf("deliveries %llu, %.2f CPU-s, %.3f M a CPU-second\n",
              static_cast<unsigned long long>(deliveries),
              spent,
              static_cast<double>(deliveries) / spent / 1e6);
  flooders.clear();
  ns3::Simulator::Destroy();
  return EXIT_SUCCESS;
}
