// Checks of this machine that need no daemon: the state folder and its key, the disk, the clock,
// firewalls. They read, and change nothing.
#pragma once

#include <cstdint>
#include <string>

#include "node/cli/doctor/finding.h"
#include "node/store/state_dir.h"

namespace freshet::cli {

Finding check_state(const store::StatePaths& paths);
Finding check_key(const store::StatePaths& paths);
Finding check_disk(const store::StatePaths& paths);
/// `now`: seconds since 1970.
Finding check_clock(std::int64_t now);
/// Firewalls whose configuration below `root` ("/", but in tests) says that they are on.
Finding check_firewall(const std::string& root, std::uint16_t port);

}  // namespace freshet::cli
