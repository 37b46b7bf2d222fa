// Magnet links of BitTorrent (BEP 9), as they are typed by people. Pure; a parser of foreign bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"

namespace freshet::wire::bt {

inline constexpr std::size_t kMaxMagnetBytes = std::size_t{16} * 1024;
inline constexpr std::size_t kMaxMagnetPeers = 64;

struct Magnet {
  /// v1: xt=urn:btih, 40 hexadecimal digits or 32 of base32; v2: 20 bytes of what xt=urn:btmh says.
  InfoHash name;
  bool is_v2 = false;                 ///< it names v2 alone
  std::string title;                  ///< dn; may be empty, and is anybody's word
  std::vector<std::string> trackers;  ///< tr
  std::vector<std::string> peers;     ///< x.pe: HOST:PORT
};

/// A link that names a hybrid by both its names is taken for its v1 side. Errors: invalid, with
/// what is wrong.
Result<Magnet> parse_magnet(std::string_view link);

}  // namespace freshet::wire::bt
