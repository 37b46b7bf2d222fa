#include "node/base/endpoint.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>

namespace freshet {
namespace {

constexpr std::array<Byte, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool all_zero(ByteView bytes) {
  for (const Byte byte : bytes) {
    if (byte != 0) return false;
  }
  return true;
}

template <typename T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<Endpoint> parse_v6(std::string_view host, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.port = port;
  const auto percent = host.find('%');
  if (percent != std::string_view::npos) {
    const auto scope = parse_number<std::uint32_t>(host.substr(percent + 1));
    if (!scope) return std::nullopt;
    endpoint.scope_id = *scope;
    host = host.substr(0, percent);
  }
  const std::string text(host);
  if (inet_pton(AF_INET6, text.c_str(), endpoint.address.data()) != 1) return std::nullopt;
  return endpoint;
}

}  // namespace

Endpoint Endpoint::v4(std::array<Byte, 4> address, std::uint16_t port) {
  Endpoint endpoint;
  std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), endpoint.address.begin());
  std::copy(address.begin(), address.end(), endpoint.address.begin() + 12);
  endpoint.port = port;
  return endpoint;
}

bool Endpoint::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
}

bool Endpoint::is_link_local_v6() const {
  return address[0] == 0xFE && (address[1] & 0xC0U) == 0x80;
}

bool Endpoint::is_loopback() const {
  if (is_v4()) return address[12] == 127;
  return all_zero(ByteView(address).first(15)) && address[15] == 1;
}

bool Endpoint::is_dialable() const {
  if (port == 0) return false;
  if (is_v4()) {
    const bool multicast_or_broadcast = address[12] >= 224;
    return address[12] != 0 && !multicast_or_broadcast;
  }
  return address[0] != 0xFF && !all_zero(address);
}

std::string Endpoint::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_v4()) {
    inet_ntop(AF_INET, address.data() + 12, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(port);
  }
  inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  const std::string scope = scope_id == 0 ? "" : "%" + std::to_string(scope_id);
  return "[" + std::string(text.data()) + scope + "]:" + std::to_string(port);
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    return parse_v6(host.substr(1, host.size() - 2), *port);
  }
  std::array<Byte, 4> address{};
  const std::string host_text(host);
  if (inet_pton(AF_INET, host_text.c_str(), address.data()) != 1) return std::nullopt;
  return v4(address, *port);
}

}  // namespace freshet
