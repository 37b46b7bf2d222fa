#include "node/io/net/beacon_socket.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/multicast.hpp>
#include <asio/ip/udp.hpp>
#include <asio/ip/v6_only.hpp>
#include <net/if.h>
#include <sys/socket.h>

#include "node/wire/overlay/beacon.h"

namespace freshet::io {
namespace {

using asio::ip::udp;
using Failure = asio::error_code;

// Administratively scoped (RFC 2365), and of link-local scope (RFC 4291): neither leaves the
// network. The last bytes spell the port.
constexpr std::array<Byte, 4> kGroupV4 = {239, 255, 73, 46};
constexpr asio::ip::address_v6::bytes_type kGroupV6 = {
    0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x46, 0x72, 0x73, 0x46};
// One place handles at most so many datagrams in a turn of the loop.
constexpr int kDatagramsPerTurn = 64;

asio::ip::address address_of(const Endpoint& endpoint) {
  if (!endpoint.is_v4()) return asio::ip::address_v6(endpoint.address, endpoint.scope_id);
  std::array<Byte, 4> bytes{};
  std::copy(endpoint.address.begin() + 12, endpoint.address.end(), bytes.begin());
  return asio::ip::address_v4(bytes);
}

Endpoint endpoint_of(const udp::endpoint& from) {
  if (from.address().is_v4()) return Endpoint::v4(from.address().to_v4().to_bytes(), from.port());
  const asio::ip::address_v6 v6 = from.address().to_v6();
  Endpoint result{.address = v6.to_bytes(), .port = from.port(), .scope_id = 0};
  if (result.is_link_local_v6()) result.scope_id = static_cast<std::uint32_t>(v6.scope_id());
  return result;
}

// Keeps what other interfaces hear out. Where the system refuses it, beacons are heard twice.
void keep_to(udp::socket& socket, const BeaconPlace& place) {
  std::array<char, IFNAMSIZ> name{};
  const std::size_t size = std::min(place.interface.size(), name.size() - 1);
  std::copy_n(place.interface.begin(), size, name.begin());
  (void)setsockopt(socket.native_handle(),
                   SOL_SOCKET,
                   SO_BINDTODEVICE,
                   name.data(),
                   static_cast<unsigned>(size));
}

}  // namespace

struct BeaconSocket::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, BeaconPlace the_place, Heard the_heard)
      : place(std::move(the_place)),
        heard(std::move(the_heard)),
        ear(io),
        mouth(io) {}

  void open_ear(std::uint16_t port, Failure& failed);
  void open_mouth(std::uint16_t port, Failure& failed);
  void listen(udp::socket& socket);
  void take_in(udp::socket& socket);
  void close();

  BeaconPlace place;
  Heard heard;
  udp::socket ear;
  udp::socket mouth;
  std::vector<udp::endpoint> everybody;
  bool closed = false;
};

void BeaconSocket::Impl::open_ear(std::uint16_t port, Failure& failed) {
  const bool v4 = place.source.address.is_v4();
  ear.open(v4 ? udp::v4() : udp::v6(), failed);
  if (failed) return;
  // All nodes of a machine hear a multicast. Not SO_REUSEPORT, which deals datagrams out in turn.
  ear.set_option(udp::socket::reuse_address(true), failed);
  if (!v4) ear.set_option(asio::ip::v6_only(true), failed);
  keep_to(ear, place);
  ear.bind({v4 ? udp::v4() : udp::v6(), port}, failed);
  if (failed) return;
  if (v4) {
    ear.set_option(asio::ip::multicast::join_group(asio::ip::address_v4(kGroupV4),
                                                   address_of(place.source.address).to_v4()),
                   failed);
  } else {
    ear.set_option(asio::ip::multicast::join_group(asio::ip::address_v6(kGroupV6), place.index),
                   failed);
  }
  if (!failed) ear.non_blocking(true, failed);
}

void BeaconSocket::Impl::open_mouth(std::uint16_t port, Failure& failed) {
  const bool v4 = place.source.address.is_v4();
  mouth.open(v4 ? udp::v4() : udp::v6(), failed);
  if (failed) return;
  keep_to(mouth, place);
  mouth.bind({address_of(place.source.address), 0}, failed);
  if (failed) return;
  if (v4) {
    mouth.set_option(
        asio::ip::multicast::outbound_interface(address_of(place.source.address).to_v4()), failed);
    everybody.emplace_back(asio::ip::address_v4(kGroupV4), port);
  } else {
    mouth.set_option(asio::ip::multicast::outbound_interface(place.index), failed);
    everybody.emplace_back(asio::ip::address_v6(kGroupV6, place.index), port);
  }
  if (failed) return;
  // Other nodes on this very machine hear it too.
  mouth.set_option(asio::ip::multicast::enable_loopback(true), failed);
  if (place.source.broadcast) {
    mouth.set_option(udp::socket::broadcast(true), failed);
    everybody.emplace_back(address_of(*place.source.broadcast), port);
  }
  if (!failed) mouth.non_blocking(true, failed);
}

void BeaconSocket::Impl::listen(udp::socket& socket) {
  socket.async_wait(udp::socket::wait_read,
                    [self = shared_from_this(), &socket](const Failure& failed) {
                      if (failed || self->closed) return;
                      self->take_in(socket);
                      if (!self->closed) self->listen(socket);
                    });
}

void BeaconSocket::Impl::take_in(udp::socket& socket) {
  std::array<Byte, wire::kMaxBeaconBytes + 1> datagram{};
  for (int i = 0; i < kDatagramsPerTurn && !closed; ++i) {
    udp::endpoint from;
    Failure failed;
    const std::size_t size = socket.receive_from(asio::buffer(datagram), from, 0, failed);
    // Any other error is of an earlier send (nobody listens there): read on.
    if (failed == asio::error::would_block || failed == asio::error::try_again) return;
    if (!failed) heard(ByteView(datagram).first(size), endpoint_of(from));
  }
}

void BeaconSocket::Impl::close() {
  closed = true;
  Failure ignored;
  ear.close(ignored);
  mouth.close(ignored);
}

BeaconSocket::BeaconSocket(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

BeaconSocket::~BeaconSocket() {
  impl_->close();
}

Result<std::unique_ptr<BeaconSocket>> BeaconSocket::open(asio::io_context& io,
                                                         const BeaconPlace& place,
                                                         std::uint16_t udp_port,
                                                         Heard heard) {
  auto impl = std::make_shared<Impl>(io, place, std::move(heard));
  Failure failed;
  impl->open_ear(udp_port, failed);
  if (!failed) impl->open_mouth(udp_port, failed);
  if (failed) {
    impl->close();
    return Error{.code = ErrorCode::io,
                 .message = "no beacons from " + place.source.address.to_string() + " on "
                            + place.interface + ": " + failed.message()};
  }
  impl->listen(impl->ear);
  impl->listen(impl->mouth);
  return std::unique_ptr<BeaconSocket>(new BeaconSocket(std::move(impl)));
}

const BeaconPlace& BeaconSocket::place() const {
  return impl_->place;
}

std::size_t BeaconSocket::announce(ByteView datagram, std::string& refused) {
  std::size_t sent = 0;
  for (const udp::endpoint& to : impl_->everybody) {
    Failure failed;
    impl_->mouth.send_to(asio::buffer(datagram.data(), datagram.size()), to, 0, failed);
    if (failed) refused = failed.message();
    sent += failed ? 0 : 1;
  }
  return sent;
}

bool BeaconSocket::send(ByteView datagram, const Endpoint& to) {
  Failure failed;
  impl_->mouth.send_to(
      asio::buffer(datagram.data(), datagram.size()), {address_of(to), to.port}, 0, failed);
  return !failed;
}

}  // namespace freshet::io
