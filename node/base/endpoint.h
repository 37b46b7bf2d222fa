// Where a node can be dialled: an IP address and a TCP port. Numbers only; names are resolved in
// io.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace freshet {

inline constexpr std::uint16_t kDefaultPort = 7346;

/// IPv6, or IPv4 mapped into ::ffff:0:0/96. `scope_id` is the interface index of a link-local
/// address and is 0 for every other; it means something on this machine only and never goes on the
/// wire.
struct Endpoint {
  std::array<Byte, 16> address{};
  std::uint16_t port = 0;
  std::uint32_t scope_id = 0;

  static Endpoint v4(std::array<Byte, 4> address, std::uint16_t port);
  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_link_local_v6() const;  ///< fe80::/10
  [[nodiscard]] bool is_loopback() const;
  /// False for the unspecified address, multicast, and port 0: nothing there can be dialled.
  [[nodiscard]] bool is_dialable() const;

  /// "192.0.2.1:7346", "[2001:db8::1]:7346", "[fe80::1%3]:7346".
  [[nodiscard]] std::string to_string() const;
  /// The inverse of to_string(). A port must be there. nullopt for anything else, names included.
  static std::optional<Endpoint> parse(std::string_view text);

  friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

}  // namespace freshet
