#include "node/io/net/tcp_socket.h"

#include <algorithm>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace freshet::io {
namespace {

constexpr int kProbeAfterS = 3;
constexpr int kProbeEveryS = 1;
constexpr int kProbes = 3;
constexpr unsigned kUnansweredMs = 8000;

}  // namespace

void notice_dead_path(int fd) {
  const auto set = [fd](int level, int option, auto value) {
    return ::setsockopt(fd, level, option, &value, sizeof value) == 0;
  };
  if (!set(IPPROTO_TCP, TCP_USER_TIMEOUT, kUnansweredMs)) return;
  set(IPPROTO_TCP, TCP_KEEPIDLE, kProbeAfterS);
  set(IPPROTO_TCP, TCP_KEEPINTVL, kProbeEveryS);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
}

void bound_unsent(int fd, std::size_t bytes) {
  const auto unsent = static_cast<unsigned>(bytes);
  static_cast<void>(::setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent));
}

Endpoint to_endpoint(const asio::ip::address& address, std::uint16_t port) {
  if (address.is_v4()) return Endpoint::v4(address.to_v4().to_bytes(), port);
  const asio::ip::address_v6 v6 = address.to_v6();
  Endpoint result;
  result.address = v6.to_bytes();
  result.port = port;
  if (result.is_link_local_v6()) result.scope_id = static_cast<std::uint32_t>(v6.scope_id());
  return result;
}

Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint) {
  return to_endpoint(endpoint.address(), endpoint.port());
}

asio::ip::address to_asio_address(const Endpoint& endpoint) {
  if (!endpoint.is_v4()) return asio::ip::address_v6(endpoint.address, endpoint.scope_id);
  asio::ip::address_v4::bytes_type bytes{};
  std::copy(endpoint.address.begin() + 12, endpoint.address.end(), bytes.begin());
  return asio::ip::address_v4(bytes);
}

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
  return {to_asio_address(endpoint), endpoint.port};
}

}  // namespace freshet::io
