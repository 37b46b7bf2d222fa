// Debian's BitTorrent clients in network namespaces (transmission takes no peer on 127/8), for the
// tests of what is served to them and of what is fetched from them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/lan.h"

namespace freshet::testing {

using Words = std::vector<std::string>;

/// The one that Debian's modules are for.
inline constexpr const char* kPython = "/usr/bin/python3";

/// FRESHET_BT_MIB, or so many.
std::uint64_t bt_file_bytes(std::uint64_t mib);
/// False where `probe` does not run; the caller then skips, which is said.
bool is_installed(const Words& probe);
/// `program` as it is run in a machine.
Words inside(const Machine& machine, const Words& program);

/// Each fetches what a torrent file or a magnet link names into `folder`, and ends then, or in
/// vain.
Words aria2(const std::filesystem::path& folder, const std::string& what);
Words libtorrent(const std::filesystem::path& folder, const std::string& what);
/// How libtorrent() ends when the library gave a hybrid up, as 2.0.8 does now and then
/// (node/core/bittorrent/README.md): it is to be begun anew.
inline constexpr int kGaveUpHybrid = 3;

/// Whom a tracker tells a client that begins (ADDR:PORT, IPv4); none when it refuses. `torrent`: 40
/// hexadecimal digits; `wrapper`: words before the client, say to run it in a machine.
std::vector<std::string> tracker_peers(const std::string& url,
                                       const std::string& torrent,
                                       const Words& wrapper = {});

/// It saves into `downloads`, and seeds what is there.
Words transmission_daemon(const std::filesystem::path& config,
                          const std::filesystem::path& downloads);
/// Has the daemon in the machine take a torrent file or a magnet link, as soon as it is there.
bool transmission_takes(const Machine& machine, const std::string& what);

}  // namespace freshet::testing
