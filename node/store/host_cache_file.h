// The host cache between two runs: addresses of nodes known to have been alive. A text file:
//
//     freshet-hosts 1
//     KEY ADDRESS SECONDS
//
// KEY is 64 hexadecimal digits or "-", ADDRESS as Endpoint::to_string() writes it, SECONDS since
// 1970 when the node was last alive. Lines that say anything else are ignored and counted.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/base/time.h"

namespace freshet::store {

/// Saved and loaded, at most; the rest is left out.
inline constexpr std::size_t kMaxSavedHosts = 1000;

struct SavedHost {
  std::optional<NodeKey> key;
  Endpoint address;
  UnixSeconds last_seen = 0;
  friend bool operator==(const SavedHost&, const SavedHost&) = default;
};

struct LoadedHosts {
  std::vector<SavedHost> hosts;  ///< in the order of the file
  std::size_t damaged_lines = 0;
};

/// No file is no hosts. Errors: io (it is there and cannot be read).
Result<LoadedHosts> load_hosts(const std::string& file);
/// Replaces the file in one step: a crash leaves the old or the new one. Errors: io.
Status save_hosts(const std::string& file, std::span<const SavedHost> hosts);

}  // namespace freshet::store
