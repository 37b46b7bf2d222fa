// What `freshet up` was told, and the daemon that does it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace freshet::cli {

/// Checked for form only: whether a path can be read or a port be had is the daemon's to find out.
struct UpOptions {
  std::optional<std::string> state;   ///< as given; nullopt: the XDG folder (store::resolve_state)
  std::vector<std::string> paths;     ///< folders to share, absolute
  std::optional<std::string> listen;  ///< "ADDR:PORT"; port 0: any free one
  std::vector<std::string> peers;     ///< "HOST:PORT", "[ADDR]:PORT" or "HOST" (the default port)
  std::string name;                   ///< at most wire::kMaxNodeNameBytes; empty: the host's name
  bool no_discovery = false;
  bool no_beacon = false;
  bool no_relay = false;
  bool no_metadata = false;
  bool bittorrent = false;
  bool receive_only = false;
  bool cache = false;  ///< answers from hits that came by
  /// Bytes a second, 0: no limit; nullopt: as the user last said.
  std::optional<std::uint64_t> up_rate = {};
  std::optional<std::uint64_t> down_rate = {};
  bool polite = false;
  bool testbed = false;  ///< becomes what a testbed says over the control socket
  bool json = false;
};

/// Runs a node in the foreground until it is told to stop. Prints `ready: listening on ADDR:PORT`
/// on stderr when it is ready. Returns the exit code of the contracts. Implemented in
/// up_daemon.cpp.
int run_daemon(const UpOptions& options);

}  // namespace freshet::cli
