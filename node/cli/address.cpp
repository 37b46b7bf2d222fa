#include "node/cli/address.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "node/base/endpoint.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035, as text

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > kMaxHostBytes || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
           || c == '.' || c == '_';
  });
}

bool is_v6(std::string_view text) {
  const auto parsed = Endpoint::parse("[" + std::string(text) + "]:1");
  if (parsed) return true;
  // A scope may be an interface's name, which only the system can tell from a wrong one.
  const std::size_t scope = text.find('%');
  return scope != std::string_view::npos && scope + 1 < text.size()
         && is_host_name(text.substr(scope + 1))
         && Endpoint::parse("[" + std::string(text.substr(0, scope)) + "]:1");
}

}  // namespace

bool is_peer_address(std::string_view text) {
  if (!text.empty() && text.front() == '[') {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos || !is_v6(text.substr(1, end - 1))) return false;
    const auto rest = text.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_host_name(text);
  if (text.find(':', colon + 1) != std::string_view::npos) return is_v6(text);
  return is_host_name(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

bool is_listen_address(std::string_view text) {
  return Endpoint::parse(text).has_value();
}

}  // namespace freshet::cli
